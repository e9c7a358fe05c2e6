//! The server that a client command speaks to: where it is, how to speak to it, and what its errors
//! mean here.

use std::time::Duration;

use clap::ValueEnum;
use tidegate::{
    Client, Level,
    client::{self, EraChoice, Revision, Target},
};

use crate::{
    answers::Answers,
    arguments::Argument,
    credentials::{self, Credentials},
    error::{Error, Kind},
    nearest, signals, span,
};

/// How long a server may take to hear that a call is cancelled or a session over. It is told out of
/// courtesy; a server that is stuck must not keep the command from ending.
pub(crate) const FAREWELL: Duration = Duration::from_secs(1);

/// How long a server may take to end that this command has started: longer than the client waits for
/// it to go by itself, to go when asked, and to be gone when killed.
const LAST_FAREWELL: Duration = Duration::from_secs(8);

/// The JSON-RPC code of an unknown tool or prompt (2026-07-28 tools §Error Handling).
const INVALID_PARAMS: i64 = -32602;

/// The JSON-RPC code of a client that cannot be asked (2026-07-28 basic §Error Codes).
const MISSING_CAPABILITY: i64 = -32021;

// A plain comment: clap would take a doc comment for the help of every command that flattens this.
// Where the server is and how to speak to it.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Remote {
    /// The server: http://127.0.0.1:8080/mcp, ws://127.0.0.1:8080/ws, or 'stdio:COMMAND ARGUMENTS'
    ///
    /// A URL may be of Streamable HTTP, old or new, or of HTTP+SSE, which is found out; sse+http://
    /// says that it is HTTP+SSE. A command after stdio: is started, spoken to on its stdin and
    /// stdout, and ended with all that it started.
    #[arg(value_name = "SERVER")]
    target: Target,

    #[command(flatten)]
    credentials: Credentials,

    /// An answer to what the server asks in the middle, as FIELD=VALUE of a form; may be given again
    #[arg(long, value_name = "FIELD=VALUE", help_heading = "Connection")]
    answer: Vec<Argument>,

    /// Which era of the protocol to speak
    #[arg(
        long,
        value_name = "ERA",
        default_value = "auto",
        help_heading = "Connection"
    )]
    era: Era,

    /// The longest to wait for an answer, as in 500ms, 30s or 2m
    ///
    /// Without it an answer may take as long as it needs, but the server may not be silent for more
    /// than five minutes.
    #[arg(long, value_name = "TIME", value_parser = span::parse, help_heading = "Connection")]
    deadline: Option<Duration>,
}

/// Which revisions to speak.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Era {
    /// Ask the server
    Auto,
    /// 2026-07-28, or nothing
    Modern,
    /// 2025-11-25, or an older one if the server wants it
    Legacy,
}

// === impl Remote ===

impl Remote {
    /// Returns the server at `target`, with nothing else said about it.
    pub(crate) fn at(target: Target) -> Self {
        Self {
            target,
            credentials: Credentials::default(),
            answer: Vec::new(),
            era: Era::Auto,
            deadline: None,
        }
    }

    /// Shows the server these.
    pub(crate) fn with_credentials(mut self, credentials: Credentials) -> Self {
        self.credentials = credentials;
        self
    }

    /// Connects, works, and takes leave.
    ///
    /// Ctrl-C ends the connecting, and the leave-taking. Ending the work is left to the work: a call
    /// wants to be cancelled in good order.
    pub(crate) async fn with(
        &self,
        level: Option<Level>,
        work: impl AsyncFnOnce(&Client) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let client = signals::or_interrupt(self.connect(level)).await?;
        let done = work(&client).await;
        let farewell = match self.target {
            Target::Stdio(_) => LAST_FAREWELL,
            _ => FAREWELL,
        };
        // Its failure changes nothing: the work is done or has failed already.
        tokio::select! {
            _ = tokio::time::timeout(farewell, client.close()) => {}
            () = signals::interrupt() => {}
        }
        done
    }

    async fn connect(&self, level: Option<Level>) -> Result<Client, Error> {
        let mut builder = Client::builder(&self.target.to_string())
            .info("tidegate", env!("CARGO_PKG_VERSION"))
            .log_level(level)
            .era(self.era.choice());
        builder = self.credentials.give(builder, &self.target)?;
        if let Some(answers) = Answers::read(&self.answer)? {
            builder = answers.for_client(builder);
        }
        if let Some(deadline) = self.deadline {
            builder = builder.deadline(deadline).handshake_deadline(deadline);
        }
        let connected = builder.connect().await;
        connected.map_err(|error| self.explain_connect(error))
    }

