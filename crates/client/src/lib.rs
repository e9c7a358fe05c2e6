//! Calls MCP servers, old and new, and shows what they tell while they work.
//!
//! ```text
//!   Builder ─▶ probe (which era?) ─▶ Client ─▶ call ─▶ endpoint (headers, body) ─▶ link ─▶ server
//!                                                        Event, result ◀─ exchange ◀─ receive ◀─┘
//! ```
//!
//! A client finds out by itself whether its server speaks the modern era (2026-07-28) or the
//! legacy one, and speaks that. Each call is a request of its own: many run side by side, each
//! with its own stream of log messages and progress, read as fast as its caller reads it. What
//! is dropped is cancelled.
//!
//! ```no_run
//! use serde_json::json;
//! use tidegate_client::{Client, Event};
//!
//! # async fn run() -> Result<(), tidegate_client::Error> {
//! let client = Client::connect("http://127.0.0.1:8080/mcp").await?;
//! let mut call = client.call("process_files").arguments(json!({})).start().await?;
//! while let Some(event) = call.next().await {
//!     match event {
//!         Event::Log(log) => eprintln!("{}: {}", log.level, log.text()),
//!         Event::Progress(progress) => eprintln!("{:?} of {:?}", progress.progress, progress.total),
//!         _ => {}
//!     }
//! }
//! eprintln!("{}", call.result().await?.text());
//! # Ok(())
//! # }
//! ```
//!
//! It runs on tokio.
//!
//! Left to others: what a tool is ([`tidegate_model`]), what the eras look like in bytes
//! (`tidegate-era`), logging in (not there yet), resuming broken streams (not there yet).

mod builder;
mod call;
mod client;
mod dispatch;
mod endpoint;
mod error;
mod exchange;
mod handshake;
mod info;
mod input;
mod link;
mod list;
mod memory;
mod message;
mod probe;
mod receive;
mod results;
mod timer;
mod wire;

pub use tidegate_era::Revision;
pub use tidegate_model::{
    Annotations, Content, Id, Level, Prompt, PromptMessage, Raw, Resource, ResourceContents,
    ResourceTemplate,
};

pub use self::{
    builder::Builder,
    call::{Call, CallBuilder},
    client::Client,
    error::{BoxError, Error},
    info::ServerInfo,
    message::{Event, Log, Message, Notification, Progress, Request, Response, RpcError},
    probe::EraChoice,
    results::{CallResult, PromptResult, ReadResult, ToolInfo},
};
