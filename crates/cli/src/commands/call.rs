//! `tidegate call`: one tool call, its notifications live, its result at the end.

use std::io::IsTerminal;

use serde_json::{Map, Value};
use tidegate::{
    Client, Level,
    client::{self, CallResult},
};

use crate::{
    arguments::{Argument, Given},
    error::{Error, Kind},
    remote::{FAREWELL, Remote},
    runtime, show, signals,
    talk::Watch,
};

const EXAMPLES: &str = "\
Examples:
  tidegate call http://127.0.0.1:8080/mcp process_files
  tidegate call http://127.0.0.1:8080/mcp process_files paths='*.md,*.pdf' message='all calm'
  tidegate call http://127.0.0.1:8080/mcp calculate a=6 b=7 op=mul --json
  echo '{\"message\": \"ahoy\"}' | tidegate call http://127.0.0.1:8080/mcp echo -

How arguments are written:
  key=value    text, or what the tool's schema says: a number, true or false, an array as a,b,c
  key:=json    a JSON value as it is: n:=3, paths:='[\"a,b.md\"]'
  key=@file    the text of a file
  -            a JSON object on stdin; what is typed goes over it";

/// Call a tool: its notifications live, then its result
///
/// Progress and log messages go to stderr as they arrive, the result to stdout. Ctrl-C cancels the
/// call.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    #[command(flatten)]
    remote: Remote,

    /// The tool's name, as `tidegate list` shows it
    tool: String,

    /// The tool's arguments: key=value, key:=json, key=@file, or - for JSON on stdin
    #[arg(value_name = "ARGUMENT")]
    arguments: Vec<Argument>,

    /// The lightest log messages to ask for: debug, info, notice, warning, error, critical, alert,
    /// emergency
    #[arg(long, default_value = "info")]
    level: Level,

    /// Print the structured content instead of the text
    #[arg(long, conflicts_with = "json")]
    structured: bool,

    /// Print one JSON event a line: log, progress, and last result or error
    #[arg(long)]
    pub(crate) json: bool,
}

/// Runs the command.
pub(crate) fn run(args: Args) -> Result<(), Error> {
    // Before a connection opens: a slip in the arguments costs the server nothing.
    let given = Given::read(args.arguments.clone())?;
    runtime::client(async {
        let work = async |client: &Client| args.work(client, given).await;
        args.remote.with(Some(args.level), work).await
    })
}

// === impl Args ===

impl Args {
    async fn work(&self, client: &Client, given: Given) -> Result<(), Error> {
        let schema = match given.wants_schema() {
            true => signals::or_interrupt(self.schema(client)).await?,
            false => None,
        };
        let arguments = given.for_tool(schema.as_ref())?;
        let mut watch = Watch::new(&self.tool, self.json);
        let result = match follow(client, &self.tool, arguments, &mut watch).await? {
            Ok(result) => result,
            Err(error) => return Err(self.explain(client, error).await),
        };
        drop(watch);
        self.show(&result)
    }

    /// Returns the tool's input schema; none if the server does not list the tool, for it may serve
    /// it all the same.
    async fn schema(&self, client: &Client) -> Result<Option<Value>, Error> {
        let tools = client
            .list_tools()
            .await
            .map_err(|error| self.remote.explain(error))?;
        let tool = tools.into_iter().find(|tool| tool.name == self.tool);
        Ok(tool.map(|tool| tool.input_schema))
    }

    async fn explain(&self, client: &Client, error: client::Error) -> Error {
        let names = async {
            let tools = client.list_tools().await?;
            Ok(tools.into_iter().map(|tool| tool.name).collect())
        };
        self.remote
            .explain_name(error, "tool", &self.tool, names)
            .await
    }

    fn show(&self, result: &CallResult) -> Result<(), Error> {
        match &result.structured {
            _ if self.json => show::result(&result.raw)?,
            Some(structured) if self.structured => show::pretty(structured)?,
            None if self.structured && !result.is_error => {
                let error = format!("the tool {} gave no structured content", self.tool);
                return Err(Error::new(Kind::Protocol, error)
                    .hint("without --structured its text is shown"));
            }
            structured => {
                show::content(&result.content)?;
                if structured.is_some() && std::io::stderr().is_terminal() {
                    anstream::eprintln!("(--structured shows the whole of it)");
                }
            }
        }
        if result.is_error {
            let error = format!("the tool {} reports a failure", self.tool);
            return Err(Error::new(Kind::Tool, error));
        }
        Ok(())
    }
}

/// Starts a call and shows its notifications as they arrive, until it is done. Ctrl-C cancels it.
///
/// The outer error is ours, the inner one the server's.
pub(crate) async fn follow(
    client: &Client,
    tool: &str,
    arguments: Map<String, Value>,
    watch: &mut Watch,
) -> Result<Result<CallResult, client::Error>, Error> {
    let call = client
        .call(tool)
        .arguments(Value::Object(arguments))
        .start()
        .await;
    let mut call = match call {
        Ok(call) => call,
        Err(error) => return Ok(Err(error)),
    };
    if let Err(error) = signals::or_interrupt(events(&mut call, watch)).await {
        // The process is about to end: the server is told before it does.
        let _ = tokio::time::timeout(FAREWELL, call.cancel()).await;
        return Err(error);
    }
    Ok(call.result().await)
}

async fn events(call: &mut client::Call, watch: &mut Watch) -> Result<(), Error> {
    while let Some(event) = call.next().await {
        match event {
            client::Event::Log(log) => watch.log(log.level, log.logger.as_deref(), &log.data)?,
            client::Event::Progress(step) => {
                watch.progress(step.progress, step.total, step.message.as_deref())?;
            }
            _ => {}
        }
    }
    Ok(())
}
