//! `tidegate serve`: the built-in tools behind one endpoint.

use std::{
    io::{IsTerminal, Write},
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
    invite,
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
  tidegate serve --listen 0.0.0.0:8080 --allow-host files.example.org --insecure-no-auth";

/// What the start says of HTTP+SSE.
const OLD: &str = "\
also at /sse and /mcp/sse: HTTP+SSE, which is deprecated since 2025-03-26.
  GET /streams says who still uses it, and so does the log: front=http+sse";

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
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080", value_parser = address)]
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
    #[arg(long, value_name = "N")]
    workers: Option<NonZero<usize>>,

    /// A host that requests may be for, besides loopback ones: example.org or example.org:8080; may
    /// be given again
    #[arg(long, value_name = "HOST")]
    allow_host: Vec<String>,

    /// An origin whose pages may call, besides loopback ones: https://example.org; may be given again
    #[arg(long, value_name = "ORIGIN")]
    allow_origin: Vec<String>,

    /// Let anyone call who reaches an address beyond loopback
    #[arg(long)]
    insecure_no_auth: bool,

    /// What to log on stderr, as in info, debug, or warn,tidegate_server=trace
    #[arg(long, value_name = "FILTER", default_value = "info", value_parser = filter)]
    log: String,

    /// Print {"event":"listening","url":…} on stdout once the server listens
    #[arg(long)]
    pub(crate) json: bool,
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
        error if error.is_bind() => {
            Error::new(Kind::Connect, error).hint("--listen 127.0.0.1:0 takes a port that is free")
        }
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
            return server.stdio_until(stop).await.map_err(explain);
        }
        let bound = server.bind(&self.listen).await.map_err(explain)?;
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

    fn config(&self) -> Config {
        let deprecation = Deprecation {
            sunset: self.sse_sunset,
            ..Deprecation::default()
        };
        Config {
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
        }
    }

    fn announce(&self, bound: &Bound) -> Result<(), Error> {
        let url = bound.url();
        if self.json {
            show::event(&Event::Listening { url: &url })?;
        }
        tell(&format!("listening on {url}"));
        tell(&invite::try_it(&url));
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
    let colours = anstream::AutoStream::choice(&std::io::stderr());
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(filter))
        .with_writer(std::io::stderr)
        .with_ansi(colours != anstream::ColorChoice::Never && std::io::stderr().is_terminal());
    subscriber.init();
}

fn filter(text: &str) -> Result<String, String> {
    match EnvFilter::try_new(text) {
        Ok(_) => Ok(text.to_owned()),
        Err(error) => Err(format!(
            "{error}; write info, debug, or warn,tidegate_server=trace"
        )),
    }
}

/// Checks the form of an address; whether it can be listened at shows itself later.
fn address(text: &str) -> Result<String, String> {
    let well_formed = match (text.strip_prefix("unix:"), text.rsplit_once(':')) {
        (Some(path), _) => !path.is_empty(),
        (None, Some((host, port))) => !host.is_empty() && port.parse::<u16>().is_ok(),
        (None, None) => false,
    };
    if well_formed {
        return Ok(text.to_owned());
    }
    Err("write it as 127.0.0.1:8080, [::1]:8080, localhost:0 or unix:/run/tidegate.sock".to_owned())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_a_host_and_a_port_or_is_a_socket() {
        for text in [
            "127.0.0.1:8080",
            "[::1]:0",
            "localhost:80",
            "unix:/run/t.sock",
        ] {
            assert_eq!(address(text).as_deref(), Ok(text));
        }
        for text in ["8080", ":8080", "127.0.0.1", "127.0.0.1:99999", "unix:", ""] {
            assert!(
                address(text).unwrap_err().contains("127.0.0.1:8080"),
                "{text}"
            );
        }
    }

    #[test]
    fn a_filter_that_cannot_be_read_says_how_to_write_one() {
        assert!(filter("warn,tidegate_server=trace").is_ok());
        assert!(filter("tidegate=loudly").unwrap_err().contains("debug"));
    }
}
