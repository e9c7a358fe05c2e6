//! Whose message it is: the session behind an `Mcp-Session-Id`.

use std::sync::Arc;

use tidegate_era::{Head, Reject, code, legacy};
use tidegate_model::{Level, Principal};
use tidegate_session::Ticket;

use crate::{
    guard::Visitor,
    state::{self, State},
};

/// A session that was let in.
pub(crate) struct Inside {
    pub(crate) ticket: Arc<Ticket>,
    /// Whose it is.
    pub(crate) principal: Option<Arc<Principal>>,
    /// The log level it set, if it did.
    pub(crate) level: Option<Level>,
}

/// Lets a message into its session.
///
/// The connection remembers the session: most serve but one, so it is opened once and then
/// recognised.
pub(super) fn enter(
    state: &State,
    visitor: &Visitor<'_>,
    head: &Head<'_>,
) -> Result<Inside, Reject> {
    let id = head.session.ok_or_else(|| {
        Reject::bad_request(
            code::INVALID_REQUEST,
            "Mcp-Session-Id is missing: send initialize first, or the modern era's _meta",
        )
    })?;
    let (connection, whose) = (visitor.connection, visitor.id());
    let ticket = match connection.known(id, whose) {
        Some(ticket) => ticket,
        None => {
            let opened = state.keys.open(id.as_bytes(), whose);
            let mut opened = opened.ok_or_else(Reject::session_not_found)?;
            opened.owner = state.limits.owner(visitor.principal.as_deref());
            let ticket = Arc::new(opened);
            connection.remember(id, whose, &ticket);
            ticket
        }
    };
    let entered = state.sessions.lock().table.enter(&ticket, state::now());
    let level = entered.map_err(|_| Reject::session_not_found())?;
    legacy::version_of(head, ticket.revision)?;
    Ok(Inside {
        ticket,
        principal: visitor.principal.clone(),
        level,
    })
}

/// Checks that a session has not ended since it was let in; for whoever has just opened what the
/// session's end closes.
pub(super) fn is_open(state: &State, inside: &Inside) -> Result<(), Reject> {
    let entered = state
        .sessions
        .lock()
        .table
        .enter(&inside.ticket, state::now());
    entered.map(|_| ()).map_err(|_| Reject::session_not_found())
}
