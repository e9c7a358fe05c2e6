//! The walk: from a socket to a handler, and back.
//!
//! ```text
//!   listen ─▶ guard ─▶ endpoint ─▶ era ─▶ dispatch ─▶ Handler::call
//!   (accept,  (host,   (POST GET   (which   (the only      │
//!    permit,  origin)  DELETE)     era)     caller)        │ Lane
//!    drain)                                                ▼
//!   socket ◀─ respond: one JSON object, or a stream of events
//! ```
//!
//! The whole of it stands on one screen, in `stack.rs`. A [`Server`] listens by itself, or is a
//! tower service inside another program: [`Server::service`].
//!
//! ```no_run
//! use tidegate_server::Server;
//!
//! /// Says it back.
//! #[derive(serde::Deserialize, schemars::JsonSchema)]
//! struct Echo {
//!     message: String,
//! }
//!
//! # async fn run() -> Result<(), tidegate_server::Error> {
//! Server::new("files", "1.0.0")
//!     .tool("echo", |args: Echo| async move { args.message })
//!     .listen("127.0.0.1:8080")
//!     .await
//! # }
//! ```

mod config;
mod error;
mod server;
mod bound;
mod service;
mod listen;
mod routes;
mod stack;
mod access;
mod audit;
mod guard;
mod limits;
mod endpoint;
mod channel;
mod dispatch;
mod tasks;
mod respond;
mod state;
mod connection;
mod census;

pub use self::{
    bound::Bound,
    config::{
        ClientCertificate, Config, Deprecation, Fronts, HttpSse, Identity, NotAProxy, Pem,
        PerCaller, Proxy, Rate, Respond, Tls,
    },
    error::Error,
    respond::ResponseBody,
    server::Server,
    service::Service,
};
pub use tidegate_auth::{
    self as auth, Admitted, Authenticate, Credentials, Principal, Refusal, Scopes, Verdict,
};
pub use tidegate_session::ReplayLimits;
