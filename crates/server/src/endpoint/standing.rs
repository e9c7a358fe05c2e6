//! GET and DELETE: a session's standing stream, and its end.

use std::sync::Arc;

use http::{HeaderValue, Response, StatusCode, request::Parts};
use tidegate_era::{Head, Reject, code, modern::Filter, notice};
use tidegate_handler::Bulletin;
use tidegate_session::Ticket;

use super::{modern::unavailable, session};
use crate::{
    respond::{self, ResponseBody},
    state::{self, State},
};

/// Opens a session's standing stream, or takes up a stream that broke.
pub(crate) async fn get(
    state: &Arc<State>,
    parts: &Parts,
) -> Result<Response<ResponseBody>, Reject> {
    let head = Head::read(&parts.headers)?;
    if head.session.is_none() {
        return Err(Reject::guard(
            StatusCode::METHOD_NOT_ALLOWED,
            "GET opens the stream of a session, named by Mcp-Session-Id; messages are sent by POST",
        ));
    }
    if !head.accept.sse {
        return Err(Reject::guard(
            StatusCode::NOT_ACCEPTABLE,
            "the answer is text/event-stream; accept it",
        ));
    }
    let inside = session::enter(state, None, &head)?;
    state.sweep(state::now());
    // The first letter of an event's id says which kind of stream it is from.
    match head.last_event_id.map(HeaderValue::as_bytes) {
        None => standing(state, &inside.ticket, None).await,
        Some(id @ [b'g', ..]) => {
            let seen = notice::resumed(id).ok_or_else(malformed)?;
            standing(state, &inside.ticket, Some(seen)).await
        }
        Some(_) => Err(malformed()),
    }
}

/// Opens a standing stream: from now on, or from the version that was `seen` before it broke.
async fn standing(
    state: &Arc<State>,
    ticket: &Ticket,
    seen: Option<u64>,
) -> Result<Response<ResponseBody>, Reject> {
    let facts = ticket.revision.facts();
    let offer = state.offer(facts).await.map_err(unavailable)?;
    let open = match seen {
        Some(seen) => state.streams.resume(ticket.key, seen)?,
        None => {
            let bulletin = state.handler.bulletin();
            let now = bulletin.as_deref().map_or(0, Bulletin::version);
            state.streams.open(ticket.key, now)?
        }
    };
    let offered = Filter::offered(&offer.capabilities);
    Ok(respond::standing(state, open, facts, ticket.key, &offered))
}

fn malformed() -> Reject {
    Reject::bad_request(
        code::INVALID_REQUEST,
        "Last-Event-ID is none that this server gave; leave it out to open a new stream",
    )
}

/// Ends a session: its id opens no more, its streams end, its calls are cancelled.
pub(crate) fn delete(state: &Arc<State>, parts: &Parts) -> Result<Response<ResponseBody>, Reject> {
    let head = Head::read(&parts.headers)?;
    let inside = session::enter(state, None, &head)?;
    state.sweep(state::now());
    let ended = state.sessions.lock().table.end(&inside.ticket);
    ended.map_err(|full| Reject::busy(StatusCode::SERVICE_UNAVAILABLE, 10, full.to_string()))?;
    state.streams.close(inside.ticket.key);
    state.calls.cancel_all(inside.ticket.key);
    Ok(respond::ended())
}
