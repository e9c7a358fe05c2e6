//! `tidegate serve`: the built-in tools behind one endpoint.

mod callers;
mod keys;
mod log;

use std::io::{self, IsTerminal, Write};

use tidegate::{Bound, Router, Server};
use tidegate_tools::{Root, install};
use tokio::sync::oneshot;

use self::callers::{Callers, Ways};
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
  tidegate serve --listen 0.0.0.0:8443 --auth-keys keys.toml --tls-self-signed
  tidegate serve --listen 0.0.0.0:8080 --allow-host files.example.org --insecure-no-auth";

/// What the start says of HTTP+SSE.
const OLD: &str = "\
also at /sse and /mcp/sse: HTTP+SSE, which is deprecated since 2025-03-26.
  GET /streams says who still uses it, and so does the log: front=http+sse";

/// Flags that are for a server that listens.
const NETWORK: [&str; 15] = [
    "listen",
    "allow_host",
    "allow_origin",
    "insecure_no_auth",
    "auth_keys",
    "auth_issuer",
    "public_url",
    "tls_cert",
    "tls_key",
    "tls_self_signed",
    "tls_client_ca",
    "tls_client_optional",
    "hsts",
    "behind_proxy",
    "json",
];

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
    /// A message a line, of every revision; it ends when its input does. Whoever started it may do
    /// anything: [auth] is for those who come over a network.
    #[arg(long, conflicts_with_all = NETWORK)]
    stdio: bool,

    /// Print {"event":"listening","url":…} on stdout once the server listens
    #[arg(long)]
    pub(crate) json: bool,

    #[command(flatten)]
    given: Given,
}

/// A server before it serves.
struct Serve {
    loaded: Loaded,
    stdio: bool,
    json: bool,
}

/// Runs the command.
pub(crate) fn run(args: Args) -> Result<(), Error> {
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
    let root = root.keeping_back(loaded.own_files());
    let workers = settings.workers();
    let serve = Serve {
        loaded,
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

// === impl Serve ===

impl Serve {
    async fn run(self, root: Root) -> Result<(), Error> {
        let stop = signals::stop()?;
        let settings = &self.loaded.settings;
        let server = Server::from_handler(tools(root)).config(settings.config());
        if self.stdio {
            if io::stdin().is_terminal() {
                tell(TYPED);
            }
            if settings.auth.knows_without_certificate() {
                tracing::debug!("[auth] is not for stdio: whoever started this may do anything");
            }
            return server.stdio_until(stop).await.map_err(explain);
        }
        let callers = Callers::read(&self.loaded)?;
        let ways = callers.ways.clone();
        let bound = callers
            .guard(server)
            .bind(&settings.listen.to_string())
            .await
            .map_err(|error| self.explain_bind(error))?;
        self.announce(&bound, &ways)?;
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

    fn announce(&self, bound: &Bound, ways: &Ways) -> Result<(), Error> {
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
        let settings = &self.loaded.settings;
        tell(&ways.said(bound.local_addr()));
        tell(&invite::try_it(
            &url,
            invite::Shows {
                token: ways.by_token,
                certificate: settings.tls.requires_certificates(),
                unverified: settings.tls.self_signed,
            },
        ));
        if settings.fronts.sse {
            tell(OLD);
        }
        Ok(())
    }
}

fn tell(line: &str) {
    // A server whose stderr is closed serves all the same.
    let _ = writeln!(anstream::stderr(), "{line}");
}