    /// As [`explain`](Self::explain), of an error on the way to a connection: a command that ends
    /// before it has said who it is was no server.
    fn explain_connect(&self, error: client::Error) -> Error {
        let is_command = matches!(self.target, Target::Stdio(_));
        if !is_command || !error.is_broken() || error.is_connect() {
            return self.explain(error);
        }
        Error::new(Kind::Connect, error)
            .context("the command never introduced itself as a server")
            .hint("does the command run by itself, from here, and speak MCP on stdin and stdout?")
    }

    /// Turns the library's error into this command's, with what may mend it.
    pub(crate) fn explain(&self, error: client::Error) -> Error {
        let kind = kind(&error);
        let code = error.rpc_code();
        let is_unasked = self.answer.is_empty() && wants_to_ask(&error);
        let login = credentials::login_hint(&error, &self.target.to_string());
        let is_untrusted = is_untrusted(&error);
        let told = Error::new(kind, error).code(code);
        match kind {
            Kind::Connect => match &self.target {
                Target::Stdio(_) => told.hint("does the command run by itself, from here?"),
                _ if is_untrusted => told.hint(
                    "--cacert FILE trusts another authority; one that `serve --tls-self-signed` makes \
                     up is for curl -k and browsers",
                ),
                target => told.hint(format!("is a server listening at {target}?")),
            },
            Kind::Auth => self.credentials.hint(told, login),
            Kind::Timeout => told.hint("--deadline 5m waits longer"),
            _ if is_unasked => {
                told.hint("it asks something in the middle; answer with --answer FIELD=VALUE")
            }
            Kind::Protocol => match &self.target {
                Target::Http(url) if url.path() == "/" => {
                    told.hint(format!("most servers have their endpoint at {url}mcp"))
                }
                _ => told,
            },
            _ => told,
        }
    }

    /// As [`explain`](Self::explain), with the names that may have been meant if it is the name that
    /// the server does not know.
    pub(crate) async fn explain_name(
        &self,
        error: client::Error,
        what: &str,
        name: &str,
        names: impl Future<Output = Result<Vec<String>, client::Error>>,
    ) -> Error {
        let refused = error.rpc_code() == Some(INVALID_PARAMS);
        let told = self.explain(error);
        if !refused {
            return told;
        }
        let names =
            signals::or_interrupt(async { names.await.map_err(|error| self.explain(error)) });
        // A second failure says nothing that the first did not.
        let Ok(names) = names.await else { return told };
        if names.iter().any(|known| known == name) {
            return told;
        }
        let told = told.context(format!("the server has no {what} {name}"));
        match nearest::hint(name, what, &names) {
            Some(hint) => told.hint(hint),
            None => told,
        }
    }
}

/// Whether the server is there, and its certificate is of nobody that is trusted here.
fn is_untrusted(error: &client::Error) -> bool {
    let mut cause = std::error::Error::source(error);
    while let Some(deeper) = cause {
        // It comes through several libraries, and keeps no type that all of them name.
        if deeper.to_string().starts_with("invalid peer certificate") {
            return true;
        }
        cause = deeper.source();
    }
    false
}

/// Whether the server wanted to ask something. In a session (2025-11-25) no code is kept for that, and
/// ours names what it misses all the same.
fn wants_to_ask(error: &client::Error) -> bool {
    let missing = error
        .rpc_data()
        .and_then(|data| data.get("requiredCapabilities"));
    error.rpc_code() == Some(MISSING_CAPABILITY) || missing.is_some()
}

/// Returns what kind of error of this command a library's error is.
pub(crate) fn kind(error: &client::Error) -> Kind {
    match error {
        error if error.is_timeout() => Kind::Timeout,
        error if error.is_connect() => Kind::Connect,
        error if error.is_auth() => Kind::Auth,
        error if error.is_input() => Kind::Usage,
        _ => Kind::Protocol,
    }
}

// === impl Era ===

impl Era {
    const fn choice(self) -> EraChoice {
        match self {
            Self::Auto => EraChoice::Auto,
            Self::Modern => EraChoice::Modern,
            Self::Legacy => EraChoice::Legacy(Revision::NEWEST_LEGACY),
        }
    }
}
