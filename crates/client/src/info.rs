//! What a server says of itself, whichever way it was asked.

use serde::Deserialize;
use serde_json::{Map, Value};
use tidegate_era::{META_PREFIX, Revision};
use tidegate_model::{Capabilities, Raw};

use crate::error::Error;

/// What a server says of itself. Unverified: for people and logs, never for decisions of trust.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ServerInfo {
    /// Its name; empty if it gave none.
    pub name: String,
    /// Its version; empty if it gave none.
    pub version: String,
    /// The name people see.
    pub title: Option<String>,
    /// How it wants to be used: for the model.
    pub instructions: Option<String>,
    /// What it offers.
    pub capabilities: Capabilities,
    /// The revision of the protocol that it and the client speak.
    pub revision: Revision,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Identity {
    name: String,
    version: String,
    title: Option<String>,
}

/// The answers to `initialize` and to `server/discover`, as far as they are alike.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Introduction {
    /// What a session will speak (legacy).
    #[serde(default)]
    pub(crate) protocol_version: Option<String>,
    /// What can be spoken (modern).
    #[serde(default)]
    pub(crate) supported_versions: Option<Vec<String>>,
    #[serde(default)]
    capabilities: Value,
    #[serde(default)]
    server_info: Value,
    #[serde(default)]
    instructions: Option<String>,
    #[serde(default, rename = "_meta")]
    meta: Map<String, Value>,
}

// === impl Introduction ===

impl Introduction {
    /// Reads the answer to `method`.
    pub(crate) fn read(method: &str, result: &Raw) -> Result<Self, Error> {
        result.decode().map_err(|error| Error::shape(method, error))
    }

    /// Returns what it says, with the revision that was settled.
    pub(crate) fn into_info(mut self, revision: Revision) -> ServerInfo {
        let identity = if revision.is_modern() {
            self.meta
                .remove(&format!("{META_PREFIX}serverInfo"))
                .unwrap_or_default()
        } else {
            self.server_info
        };
        let identity: Identity = lenient("serverInfo", identity);
        ServerInfo {
            name: identity.name,
            version: identity.version,
            title: identity.title,
            instructions: self.instructions,
            capabilities: lenient("capabilities", self.capabilities),
            revision,
        }
    }
}

/// Servers write these by hand; one odd field is no reason not to talk to them.
fn lenient<T: for<'de> Deserialize<'de> + Default>(what: &str, value: Value) -> T {
    if value.is_null() {
        return T::default();
    }
    serde_json::from_value(value)
        .inspect_err(|error| tracing::warn!(what, %error, "the server describes itself oddly"))
        .unwrap_or_default()
}
