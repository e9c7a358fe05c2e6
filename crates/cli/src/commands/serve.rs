//! `tidegate serve`: the built-in tools behind one endpoint.

mod tls;

use std::{
    io::{self, IsTerminal, Write},
    num::NonZero,
    path::PathBuf,
    time::SystemTime,
};

use clap::ValueEnum;
use tidegate::{Bound, Config, Deprecation, Fronts, HttpSse, Respond, Router, Server};
use tidegate_tools::{Root, install};
use tokio::sync::oneshot;
use tracing_subscriber::EnvFilter;

use crate::{
    day,
    error::{Error, Kind},
    forms, invite,
    json::Event,
    runtime, show, signals,
};

const EXAMPLES: &str = "\
Examples:
  tidegate serve
  tidegate serve --listen 127.0.0.1:0 --root ~/documents --log debug
  tidegate serve --listen unix:/run/tidegate.sock --workers 2
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
/// seconds at most.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// Where to listen: HOST:PORT (port 0 takes a free one) or unix:/PATH
    ///
    /// The default is on loopback: nobody but this machine reaches it.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080", value_parser = forms::address)]
    listen: String,

    /// Serve the program that started this one, over standard input and output, and nobody else
    ///
    /// A message a line, of every revision; it ends when its input does.
    #[arg(long, conflicts_with_all = ["listen", "json", "allow_host", "allow_origin", "insecure_no_auth"])]
    stdio: bool,

    /// Serve HTTP+SSE too, the transport of 2024-11-05, at /sse and at /mcp/sse
    ///
    /// It is deprecated since 2025-03-26. Clients that speak nothing newer need it; /streams and the
    /// log say which these are.
    #[arg(long, conflicts_with = "stdio")]
    sse: bool,

    /// Tell the clients of HTTP+SSE when it ends: 2027-06-30
    #[arg(long, value_name = "DATE", requires = "sse", value_parser = day::sunset)]
    sse_sunset: Option<SystemTime>,

    /// The folder that the tools may read; nothing outside it
    #[arg(long, value_name = "DIR", default_value = ".")]
    root: PathBuf,

    /// How to answer
    #[arg(long, value_name = "HOW", default_value = "auto")]
    respond: How,

    /// Threads that serve; by default one a core
    #[arg(long, value_name = "N", value_parser = forms::workers)]
    workers: Option<NonZero<usize>>,

    /// A host that requests may be for, besides loopback ones: example.org or example.org:8080; may
    /// be given again
    #[arg(long, value_name = "HOST", value_parser = forms::host)]
    allow_host: Vec<String>,

    /// An origin whose pages may call, besides loopback ones: https://example.org; may be given again
    #[arg(long, value_name = "ORIGIN", value_parser = forms::origin)]
    allow_origin: Vec<String>,

    /// Let anyone call who reaches an address beyond loopback
    #[arg(long)]
    insecure_no_auth: bool,

    /// What to log on stderr, as in info, debug, or warn,tidegate_server=trace
    #[arg(long, value_name = "FILTER", default_value = "info", value_parser = forms::filter)]
    log: String,

    /// Print {"event":"listening","url":…} on stdout once the server listens
    #[arg(long)]
    pub(crate) json: bool,

    #[command(flatten)]
    transport: tls::Transport,
}

/// How to answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum How {
    /// One JSON object for a call that ends before it says anything, a stream otherwise
    Auto,
    /// Always one JSON object; what a call says on its way is left out
    Json,
    /// Always a stream
    Sse,
}

/// Runs the command.
pub(crate) fn run(args: Args) -> Result<(), Error> {
    log_to_stderr(&args.log);
    if let Some(problem) = args.transport.problem() {
        return Err(Error::new(Kind::Usage, problem));
    }
    let root = Root::open(&args.root)
        .map_err(|error| Error::new(Kind::Local, error).hint("--root names another folder"))?;
    runtime::server(args.workers, args.serve(root))
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

// === impl Args ===

impl Args {
    async fn serve(&self, root: Root) -> Result<(), Error> {
        let stop = signals::stop()?;
        let mut server = Server::from_handler(tools(root))
            .config(self.config())
            .insecure_no_auth(self.insecure_no_auth);
        for host in &self.allow_host {
            server = server.allow_host(host);
        }
        for origin in &self.allow_origin {
            server = server.allow_origin(origin);
        }
        if self.stdio {
            if io::stdin().is_terminal() {
                tell(TYPED);
            }
            return server.stdio_until(stop).await.map_err(explain);
        }
        let bound = server
            .bind(&self.listen)
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
        let is_bind = error.is_bind();
        let told = explain(error);
        match self.listen.strip_prefix("unix:") {
            _ if !is_bind => told,
            None => told.hint("--listen 127.0.0.1:0 takes a port that is free"),
            Some(_) => told.hint(
                "a socket needs a folder that exists and that you may write to, and a name in it that is free",
            ),
        }
    }

    fn config(&self) -> Config {
        let deprecation = Deprecation {
            sunset: self.sse_sunset,
            ..Deprecation::default()
        };
        let mut config = Config {
            respond: self.respond.setting(),
            fronts: Fronts {
                http_sse: self.sse,
                samples: true,
                monitor: true,
                ..Fronts::default()
            },
            http_sse: HttpSse {
                deprecation: Some(deprecation),
                ..HttpSse::default()
            },
            ..Config::default()
        };
        self.transport.set(&mut config);
        config
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
        tell(&format!("listening on {url}"));
        if let Some(fingerprint) = fingerprint {
            tell(&format!("certificate, by SHA-256: {fingerprint}"));
        }
        tell(&match self.transport.is_self_signed() {
            true => invite::try_it_unverified(&url),
            false => invite::try_it(&url),
        });
        if self.sse {
            tell(OLD);
        }
        Ok(())
    }
}

fn tell(line: &str) {
    // A server whose stderr is closed serves all the same.
    let _ = writeln!(anstream::stderr(), "{line}");
}

fn log_to_stderr(filter: &str) {
    let colours = anstream::AutoStream::choice(&io::stderr());
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(filter))
        .with_writer(io::stderr)
        .with_ansi(colours != anstream::ColorChoice::Never && io::stderr().is_terminal());
    subscriber.init();
}

// === impl How ===

impl How {
    const fn setting(self) -> Respond {
        match self {
            Self::Auto => Respond::Auto,
            Self::Json => Respond::Json,
            Self::Sse => Respond::Sse,
        }
    }
}
