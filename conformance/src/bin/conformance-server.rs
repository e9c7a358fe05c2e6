//! Serves the fixtures of the official conformance suite: `conformance-server --listen 127.0.0.1:0`,
//! or over standard input and output: `conformance-server --stdio`.

use std::{
    error::Error,
    io::{self, Write},
};

use clap::{Parser, ValueEnum};
use tidegate::{Respond, Server};
use tokio::signal;

/// Serves the fixtures of the official conformance suite.
#[derive(Parser)]
struct Flags {
    /// Where to listen; port 0 picks a free one.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:0")]
    listen: String,

    /// Serve over standard input and output, a message a line.
    #[arg(long, conflicts_with = "listen")]
    stdio: bool,

    /// How calls are answered.
    #[arg(long, value_enum, default_value_t)]
    respond: Answer,
}

#[derive(Clone, Copy, Default, ValueEnum)]
enum Answer {
    /// As JSON, unless the call streams something first.
    #[default]
    Auto,
    /// Always as JSON.
    Json,
    /// Always as a stream of events.
    Sse,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let flags = Flags::parse();
    let server = Server::from_handler(tidegate_conformance::router()).respond(flags.respond.into());
    if flags.stdio {
        server.stdio_until(interrupted()).await?;
        return Ok(());
    }
    let server = server.bind(flags.listen.as_str()).await?;
    // The suite's runner waits for this line.
    writeln!(io::stdout(), "listening on {}", server.url())?;
    server.run_until(interrupted()).await?;
    Ok(())
}

/// Completes on Ctrl-C, or never where that cannot be noticed: then the process has to be ended.
async fn interrupted() {
    if signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}

// === impl Answer ===

impl From<Answer> for Respond {
    fn from(answer: Answer) -> Self {
        match answer {
            Answer::Auto => Self::Auto,
            Answer::Json => Self::Json,
            Answer::Sse => Self::Sse,
        }
    }
}
