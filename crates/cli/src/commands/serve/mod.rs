//! `tidegate serve`: the built-in tools behind one endpoint.

mod log;
mod tls;

use std::io::{self, IsTerminal, Write};

use tidegate::{Bound, Handler, Router, Server};
use tidegate_tools::{Root, install};
use tokio::sync::oneshot;

use crate::{
    error::{Error, Kind},
    invite,
    json::Event,
    runtime,
    settings::{Address, Given, Loaded},
    show, signals,
};

const EXAMPLES: &str = "\
Examples:
  tidegate serve
  tidegate serve --listen 127.0.0.1:0 --root ~/documents --log debug
  tidegate serve --listen unix:/run/tidegate.sock --workers 2
  tidegate serve --config tidegate.toml --set limits.max_calls=100
  tidegate serve --stdio --root ~/documents
  tidegate serve --sse --sse-sunset 2027-06-30
  tidegate serve --listen 127.0.0.1:8443 --tls-cert chain.pem --tls-key key.pem
  tidegate serve --listen 0.0.0.0:8080 --allow-host files.example.org --insecure-no-auth";

/// What the start says of HTTP+SSE.
const OLD: &str = "\
also at /sse and /mcp/sse: HTTP+SSE, which is deprecated since 2025-03-26.
  GET /streams says who still uses it, and so does the log: front=http+sse";

/// What somebody is told who types `--stdio` and might take the silence for a fault.
const TYPED: &str = "\
serving stdin and stdout, a JSON-RPC message a line; a client starts this by itself, as in \
tidegate list 'stdio:tidegate serve --stdio'; Ctrl-D ends it";

/// Serve the built-in tools to clients old and new
///
/// One endpoint, /mcp, speaks every revision of Streamable HTTP since 2025-03-26. Beside it stand
/// plain streams for curl and browsers: /tools/NAME/stream calls a tool, /stream and /calculate show
/// how such streams look. /streams says who is connected. Ctrl-C lets calls under way end, for ten
/// seconds at most. Flags are stronger than TIDEGATE_* variables, these than .env, and that than the
/// file of --config; `tidegate config show` says what comes of it.
#[derive(Debug, clap::Args)]
#[command(
    after_help = EXAMPLES,
    mut_arg("sse", |arg| arg.conflicts_with("stdio")),
)]
pub(crate) struct Args {
    /// Serve the program that started this one, over standard input and output, and nobody else
    ///
    /// A message a line, of every revision; it ends when its input does.
    #[arg(long, conflicts_with_all = ["listen", "json", "allow_host", "allow_origin", "insecure_no_auth"])]
    stdio: bool,

    /// Print {"event":"listening","url":…} on stdout once the server listens
    #[arg(long)]
    pub(crate) json: bool,

    #[command(flatten)]
    given: Given,

    #[command(flatten)]
    transport: tls::Transport,
}

/// A server before it serves.
struct Serve {
    loaded: Loaded,
    transport: tls::Transport,
    stdio: bool,
    json: bool,
}

/// Runs the command.
pub(crate) fn run(args: Args) -> Result<(), Error> {
    if let Some(problem) = args.transport.problem() {
        return Err(Error::new(Kind::Usage, problem));
    }
    // Over stdio nothing is listened at, and the folder that a host starts this in may hold another
    // program's `.env`: names that are not ours are not meant for us.
    let loaded = Loaded::load(&args.given, !args.stdio)?;
    let settings = &loaded.settings;
    log::to_stderr(&settings.log, settings.access_log, settings.log_format);
    let root = settings.root.as_path();
    let root = Root::open(root).map_err(|error| {
        let from = loaded.origins.of("root");
        Error::new(Kind::Local, error)
            .hint(format!("--root names another folder; this one: {from}"))
    })?;
    let workers = settings.workers();
    let serve = Serve {
        loaded,
        transport: args.transport,
        stdio: args.stdio,
        json: args.json,
    };
    runtime::server(workers, serve.run(root))
}

