//! The flags that every measured server takes.

use clap::{Parser, ValueEnum};

/// Command line of a measured server.
#[derive(Debug, Clone, Parser)]
pub struct Flags {
    /// Address to listen on; port 0 takes a free one, printed on the first line of stdout.
    #[arg(long, default_value = "127.0.0.1:0")]
    pub listen: String,
    /// Worker threads of tokio's multi-thread runtime.
    #[arg(long, default_value_t = 1)] // one core is given to the server
    pub workers: usize,
    /// How many tools the server offers beside the measured ones, to lengthen its list.
    #[arg(long, default_value_t = 1)]
    pub tools: usize,
    /// How calls are answered.
    #[arg(long, value_enum, default_value_t = Respond::Auto)]
    pub respond: Respond,
    /// How the floor hands notifications to the socket; the other servers ignore it.
    #[arg(long, value_enum, default_value_t = Stream::Batch)]
    pub stream: Stream,
    /// Keeps nothing for clients that come back; only our server keeps anything.
    #[arg(long)]
    pub no_replay: bool,
    /// What callers have to show; only our server asks. It stands after the address on the first line.
    #[arg(long, value_enum, default_value_t = Shows::Nothing)]
    pub shows: Shows,
}

/// What callers have to show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Shows {
    /// Nothing: anyone may call.
    Nothing,
    /// An API key.
    Key,
    /// A signed token of an issuer.
    Token,
}

/// How calls are answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Respond {
    /// As the server sees fit.
    Auto,
    /// One JSON object.
    Json,
    /// An event stream, always.
    Sse,
}

/// How the floor hands notifications to the socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Stream {
    /// What is ready goes out in one body frame.
    Batch,
    /// Each notification is a body frame of its own.
    Channel,
}
