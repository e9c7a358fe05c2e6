//! Does what a scenario of the official conformance suite asks of a client: the suite calls
//! `conformance-client URL` and names the scenario in the environment.

use std::{env, error::Error, time::Duration};

use clap::Parser;
use tidegate::client::Revision;
use tidegate_conformance::scenarios::{self, Task};
use tokio::time::timeout;

/// Does what a scenario of the official conformance suite asks of a client.
#[derive(Parser)]
struct Flags {
    /// The suite's server; the suite puts it last.
    url: String,
}

/// The suite waits 30 seconds, and then for the pipes of whoever still runs.
const DEADLINE: Duration = Duration::from_secs(25);

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    let Flags { url } = Flags::parse();
    let scenario = env::var("MCP_CONFORMANCE_SCENARIO")
        .map_err(|_| "MCP_CONFORMANCE_SCENARIO must name the scenario")?;
    let context = match env::var("MCP_CONFORMANCE_CONTEXT") {
        Ok(text) => serde_json::from_str(&text)?,
        Err(_) => serde_json::Value::Null,
    };
    // Suite 0.1 does not say it: then the client finds out by itself.
    let revision = match env::var("MCP_CONFORMANCE_PROTOCOL_VERSION") {
        Ok(name) => Some(Revision::read(&name).ok_or(format!("no such revision: {name}"))?),
        Err(_) => None,
    };
    let task = Task {
        url,
        revision,
        context,
    };
    timeout(DEADLINE, scenarios::run(&scenario, &task)).await??;
    Ok(())
}
