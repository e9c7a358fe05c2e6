//! The handshake that opens a session: `initialize` and its answer.

use serde::{Deserialize, Serialize};
use serde_json::json;
use tidegate_model::{Capabilities, ClientCapabilities, Failure, Implementation, Outcome, Raw};

use crate::revision::Revision;

/// What a client says when it opens a session.
#[derive(Clone, Debug, PartialEq)]
pub struct Handshake {
    /// The revision both will speak.
    pub revision: Revision,
    /// What the client can do.
    pub capabilities: ClientCapabilities,
    /// Who the client is, as it says.
    pub client: Option<Implementation>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Params {
    protocol_version: String,
    #[serde(default)]
    capabilities: ClientCapabilities,
    #[serde(default)]
    client_info: Option<Implementation>,
}

// === impl Handshake ===

impl Handshake {
    /// Reads the parameters of `initialize` and settles the revision: the one asked for, if it is
    /// a legacy one, else the newest of those.
    ///
    /// # Errors
    ///
    /// When the parameters have not the shape of a handshake.
    pub fn read(params: &Raw) -> Result<Self, Failure> {
        let params: Params = params.decode().map_err(|error| {
            Failure::invalid_params(format_args!(
                "initialize needs protocolVersion, capabilities and clientInfo: {error}"
            ))
        })?;
        let asked = Revision::read(&params.protocol_version);
        let spoken = asked.filter(|revision| Revision::LEGACY.contains(revision));
        Ok(Self {
            revision: spoken.unwrap_or(Revision::NEWEST_LEGACY),
            capabilities: params.capabilities,
            client: params.client_info,
        })
    }
}

/// Returns the answer to `initialize`.
#[must_use]
pub fn initialized(
    revision: Revision,
    capabilities: &Capabilities,
    server: &impl Serialize,
    instructions: Option<&str>,
) -> Outcome {
    // Extensions are negotiated in the modern era only.
    let capabilities = Capabilities {
        extensions: None,
        ..capabilities.clone()
    };
    let mut result = json!({
        "protocolVersion": revision.name(),
        "capabilities": capabilities,
        "serverInfo": server,
    });
    if let Some(instructions) = instructions {
        result["instructions"] = instructions.into();
    }
    Outcome::complete(result.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(version: &str) -> Revision {
        let params = json!({
            "protocolVersion": version, "capabilities": {}, "clientInfo": {"name": "t", "version": "0"}
        });
        Handshake::read(&params.into()).expect("reads").revision
    }

    #[test]
    fn the_revision_is_settled() {
        assert_eq!(asked("2025-06-18"), Revision::V2025_06_18);
        assert_eq!(asked("2025-03-26"), Revision::V2025_03_26);
        assert_eq!(asked("2026-07-28"), Revision::V2025_11_25);
        assert_eq!(asked("2024-11-05"), Revision::V2024_11_05);
        assert_eq!(asked("1999-01-01"), Revision::V2025_11_25);
    }

    #[test]
    fn a_handshake_without_version_is_refused() {
        assert!(Handshake::read(&Raw::empty_object()).is_err());
    }
}
