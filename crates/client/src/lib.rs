//! Calls MCP servers, old and new, and shows what they tell while they work.
//!
//! ```text
//!   Builder ─▶ probe (which era?) ─▶ Client ─▶ call ─▶ endpoint (headers, body) ─▶ link ─▶ server
//!                        Event, result ◀─ pursuit ◀─ exchange ◀─ receive ◀───────────────────┘
//!                                 asked, broken, busy: once more ─▶
//! ```
//!
//! A client finds out by itself whether its server speaks the modern era (2026-07-28) or the
//! legacy one, and speaks that. Each call is a request of its own: many run side by side, each
//! with its own stream of log messages and progress, read as fast as its caller reads it. What
//! is dropped is cancelled.
//!
//! - **Where a server is** is one word ([`Target`]): a URL, or a command that is started and spoken
//!   to on its stdin and stdout ([`Client::stdio`]). Such a child gets this process's environment,
//!   and ends with its client, with all that it started.
//! - **What servers ask** in the middle of a call, of the user ([`Builder::on_elicitation`]), of
//!   the model ([`Builder::on_sampling`]) or of the client itself ([`Builder::roots`]), is answered
//!   by functions; what they are set for is what servers are told they can ask.
//! - **Streams that break** are taken up where they broke if the server allows (sessions), and
//!   requests are sent again if doing them twice does no more than once. A call whose fate is
//!   unknown is never sent again: it is an error that says so ([`Error::is_broken`]).
//! - **A session the server forgot** is opened anew, once for all calls, with its log level and
//!   subscriptions; a modern server is never mistaken for an old one because it failed.
//! - **Skills** are listed without being read, and read as their entries say or not at all
//!   ([`Client::load_skill`]).
//! - **Servers are found** at URLs of either era and of HTTP+SSE, at WebSockets, and behind commands
//!   that speak on stdio ([`Target`]); a host that can only start commands reaches them all through a
//!   [`Relay`].
//! - **Logging in** (feature `oauth`): a server that wants a token has its client find out who gives it out,
//!   and get one, by a user's browser or without anybody. Logins are kept, renewed, and bound to the
//!   server that they are for.
//! - **What changes** on the server is heard by [`Client::listen`]; lists and resources are kept
//!   as long as the server says, and dropped at once when a change is told.
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
//! (`tidegate-era`).

mod asks;
mod builder;
mod cache;
mod call;
mod client;
mod dispatch;
mod endpoint;
mod error;
mod exchange;
mod handshake;
mod info;
mod input;
mod ladder;
mod link;
mod list;
mod listen;
mod memory;
mod message;
#[cfg(feature = "oauth")]
pub mod oauth;
mod place;
mod plain;
mod probe;
mod pursuit;
mod receive;
mod relay;
mod repeat;
mod results;
mod resume;
mod retry;
mod rounds;
mod settle;
mod skills;
mod standing;
mod target;
mod task;
mod timer;
mod way;
mod wire;

pub use tidegate_era::Revision;
/// What a server may ask a client for, and the answers.
pub use tidegate_model::ask;
pub use tidegate_model::{
    Annotations, Change, Content, Failure, Id, Level, Prompt, PromptMessage, Raw, Resource,
    ResourceContents, ResourceTemplate, SkillEntry, SkillFile, SkillFiles,
};

pub use self::{
    builder::Builder,
    call::{Call, CallBuilder},
    client::Client,
    error::{BoxError, Error},
    info::ServerInfo,
    link::stdio::Command,
    listen::{Listening, Topics},
    message::{Event, Log, Message, Notification, Progress, Request, Response, RpcError},
    plain::{Plain, PlainClient, PlainStream},
    probe::EraChoice,
    relay::Relay,
    results::{CallResult, PromptResult, ReadResult, ToolInfo},
    retry::Reconnect,
    skills::{LoadedSkill, Unverified},
    target::Target,
};
