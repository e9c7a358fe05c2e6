//! The servers of the tests: ours, and those made with the official SDKs.

use std::process::Command;

use crate::clients::{node, prepared, python};
use crate::documents::Documents;
use crate::process::{Serving, Started, tidegate};

/// What the second TypeScript server serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TypescriptMode {
    /// Both eras at one URL.
    Both,
    /// Legacy sessions alone.
    Legacy,
}

/// Starts the server made with the first TypeScript SDK, which has legacy sessions alone.
#[must_use]
pub fn typescript_1_serving() -> Serving {
    Serving::start(&mut node("TIDEGATE_TS1_PEERS", "server"))
}

/// How the first Python server is reached by those who cannot speak Streamable HTTP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OldFront {
    /// HTTP+SSE.
    Sse,
    /// WebSocket.
    WebSocket,
}

/// Starts the server made with the first Python SDK, which has legacy sessions alone.
#[must_use]
pub fn python_1_serving() -> Serving {
    Serving::start(&mut python("TIDEGATE_PY1", "py1", "server"))
}

/// Starts the server made with the first Python SDK, with an older front alone.
#[must_use]
pub fn python_1_serving_over(front: OldFront) -> Serving {
    let front = match front {
        OldFront::Sse => "sse",
        OldFront::WebSocket => "ws",
    };
    Serving::start(python("TIDEGATE_PY1", "py1", "server").arg(front))
}

/// Returns the server made with the first Python SDK, to be started over stdio.
#[must_use]
pub fn python_1_to_start() -> Started {
    Started::by(python("TIDEGATE_PY1", "py1", "server").arg("stdio"))
}

/// Starts the server made with the second Python SDK, which serves both eras at one URL.
#[must_use]
pub fn python_2_serving() -> Serving {
    Serving::start(&mut python("TIDEGATE_PY2", "py2", "server"))
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

/// Starts `tidegate serve --sse` over the documents.
#[must_use]
pub fn tidegate_serving_sse(documents: &Documents) -> Serving {
    let mut serve = tidegate();
    serve
        .args(["serve", "--sse", "--listen", "127.0.0.1:0", "--root"])
        .arg(documents.path());
    Serving::start(&mut serve)
}

/// Starts `tidegate serve --tls-self-signed` over the documents.
#[must_use]
pub fn tidegate_serving_tls(documents: &Documents) -> Serving {
    let mut serve = tidegate();
    serve
        .args(["serve", "--tls-self-signed", "--listen", "127.0.0.1:0"])
        .arg("--root")
        .arg(documents.path());
    Serving::start(&mut serve)
}

/// Starts `tidegate serve` over the documents, for pages of these origins too.
#[must_use]
pub fn tidegate_serving_to_pages(documents: &Documents, origins: &[&str]) -> Serving {
    let mut serve = tidegate();
    serve
        .args(["serve", "--listen", "127.0.0.1:0", "--root"])
        .arg(documents.path());
    for origin in origins {
        serve.args(["--allow-origin", origin]);
    }
    Serving::start(&mut serve)
}

/// Returns `tidegate serve` over the documents, to be started over stdio.
#[must_use]
pub fn tidegate_to_start(documents: &Documents) -> Started {
    let mut serve = tidegate();
    serve
        .args(["serve", "--stdio", "--root"])
        .arg(documents.path());
    Started::by(&serve)
}

/// Starts the server made with the second TypeScript SDK.
#[must_use]
pub fn typescript_2_serving(documents: &Documents, mode: TypescriptMode) -> Serving {
    let mode = match mode {
        TypescriptMode::Both => "both",
        TypescriptMode::Legacy => "legacy",
    };
    Serving::start(
        node("TIDEGATE_TS2_PEERS", "server")
            .arg(documents.path())
            .arg(mode),
    )
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
