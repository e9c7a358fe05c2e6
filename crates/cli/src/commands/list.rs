//! `tidegate list`: what a server offers.

use serde::Serialize;
use serde_json::Value;
use tidegate::{Client, client};

use crate::{
    error::Error,
    json::Event,
    offer::{Entry, Offer, wire_tools},
    remote::Remote,
    runtime, show, signals,
};

const EXAMPLES: &str = "\
Examples:
  tidegate list http://127.0.0.1:8080/mcp
  tidegate list http://127.0.0.1:8080/mcp --json | jq -r 'select(.event == \"tool\").name'";

/// List what a server offers
///
/// Its tools, resources, resource templates and prompts, one a line; an argument in brackets may be
/// left out.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    #[command(flatten)]
    remote: Remote,

    /// Print one JSON event a line: server, then a tool, resource, template or prompt each
    #[arg(long)]
    pub(crate) json: bool,
}

/// Runs the command.
pub(crate) fn run(args: Args) -> Result<(), Error> {
    runtime::client(async {
        let work = async |client: &Client| signals::or_interrupt(args.work(client)).await;
        args.remote.with(None, work).await
    })
}

/// JSON-RPC's code for a method that does not exist: the server has none of the kind.
const METHOD_NOT_FOUND: i64 = -32601;

// === impl Args ===

impl Args {
    async fn work(&self, client: &Client) -> Result<(), Error> {
        let offer = Offer {
            tools: self.entries(client.list_tools().await.map(wire_tools))?,
            resources: self.entries(client.list_resources().await)?,
            templates: self.entries(client.list_templates().await)?,
            prompts: self.entries(client.list_prompts().await)?,
        };
        let server = client.server();
        let revision = server.revision.name();
        if self.json {
            show::event(&Event::Server {
                name: &server.name,
                version: &server.version,
                revision,
            })?;
            return offer.events().try_for_each(|event| show::event(&event));
        }
        let mut lines = vec![format!(
            "{} {}, MCP {revision}",
            server.name, server.version
        )];
        for table in offer.tables() {
            lines.push(String::new());
            lines.extend(table.lines(show::width()));
        }
        show::lines(&lines)
    }

    fn entries<T: Serialize>(
        &self,
        listed: Result<Vec<T>, client::Error>,
    ) -> Result<Vec<Entry>, Error> {
        let listed = match listed {
            Ok(listed) => listed,
            Err(error) if error.rpc_code() == Some(METHOD_NOT_FOUND) => Vec::new(),
            Err(error) => return Err(self.remote.explain(error)),
        };
        let entry = |entry: T| match serde_json::to_value(entry) {
            Ok(Value::Object(entry)) => entry,
            _ => Entry::new(),
        };
        Ok(listed.into_iter().map(entry).collect())
    }
}
