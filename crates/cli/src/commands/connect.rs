//! `tidegate connect`: a remote server as a server on stdio.

use tidegate::{Client, client, client::Target};

use crate::{
    error::{Error, Kind},
    printable::printable,
    remote::{self, Header},
    runtime, signals,
};

const EXAMPLES: &str = "\
Examples:
  tidegate connect http://127.0.0.1:8080/mcp
  tidegate connect https://mcp.example.com/mcp --header 'Authorization: Bearer …'
  tidegate connect sse+https://old.example.com/sse

In a host's configuration:
  {\"mcpServers\": {\"remote\": {\"command\": \"tidegate\",
    \"args\": [\"connect\", \"https://mcp.example.com/mcp\"]}}}";

/// Connect a remote server to a host that can only start commands
///
/// Speaks the protocol on stdin and stdout, one message a line, and relays each message as it is: the
/// host and the server speak the same era. Talk goes to stderr. It ends with its stdin, after the
/// answers that come within five seconds.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// The server: http://127.0.0.1:8080/mcp, sse+http://127.0.0.1:8080/sse, ws://127.0.0.1:8080/ws or
    /// 'stdio:COMMAND …'
    #[arg(value_name = "SERVER")]
    target: Target,

    /// A header for every request, as in 'Authorization: Bearer …'; may be given again
    #[arg(long, value_name = "NAME:VALUE")]
    header: Vec<Header>,
}

/// Runs the command.
pub(crate) fn run(args: Args) -> Result<(), Error> {
    runtime::client(async {
        let relay = args.relay().map_err(failed)?;
        let target = args.target.to_string();
        anstream::eprintln!("relaying stdin and stdout to {}", printable(&target));
        let stop = signals::interrupted()?;
        let ended = relay.run_until(tokio::io::stdin(), tokio::io::stdout(), stop);
        ended.await.map_err(failed)
    })
}

// === impl Args ===

impl Args {
    fn relay(&self) -> Result<client::Relay, client::Error> {
        let mut builder = Client::builder(&self.target.to_string());
        for header in &self.header {
            builder = builder.header(&header.name, &header.value);
        }
        builder.relay()
    }
}

fn failed(error: client::Error) -> Error {
    let kind = match remote::kind(&error) {
        // What is read from stdin cannot break the relay: it is the host that has gone.
        Kind::Protocol => Kind::ReaderGone,
        kind => kind,
    };
    Error::new(kind, error)
}
