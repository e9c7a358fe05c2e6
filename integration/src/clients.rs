//! The clients of the tests: ours, and the official ones. Each calls a tool and hands back what it saw.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::process::{Finished, Serving, tidegate};
use crate::transcript::Transcript;

/// The official TypeScript client, in one era.
#[derive(Debug)]
pub struct TypescriptClient {
    era: &'static str,
}

/// The official Python client, whose era is the legacy one.
#[derive(Debug)]
pub struct PythonClient;

/// `tidegate call --json`, which finds the era by itself.
#[derive(Debug)]
pub struct TidegateClient;

/// Returns the TypeScript client, in the legacy era until told otherwise.
#[must_use]
pub fn typescript_client() -> TypescriptClient {
    TypescriptClient { era: "legacy" }
}

/// Returns the Python client.
#[must_use]
pub fn python_client() -> PythonClient {
    PythonClient
}

/// Returns our own client.
#[must_use]
pub fn tidegate_client() -> TidegateClient {
    TidegateClient
}

// === impl TypescriptClient ===

impl TypescriptClient {
    /// Speaks 2026-07-28 and nothing else.
    #[must_use]
    pub fn modern(self) -> Self {
        Self { era: "modern" }
    }

    /// Speaks what came before 2026-07-28.
    #[must_use]
    pub fn legacy(self) -> Self {
        Self { era: "legacy" }
    }

    /// Lists the tools and calls one.
    #[must_use]
    pub fn calls(&self, server: &Serving, tool: &str, arguments: &str) -> Transcript {
        let mut script = node("client.mjs");
        Transcript::of(
            &Finished::run(script.args([server.url(), self.era, tool, arguments])).well(),
        )
    }
}

// === impl PythonClient ===

impl PythonClient {
    /// Lists the tools and calls one.
    #[must_use]
    pub fn calls(&self, server: &Serving, tool: &str, arguments: &str) -> Transcript {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers/py/client.py");
        let mut python = Command::new(prepared("TIDEGATE_PY"));
        python.arg(script).args([server.url(), tool, arguments]);
        Transcript::of(&Finished::run(&mut python).well())
    }
}

// === impl TidegateClient ===

impl TidegateClient {
    /// Calls a tool, with arguments as `key=value` or `key:=json`.
    #[must_use]
    pub fn calls(&self, server: &Serving, tool: &str, arguments: &[&str]) -> Transcript {
        let mut call = tidegate();
        call.args(["call", "--json", server.url(), tool])
            .args(arguments);
        Transcript::of(&Finished::run(&mut call).well())
    }

    /// Returns what `tidegate list` prints.
    #[must_use]
    pub fn lists(&self, server: &Serving) -> String {
        let finished = Finished::run(tidegate().args(["list", server.url()])).well();
        finished
            .lines
            .into_iter()
            .map(|(_, line)| line + "\n")
            .collect()
    }
}

/// Returns a run of one of the scripts that the TypeScript peers are.
pub(crate) fn node(script: &str) -> Command {
    let mut node = Command::new(prepared("TIDEGATE_NODE"));
    node.arg(prepared("TIDEGATE_TS_PEERS").join(script));
    node
}

/// Returns what `cargo xtask ci interop` prepared.
pub(crate) fn prepared(variable: &str) -> PathBuf {
    std::env::var_os(variable).map(PathBuf::from).unwrap_or_else(|| {
        panic!("{variable} is not set: run these tests by `cargo xtask ci interop`, which prepares the peers")
    })
}
