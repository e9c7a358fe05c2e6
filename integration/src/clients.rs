//! The clients of the tests that are processes: `tidegate call`, and the official ones.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::process::{Endpoint, Finished, tidegate};
use crate::transcript::Transcript;

/// An official client, in one era.
#[derive(Debug, Clone, Copy)]
pub struct OfficialClient {
    generation: Generation,
    era: &'static str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Generation {
    Typescript1,
    Typescript2,
    Python1,
    Python2,
    RmcpSse,
}

/// `tidegate call --json`, which finds the era by itself.
#[derive(Debug)]
pub struct TidegateClient;

/// Returns the TypeScript client of the first generation, which speaks the legacy era alone.
#[must_use]
pub fn typescript_1_client() -> OfficialClient {
    OfficialClient::of(Generation::Typescript1)
}

/// Returns the TypeScript client of the second generation, in the legacy era until told otherwise.
#[must_use]
pub fn typescript_2_client() -> OfficialClient {
    OfficialClient::of(Generation::Typescript2)
}

/// Returns the Python client of the first generation, which speaks the legacy era alone.
#[must_use]
pub fn python_1_client() -> OfficialClient {
    OfficialClient::of(Generation::Python1)
}

/// Returns the Python client of the second generation, in the legacy era until told otherwise.
#[must_use]
pub fn python_2_client() -> OfficialClient {
    OfficialClient::of(Generation::Python2)
}

/// Returns the client of rmcp 0.10, which speaks HTTP+SSE alone, and calls alone.
#[must_use]
pub fn rmcp_sse_client() -> OfficialClient {
    OfficialClient::of(Generation::RmcpSse)
}

/// Returns our own client.
#[must_use]
pub fn tidegate_client() -> TidegateClient {
    TidegateClient
}

// === impl OfficialClient ===

impl OfficialClient {
    const fn of(generation: Generation) -> Self {
        Self {
            generation,
            era: "legacy",
        }
    }

    /// Speaks 2026-07-28 and nothing else.
    ///
    /// # Panics
    /// The generation is older than the revision.
    #[must_use]
    pub fn modern(self) -> Self {
        let is_second = matches!(
            self.generation,
            Generation::Typescript2 | Generation::Python2
        );
        assert!(is_second, "{self:?} knows no modern revision");
        Self {
            era: "modern",
            ..self
        }
    }

    /// Lists the tools and calls one.
    #[must_use]
    pub fn calls(&self, server: &impl Endpoint, tool: &str, arguments: &str) -> Transcript {
        self.sees(server, &["call", tool, arguments])
    }

    /// Listens `times` times, one after the other, and makes the server change each thing there is, the
    /// first one right when the server has said that it is listened to.
    #[must_use]
    pub fn listens(&self, server: &impl Endpoint, times: usize) -> Transcript {
        self.sees(server, &["listen", &times.to_string()])
    }

    fn sees(&self, server: &impl Endpoint, command: &[&str]) -> Transcript {
        let mut client = self.generation.script("client");
        client.args([server.url(), self.era]).args(command);
        Transcript::of(&Finished::run(&mut client).well())
    }
}

// === impl Generation ===

impl Generation {
    /// Returns a run of one of its scripts.
    fn script(self, name: &str) -> Command {
        match self {
            Self::Typescript1 => node("TIDEGATE_TS1_PEERS", name),
            Self::Typescript2 => node("TIDEGATE_TS2_PEERS", name),
            Self::Python1 => python("TIDEGATE_PY1", "py1", name),
            Self::Python2 => python("TIDEGATE_PY2", "py2", name),
            Self::RmcpSse => Command::new(prepared("TIDEGATE_RMCP_SSE_CLIENT")),
        }
    }
}

// === impl TidegateClient ===

impl TidegateClient {
    /// Calls a tool, with arguments as `key=value` or `key:=json`.
    #[must_use]
    pub fn calls(&self, server: &impl Endpoint, tool: &str, arguments: &[&str]) -> Transcript {
        let mut call = tidegate();
        call.args(["call", "--json", server.url(), tool])
            .args(arguments);
        Transcript::of(&Finished::run(&mut call).well())
    }

    /// Returns what `tidegate list` prints.
    #[must_use]
    pub fn lists(&self, server: &impl Endpoint) -> String {
        let finished = Finished::run(tidegate().args(["list", server.url()])).well();
        finished
            .lines
            .into_iter()
            .map(|(_, line)| line + "\n")
            .collect()
    }
}

/// Returns a run of one of the scripts that TypeScript peers are.
pub(crate) fn node(peers: &str, script: &str) -> Command {
    let mut node = Command::new(prepared("TIDEGATE_NODE"));
    node.arg(prepared(peers).join(script).with_extension("mjs"));
    node
}

/// Returns a run of one of the scripts that Python peers are.
pub(crate) fn python(python: &str, peers: &str, script: &str) -> Command {
    let scripts = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("peers")
        .join(peers);
    let mut python = Command::new(prepared(python));
    // What it compiles of itself does not belong into the sources.
    python
        .arg("-B")
        .arg(scripts.join(script).with_extension("py"));
    python
}

/// Returns what `cargo xtask ci interop` prepared.
pub(crate) fn prepared(variable: &str) -> PathBuf {
    std::env::var_os(variable).map(PathBuf::from).unwrap_or_else(|| {
        panic!("{variable} is not set: run these tests by `cargo xtask ci interop`, which prepares the peers")
    })
}
