//! `tidegate connect`: a remote server as a server on stdio.

use std::{error::Error as _, io::Write, sync::Arc};

use parking_lot::Mutex;
use tidegate::{Client, client, client::Target};

use crate::{
    credentials::{self, Credentials},
    error::{Error, Kind},
    printable::printable,
    remote, runtime, signals,
};

const EXAMPLES: &str = "\
Examples:
  tidegate connect http://127.0.0.1:8080/mcp
  TIDEGATE_TOKEN=… tidegate connect https://mcp.example.com/mcp
  tidegate connect sse+https://old.example.com/sse

In a host's configuration:
  {\"mcpServers\": {\"remote\": {\"command\": \"tidegate\",
    \"args\": [\"connect\", \"https://mcp.example.com/mcp\"]}}}";

/// Connect a remote server to a host that can only start commands
///
/// Speaks the protocol on stdin and stdout, one message a line, and relays each message as it is: the
/// host and the server speak the same era. Talk goes to stderr. It ends with its stdin, after the
/// answers that come within five seconds; at Ctrl-C, SIGTERM or SIGHUP it cancels them. If no message ever
/// reached the server, it exits as any command that cannot connect.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// The server: http://127.0.0.1:8080/mcp, sse+http://127.0.0.1:8080/sse, ws://127.0.0.1:8080/ws or
    /// 'stdio:COMMAND …'
    #[arg(value_name = "SERVER")]
    target: Target,

    #[command(flatten)]
    credentials: Credentials,
}

/// Runs the command.
pub(crate) fn run(args: Args) -> Result<(), Error> {
    runtime::client(async {
        let relay = args.relay()?;
        let target = args.target.to_string();
        anstream::eprintln!("relaying stdin and stdout to {}", printable(&target));
        let stop = signals::interrupted()?;
        let (log, target) = (Arc::new(Log::default()), target.clone());
        let tells = log.clone();
        let relay = relay.on_reach(move |how| tells.tell(&target, how));
        let ended = relay.run_until(tokio::io::stdin(), tokio::io::stdout(), stop);
        ended.await.map_err(failed)?;
        log.end()
    })
}

/// What a host keeps of stderr: whether the server is reached, a line for each change.
#[derive(Debug, Default)]
struct Log(Mutex<Reach>);

/// Whether the server has been reached.
#[derive(Debug, Default)]
enum Reach {
    /// Nothing has been sent.
    #[default]
    Unknown,
    /// Never, and why.
    Never(Error),
    /// It has been, and is.
    Now,
    /// It has been, and is not.
    Before,
}

// === impl Log ===

impl Log {
    fn tell(&self, target: &str, how: Result<(), &client::Error>) {
        let mut reach = self.0.lock();
        *reach = match (how, &*reach) {
            (Ok(()), Reach::Unknown | Reach::Now) => Reach::Now,
            (Ok(()), Reach::Never(_) | Reach::Before) => {
                say(&format!("messages reach {target} now"));
                Reach::Now
            }
            (Err(error), before) => {
                let hint = match (credentials::login_hint(error, target), error) {
                    (Some(login), _) => login,
                    (None, error) if error.is_auth() => {
                        "give a token in the variable TIDEGATE_TOKEN".to_owned()
                    }
                    _ => "is the server running, and is this its address?".to_owned(),
                };
                let error = Error::new(remote::kind(error), words(error))
                    .context(format!("messages do not reach {target}"));
                say(&error.to_string());
                match before {
                    Reach::Unknown | Reach::Never(_) => Reach::Never(error.hint(hint)),
                    Reach::Now | Reach::Before => Reach::Before,
                }
            }
        };
    }

    /// Returns how the command ends: a relay that never reached its server has failed.
    fn end(&self) -> Result<(), Error> {
        match std::mem::take(&mut *self.0.lock()) {
            Reach::Never(error) => Err(error),
            Reach::Unknown | Reach::Now | Reach::Before => Ok(()),
        }
    }
}

/// Writes a line to stderr. Whoever started this may have closed it, which is no reason to end.
fn say(line: &str) {
    let _ = writeln!(anstream::stderr(), "{}", printable(line));
}

/// The error and its causes.
fn words(error: &client::Error) -> String {
    let mut words = error.to_string();
    let mut cause = error.source();
    while let Some(deeper) = cause {
        words.push_str(": ");
        words.push_str(&deeper.to_string());
        cause = deeper.source();
    }
    words
}

// === impl Args ===

impl Args {
    fn relay(&self) -> Result<client::Relay, Error> {
        let builder = Client::builder(&self.target.to_string());
        let builder = self.credentials.give(builder, &self.target)?;
        builder.relay().map_err(failed)
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
