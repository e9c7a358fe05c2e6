//! `tidegate prompt`: one prompt, filled in.

use serde_json::{Map, Value};
use tidegate::{Client, Role, client};

use crate::{
    arguments::{Argument, Given},
    error::Error,
    remote::Remote,
    runtime, show, signals,
};

const EXAMPLES: &str = "\
Examples:
  tidegate prompt 'stdio:npx -y @modelcontextprotocol/server-everything' args-prompt city=Bremen
  tidegate prompt https://example.org/mcp review code=@src/main.rs --json

`tidegate serve` has tools alone; these need a server that has the prompt.";

/// Get a prompt, filled in with arguments
///
/// Prints its messages, each after who says it.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    #[command(flatten)]
    remote: Remote,

    /// The prompt's name, as `tidegate list` shows it
    name: String,

    /// The prompt's arguments: key=value, key=@file, or - for a JSON object on stdin
    #[arg(value_name = "ARGUMENT")]
    arguments: Vec<Argument>,

    /// Print one JSON event: the result, or the error
    #[arg(long)]
    pub(crate) json: bool,
}

/// Runs the command.
pub(crate) fn run(args: Args) -> Result<(), Error> {
    let given = Given::read(args.arguments.clone())?;
    let arguments = given.for_prompt()?;
    runtime::client(async {
        let work =
            async |client: &Client| signals::or_interrupt(args.work(client, arguments)).await;
        args.remote.with(None, work).await
    })
}

// === impl Args ===

impl Args {
    async fn work(&self, client: &Client, arguments: Map<String, Value>) -> Result<(), Error> {
        let got = client
            .get_prompt(&self.name, Value::Object(arguments))
            .await;
        let got = match got {
            Ok(got) => got,
            Err(error) => return Err(self.explain(client, error).await),
        };
        if self.json {
            return show::result(&got.raw);
        }
        got.messages.iter().try_for_each(|message| {
            let who = match message.role {
                Role::User => "user",
                Role::Assistant => "assistant",
            };
            show::text(&format!("{who}: {}", show::block_text(&message.content)))
        })
    }

    async fn explain(&self, client: &Client, error: client::Error) -> Error {
        let names = async {
            let prompts = client.list_prompts().await?;
            Ok(prompts.into_iter().map(|prompt| prompt.name).collect())
        };
        self.remote
            .explain_name(error, "prompt", &self.name, names)
            .await
    }
}
