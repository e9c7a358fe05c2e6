//! GET and DELETE: a session's standing stream, or a call's that is resumed; and a session's end.

use std::sync::Arc;

use http::{Response, StatusCode, request::Parts};
use tidegate_era::{Head, Reject, modern::Filter, notice};
use tidegate_handler::Bulletin;
use tidegate_session::EventId;

use super::{
    legacy,
    modern::unavailable,
    resume,
    session::{self, Inside},
};
use crate::{
    access,
    guard::Visitor,
    respond::{self, ResponseBody},
    state::{self, State},
};

/// Opens a session's standing stream, or takes up the stream that `Last-Event-ID` names.
pub(crate) async fn get(
    state: &Arc<State>,
    visitor: &Visitor<'_>,
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
    let inside = session::enter(state, visitor, &head)?;
    access::session(parts, inside.ticket.key);
    state.sweep(state::now());
    let Some(last) = head.last_event_id else {
        return standing(state, &inside, None).await;
    };
    match EventId::read(last.as_bytes()).ok_or_else(resume::malformed)? {
        // Apart and boxed, so that a connection's room for a request stays small.
        EventId::Call(call) => Box::pin(resume::resume(state, &inside, call)).await,
        EventId::Standing(version) => {
            let seen = notice::resumed(version.as_bytes()).ok_or_else(resume::malformed)?;
            standing(state, &inside, Some(seen)).await
        }
    }
}

/// Opens a standing stream: from now on, or from the version that was `seen` before it broke.
async fn standing(
    state: &Arc<State>,
    inside: &Inside,
    seen: Option<u64>,
) -> Result<Response<ResponseBody>, Reject> {
    let ticket = &inside.ticket;
    let facts = ticket.revision.facts();
    let offer = state
        .offer(facts, inside.principal.as_ref())
        .await
        .map_err(unavailable)?;
    let owner = ticket.owner;
    let open = match seen {
        Some(seen) => state.streams.resume(owner, ticket.key, seen)?,
        None => {
            let bulletin = state.handler.bulletin();
            let now = bulletin.as_deref().map_or(0, Bulletin::version);
            state.streams.open(owner, ticket.key, now)?
        }
    };
    // A DELETE between the two would have closed what was open then.
    session::is_open(state, inside)?;
    let offered = Filter::offered(&offer.capabilities);
    Ok(respond::standing(state, open, inside, &offered))
}

/// Ends a session: its id opens no more, its streams end, its calls are cancelled.
pub(crate) fn delete(
    state: &Arc<State>,
    visitor: &Visitor<'_>,
    parts: &Parts,
) -> Result<Response<ResponseBody>, Reject> {
    let head = Head::read(&parts.headers)?;
    let inside = session::enter(state, visitor, &head)?;
    access::session(parts, inside.ticket.key);
    state.sweep(state::now());
    let ended = state.sessions.lock().table.end(&inside.ticket);
    ended.map_err(legacy::no_room)?;
    state.streams.close(inside.ticket.key);
    state.resumed.close(inside.ticket.key);
    state.calls.cancel_all(inside.ticket.key);
    state.replay.forget(inside.ticket.key);
    Ok(respond::ended())
}
