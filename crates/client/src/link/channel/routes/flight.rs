//! A request in flight, and what kind of request it is.

use std::sync::Arc;

use tidegate_era::Envelope;
use tidegate_model::Id;

use super::Mailbox;

/// A request that was not answered yet.
#[derive(Debug)]
pub(super) struct Flight {
    pub(super) mailbox: Arc<Mailbox>,
    pub(super) token: Option<Id>,
    pub(super) kind: FlightKind,
    pub(super) order: u64,
    /// Whether the server was sent it.
    pub(super) sent: bool,
}

/// What kind of request one is, as far as the routes go by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FlightKind {
    /// It opens a conversation: `server/discover`, `initialize`. Nothing is asked on it, and
    /// nothing cancels it: its server may not know what is said to it.
    Opening,
    /// A modern request.
    Modern,
    /// A subscription, which tells of itself in every message.
    Listen,
    /// A request within a session.
    Legacy,
}

// === impl FlightKind ===

impl FlightKind {
    pub(super) fn of(request: &Envelope) -> Self {
        let method = request.method.as_ref().map_or("", |name| name.as_str());
        match (method, &request.params.meta.version) {
            ("server/discover" | "initialize", _) => Self::Opening,
            ("subscriptions/listen", _) => Self::Listen,
            (_, Some(_)) => Self::Modern,
            (_, None) => Self::Legacy,
        }
    }
}
