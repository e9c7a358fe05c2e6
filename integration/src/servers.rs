//! The servers of the tests: ours, and those made with the official SDKs.

use std::process::Command;

use crate::clients::{node, prepared};
use crate::documents::Documents;
use crate::process::{Serving, tidegate};

/// What the TypeScript server serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TypescriptMode {
    /// Both eras at one URL.
    Both,
    /// Legacy sessions alone.
    Legacy,
}

/// What the rmcp server serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RmcpMode {
    /// Both eras at one URL, as rmcp does by default.
    Both,
    /// Legacy sessions alone.
    Legacy,
    /// The legacy era without sessions.
    LegacyStateless,
}

/// Starts `tidegate serve` over the documents.
#[must_use]
pub fn tidegate_serving(documents: &Documents) -> Serving {
    let mut serve = tidegate();
    serve
        .args(["serve", "--listen", "127.0.0.1:0", "--root"])
        .arg(documents.path());
    Serving::start(&mut serve)
}

/// Starts the server made with the TypeScript SDK.
#[must_use]
pub fn typescript_serving(documents: &Documents, mode: TypescriptMode) -> Serving {
    let mode = match mode {
        TypescriptMode::Both => "both",
        TypescriptMode::Legacy => "legacy",
    };
    Serving::start(node("server.mjs").arg(documents.path()).arg(mode))
}

/// Starts the server made with rmcp.
#[must_use]
pub fn rmcp_serving(documents: &Documents, mode: RmcpMode) -> Serving {
    let mode = match mode {
        RmcpMode::Both => "both",
        RmcpMode::Legacy => "legacy",
        RmcpMode::LegacyStateless => "legacy-stateless",
    };
    Serving::start(
        Command::new(prepared("TIDEGATE_RMCP_PEER"))
            .arg(documents.path())
            .arg(mode),
    )
}
