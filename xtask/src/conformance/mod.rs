//! The official suite, scenario by scenario, against our conformance server (or any other) and our
//! conformance client.

mod client;
mod judge;
mod plan;
mod server;

use anyhow::{Result, bail};

use crate::shell::{cargo, run as run_program};

pub(crate) fn run(arguments: &[String]) -> Result<()> {
    match arguments {
        [flag, url, only @ ..] if flag == "--url" => server::judge_url(url, only),
        [flag, ..] if flag.starts_with('-') => {
            bail!("usage: cargo xtask conformance [--url URL] [SCENARIO…]")
        }
        only => {
            run_program(&mut cargo("build --package tidegate-conformance --bins"))?;
            judge_ours(only)
        }
    }
}

/// Judges our conformance server and client, which have been built. Names choose scenarios of either.
pub(crate) fn judge_ours(only: &[String]) -> Result<()> {
    let (clients, servers): (Vec<String>, Vec<String>) =
        only.iter().cloned().partition(|name| client::plays(name));
    let mut outcomes = Vec::new();
    if only.is_empty() || !servers.is_empty() {
        outcomes.push(server::judge_ours(&servers));
    }
    if only.is_empty() || !clients.is_empty() {
        outcomes.push(client::judge_ours(&clients));
    }
    // Both tables are shown before the first of them fails the run.
    outcomes.into_iter().collect()
}