/// Returns the built-in tools, reading under `root`.
pub(crate) fn tools(root: Root) -> Router {
    install(Router::new("tidegate", env!("CARGO_PKG_VERSION")), root)
}

/// Turns the library's error into this command's.
pub(crate) fn explain(error: tidegate::Error) -> Error {
    match error {
        error if error.is_unsafe() => Error::new(Kind::Usage, error),
        error if error.is_bind() => Error::new(Kind::Connect, error),
        error => Error::new(Kind::Local, error),
    }
}

/// Makes callers show the token that the settings hold.
///
/// # Errors
///
/// There is one: nothing asks for it yet, and whoever set it counts on it.
fn authenticate<H: Handler>(server: Server<H>, loaded: &Loaded) -> Result<Server<H>, Error> {
    if loaded.settings.access.token.is_none() {
        return Ok(server);
    }
    let from = loaded.origins.of("access.token");
    let error = format!(
        "access.token is set ({from}), and callers are not yet asked for it: this server would let anyone in"
    );
    Err(Error::new(Kind::Usage, error).hint("start it without the token, on loopback"))
}

// === impl Serve ===

impl Serve {
    async fn run(self, root: Root) -> Result<(), Error> {
        let stop = signals::stop()?;
        let settings = &self.loaded.settings;
        let mut config = settings.config();
        self.transport.set(&mut config);
        let server = Server::from_handler(tools(root)).config(config);
        if self.stdio {
            if io::stdin().is_terminal() {
                tell(TYPED);
            }
            return server.stdio_until(stop).await.map_err(explain);
        }
        let bound = authenticate(server, &self.loaded)?
            .bind(&settings.listen.to_string())
            .await
            .map_err(|error| self.explain_bind(error))?;
        self.announce(&bound)?;
        let (stopping, told) = oneshot::channel();
        let stop = async {
            stop.await;
            tell("stopping when the calls under way have ended; Ctrl-C again ends them");
            let _ = stopping.send(());
        };
        let impatient = async {
            let _ = told.await;
            signals::interrupt().await;
        };
        tokio::select! {
            served = bound.run_until(stop) => served.map_err(explain)?,
            () = impatient => return Err(Error::interrupted()),
        }
        tell("stopped");
        Ok(())
    }

    /// As [`explain`], with what helps an address that cannot be listened at.
    fn explain_bind(&self, error: tidegate::Error) -> Error {
        let (is_bind, is_unsafe) = (error.is_bind(), error.is_unsafe());
        let told = explain(error);
        if !is_bind && !is_unsafe {
            return told;
        }
        let told = match self.loaded.origins.given("listen") {
            Some(from) => told.hint(format!("the address comes from {from}")),
            None => told,
        };
        match &self.loaded.settings.listen {
            _ if is_unsafe => told,
            Address::Tcp { .. } => told.hint("--listen 127.0.0.1:0 takes a port that is free"),
            Address::Unix(_) => told.hint(
                "a socket needs a folder that exists and that you may write to, and a name in it that is free",
            ),
        }
    }

    fn announce(&self, bound: &Bound) -> Result<(), Error> {
        let url = bound.url();
        let fingerprint = bound.fingerprint();
        if self.json {
            let fingerprint = fingerprint.as_deref();
            show::event(&Event::Listening {
                url: &url,
                fingerprint,
            })?;
        }
        if let Some(sources) = self.loaded.sources() {
            tell(&format!("settings from {sources}"));
        }
        tell(&format!("listening on {url}"));
        if let Some(fingerprint) = fingerprint {
            tell(&format!("certificate, by SHA-256: {fingerprint}"));
        }
        tell(&match self.transport.is_self_signed() {
            true => invite::try_it_unverified(&url),
            false => invite::try_it(&url),
        });
        if self.loaded.settings.fronts.sse {
            tell(OLD);
        }
        Ok(())
    }
}

fn tell(line: &str) {
    // A server whose stderr is closed serves all the same.
    let _ = writeln!(anstream::stderr(), "{line}");
}
