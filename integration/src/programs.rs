//! Programs from npm, run as they are: a server with something of everything, a client for the command line,
//! and a bridge from stdio to a URL.

use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

use crate::clients::{node, prepared};
use crate::process::{Endpoint, Finished, Serving, Started};

const PEERS: &str = "TIDEGATE_NPM_PEERS";

/// How `@modelcontextprotocol/server-everything` is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EverythingFront {
    /// Streamable HTTP, with legacy sessions.
    Http,
    /// HTTP+SSE.
    Sse,
}

/// `@modelcontextprotocol/inspector --cli`: each run connects, sends one request and prints the result.
#[derive(Debug)]
pub struct Inspector {
    home: TempDir,
}

/// `mcp-remote`, which a client starts over stdio to reach a URL.
#[derive(Debug)]
pub struct Bridge {
    started: Started,
    _home: TempDir,
}

/// Starts `@modelcontextprotocol/server-everything`.
#[must_use]
pub fn everything_serving(front: EverythingFront) -> Serving {
    let front = match front {
        EverythingFront::Http => "streamableHttp",
        EverythingFront::Sse => "sse",
    };
    Serving::start(node(PEERS, "everything").arg(front))
}

/// Returns `@modelcontextprotocol/server-everything` to be started over stdio.
#[must_use]
pub fn everything_to_start() -> Started {
    let mut everything = packaged("@modelcontextprotocol/server-everything/dist/index.js");
    Started::by(everything.arg("stdio"))
}

/// Returns `mcp-remote` to be started over stdio: what is sent to it, it sends to `server`.
///
/// # Panics
/// There is no place for its settings.
#[must_use]
pub fn mcp_remote_to(server: &impl Endpoint) -> Bridge {
    let home = tempfile::tempdir().expect("a temporary folder can be made");
    let remote = packaged("mcp-remote/dist/proxy.js");
    let mut env = Command::new("env");
    env.arg(format!("MCP_REMOTE_CONFIG_DIR={}", home.path().display()))
        .arg(remote.get_program())
        .args(remote.get_args())
        .args([server.url(), "--allow-http"]);
    Bridge {
        started: Started::by(&env),
        _home: home,
    }
}

/// Returns the inspector's command.
///
/// # Panics
/// There is no place for its settings.
#[must_use]
pub fn inspector() -> Inspector {
    let home = tempfile::tempdir().expect("a temporary folder can be made");
    Inspector { home }
}

// === impl Inspector ===

impl Inspector {
    /// Returns the names of the tools.
    ///
    /// # Panics
    /// It cannot list them.
    #[must_use]
    pub fn lists(&self, server: &impl Endpoint) -> Vec<String> {
        let list = self.asks(server, &["--method", "tools/list"]);
        let tools = list["tools"].as_array().expect("a list has tools");
        let names = tools.iter().filter_map(|tool| tool["name"].as_str());
        names.map(str::to_owned).collect()
    }

    /// Returns the result of a tool, called with arguments as `key=value`.
    ///
    /// # Panics
    /// The call fails.
    #[must_use]
    pub fn calls(&self, server: &impl Endpoint, tool: &str, arguments: &[&str]) -> Value {
        let mut words = vec!["--method", "tools/call", "--tool-name", tool];
        if !arguments.is_empty() {
            words.push("--tool-arg");
            words.extend(arguments);
        }
        self.asks(server, &words)
    }

    fn asks(&self, server: &impl Endpoint, words: &[&str]) -> Value {
        let mut inspector =
            packaged("@modelcontextprotocol/inspector/clients/launcher/build/index.js");
        inspector
            .arg("--cli")
            .args(words)
            // What comes after is not taken for options of its own.
            .arg("--")
            .args(server.url().trim_start_matches("stdio:").split(' '))
            // It keeps settings at home.
            .env("HOME", self.home.path());
        let finished = Finished::run(&mut inspector).well();
        let lines = finished.lines.iter().map(|(_, line)| line.as_str());
        let text: String = lines.collect();
        serde_json::from_str(&text)
            .unwrap_or_else(|error| panic!("{error}:\n{text}\n{}", finished.errors))
    }
}

// === impl Bridge ===

impl Endpoint for Bridge {
    fn url(&self) -> &str {
        self.started.url()
    }
}

/// Returns a run of a script in an installed package.
fn packaged(script: &str) -> Command {
    let mut node = Command::new(prepared("TIDEGATE_NODE"));
    node.arg(prepared(PEERS).join("node_modules").join(script));
    node
}
