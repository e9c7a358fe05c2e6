//! Builders and fakes for tests: a server that reads aloud, and a client that sends the exact
//! bytes it is given and sees every event on its own.
//!
//! ```text
//!   server().tool(…).run()        ─▶ Running ─┐
//!   server().tool(…).in_memory()  ─▶ Door  ◀──┘ ─ connect ─▶ Connection ─ send(Request) ─▶ Answer
//!                                                 modern("tools/call", …) ─┘                 │
//!   Lines::to(server) ─ send(message), next() ─▶ the same over lines
//!   Old::open(&door, …) ─ send(message), next() ─▶ the same over HTTP+SSE
//!                                 Session::open(&door, "2025-11-25").request(…)              ▼
//!                                                                     status, headers, events
//!   AuthorizationServer::start() ─ mint().subject("ann").token() ─▶ a token, as good or as bad as told
//! ```
//!
//! It panics where a test should fail, and waits for nothing longer than [`PATIENCE`].
//!
//! ```
//! use serde_json::{Map, Value, json};
//! use tidegate_testkit::{InMemory, call, server};
//!
//! async fn greet(_: Map<String, Value>) -> &'static str {
//!     "hello"
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! let door = server().tool("greet", greet).in_memory();
//! let answer = door.ask(call("greet", json!({}))).await;
//! assert_eq!(answer.status, 200);
//! assert_eq!(answer.result().await["content"][0]["text"], "hello");
//! # }
//! ```

mod alone;
mod cutting;
mod running;
mod door;
mod request;
mod session;
mod connection;
mod answer;
pub mod lines;
mod old;
pub mod authorization;

use std::{future::Future, time::Duration};

pub use self::{
    alone::{in_a_process_of_its_own, resident_bytes},
    answer::{Answer, Event},
    authorization::AuthorizationServer,
    connection::Connection,
    cutting::{Cutting, Frames},
    door::Door,
    lines::Lines,
    old::Old,
    request::{MODERN, Request, call, modern},
    running::{InMemory, Run, Running, server},
    session::Session,
};

/// How long a test waits for what must come. Far longer than anything takes: it turns a hang into
/// a failure, and times nothing.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// Waits for what must come.
///
/// # Panics
///
/// When it does not come.
pub async fn soon<T>(what: &str, future: impl Future<Output = T>) -> T {
    match tokio::time::timeout(PATIENCE, future).await {
        Ok(value) => value,
        Err(_) => panic!("waited in vain for {what}"),
    }
}
