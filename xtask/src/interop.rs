//! The interop tests: prepares the peers, then runs the tests that need them.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;

use crate::shell::{cargo, run, target_dir};
use crate::toolbox::{Cache, Node, chromium, need, packages, python_with};

/// Where the tests of whole programs find the `tidegate` command.
pub(crate) const COMMAND: &str = "TIDEGATE_BIN";

/// Returns the path of the `tidegate` command that the build step made.
pub(crate) fn command() -> PathBuf {
    target_dir().join("debug/tidegate")
}

/// Prepares every peer and tells the tests, by the environment, where each one is.
pub(crate) fn prepare(cache: &Cache, tests: &mut Command) -> Result<()> {
    let node = Node::find(cache)?;
    let rmcp = rmcp_peers()?;
    let programs = packages(cache, "npm", "integration/peers/npm")?;
    let oidc = packages(cache, "oidc", "integration/peers/oidc")?;
    need("curl", "--version", "curl")?;
    need("openssl", "version", "openssl")?;
    tests
        .env(COMMAND, command())
        .env("TIDEGATE_NODE", node.binary())
        .env("TIDEGATE_NPM_PEERS", programs)
        .env("TIDEGATE_OIDC_PEER", oidc)
        .env("TIDEGATE_CHROMIUM", chromium()?)
        .env("TIDEGATE_RMCP_PEER", rmcp.join("rmcp-peer"))
        .env("TIDEGATE_RMCP_SSE_CLIENT", rmcp.join("rmcp-sse-client"));
    for generation in ["1", "2"] {
        let (ts, py) = (format!("ts{generation}"), format!("py{generation}"));
        let scripts = packages(cache, &ts, &format!("integration/peers/{ts}"))?;
        tests.env(format!("TIDEGATE_TS{generation}_PEERS"), scripts);
        let requirements = format!("integration/peers/{py}/requirements.txt");
        let python = python_with(cache, &py, &requirements)?;
        tests.env(format!("TIDEGATE_PY{generation}"), python);
    }
    Ok(())
}

/// Builds the rmcp peers, in a workspace of their own, beside our own build; returns where they are.
fn rmcp_peers() -> Result<PathBuf> {
    let target = target_dir().join("peers");
    run(cargo(
        "build --workspace --locked --manifest-path integration/peers/rmcp/Cargo.toml --target-dir",
    )
    .arg(&target))?;
    Ok(target.join("debug"))
}
