//! The link over a channel: one connection that carries messages both ways, and nothing else.
//!
//! A client thinks in requests that each have a stream of their own. A channel has none, so this
//! room makes them: what arrives is sorted into a mailbox a request, and one for what belongs to
//! no request.
//!
//! ```text
//!   POST of a request ─▶ register ─▶ outgoing ─▶ server
//!        200, a stream ◀─ Mailbox ◀─┐               │
//!   GET: 200, a stream ◀─ Mailbox ◀─┴─ Routes ◀─ incoming
//!   DELETE ─▶ the connection is closed
//! ```
//!
//! A connection that broke is opened anew by the next request. A legacy session dies with its
//! connection: the channel names sessions by connection, and says 404 to one that has gone, so the
//! client opens it anew as it does over HTTP.

mod connection;
mod desk;
mod fault;
mod mailbox;
mod restarts;
mod routes;

use std::{future::Future, pin::Pin, sync::Arc};

use bytes::Bytes;
use tokio::{runtime::Handle, sync::mpsc};

pub(crate) use self::connection::one_line;
use self::desk::Desk;
pub(crate) use self::fault::{NotOpened, Overfull};
use super::Link;
use crate::error::BoxError;

/// One connection that carries messages both ways, already split into messages.
///
/// Both queues are bounded by whoever makes them. When both ends held here are dropped, the
/// connection is to be closed; when `outgoing` alone is, it is to be ended in good order.
pub(crate) struct Duplex {
    /// What the client says.
    pub(crate) outgoing: mpsc::Sender<Bytes>,
    /// What the server says: a message each. An error, or the end, ends the connection.
    pub(crate) incoming: mpsc::Receiver<Result<Bytes, BoxError>>,
}

/// A connection on its way.
pub(crate) type Opening = Pin<Box<dyn Future<Output = Result<Duplex, BoxError>> + Send>>;

/// What opens a connection: called for the first request, and again after the connection broke.
pub(crate) type Open = Arc<dyn Fn() -> Opening + Send + Sync>;

/// Returns the link over the connections that `open` makes; what must be said when a call is
/// dropped is said on `runtime`.
pub(crate) fn over_channel(open: Open, runtime: Handle) -> Link {
    let desk = Arc::new(Desk::new(open, runtime));
    Arc::new(move |request| Box::pin(desk.clone().exchange(request)))
}

#[cfg(test)]
mod tests;
