//! `tidegate read`: one resource.

use std::io::{self, IsTerminal, Write};

use base64::{Engine, engine::general_purpose::STANDARD};
use tidegate::{Client, ResourceContents};

use crate::{
    error::{Error, Kind},
    remote::Remote,
    runtime, show, signals,
};

const EXAMPLES: &str = "\
Examples:
  tidegate read 'stdio:npx -y @modelcontextprotocol/server-everything' \\
    demo://resource/static/document/architecture.md
  tidegate read https://example.org/mcp file:///chart.png > chart.png

`tidegate serve` has tools alone; these need a server that has the resource.";

/// Read a resource
///
/// Prints its text, or its bytes if stdout is a file or a pipe.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    #[command(flatten)]
    remote: Remote,

    /// The resource's URI, as `tidegate list` shows it
    uri: String,

    /// Print one JSON event: the result, or the error
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

// === impl Args ===

impl Args {
    async fn work(&self, client: &Client) -> Result<(), Error> {
        let read = client
            .read(&self.uri)
            .await
            .map_err(|error| self.remote.explain(error))?;
        if self.json {
            return show::result(&read.raw);
        }
        read.contents.iter().try_for_each(show_contents)
    }
}

/// Prints text as it is and bytes as they are, but no bytes on a terminal.
fn show_contents(contents: &ResourceContents) -> Result<(), Error> {
    match &contents.blob {
        Some(blob) if !io::stdout().is_terminal() => {
            let bytes = STANDARD.decode(blob).map_err(|error| {
                Error::new(
                    Kind::Protocol,
                    format!("{} is not Base64: {error}", contents.uri),
                )
            })?;
            let mut stdout = io::stdout().lock();
            stdout
                .write_all(&bytes)
                .and_then(|()| stdout.flush())
                .map_err(Error::stdout)
        }
        _ => show::text(&show::resource_text(contents)),
    }
}
