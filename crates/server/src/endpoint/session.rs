//! Whose message it is: the session behind an `Mcp-Session-Id`.

use std::sync::Arc;

use tidegate_era::{Head, Reject, code, legacy};
use tidegate_model::Level;
use tidegate_session::Ticket;

use crate::{
    listen::Connection,
    stack::{self, Stack},
};

/// A session that was let in.
pub(super) struct Inside {
    pub(super) ticket: Arc<Ticket>,
    /// The log level it set, if it did.
    pub(super) level: Option<Level>,
}

/// Lets a message into its session.
pub(super) fn enter(
    stack: &Stack,
    connection: &Connection,
    head: &Head<'_>,
) -> Result<Inside, Reject> {
    let id = head.session.ok_or_else(|| {
        Reject::bad_request(
            code::INVALID_REQUEST,
            "Mcp-Session-Id is missing: send initialize first, or the modern era's _meta",
        )
    })?;
    // Most connections serve one session: it is opened once and then recognised.
    let ticket = match connection.known(id) {
        Some(ticket) => ticket,
        None => {
            let ticket = stack
                .keys
                .open(id.as_bytes(), b"")
                .ok_or_else(Reject::session_not_found)?;
            connection.remember(id, ticket)
        }
    };
    let entered = stack.sessions.lock().table.enter(&ticket, stack::now());
    let level = entered.map_err(|_| Reject::session_not_found())?;
    legacy::version_of(head, ticket.revision)?;
    Ok(Inside { ticket, level })
}
