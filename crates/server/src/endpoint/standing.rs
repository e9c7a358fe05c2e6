//! GET and DELETE: a session's standing stream, and its end.

use std::sync::Arc;

use http::{Response, StatusCode, request::Parts};
use tidegate_era::{Head, Reject};

use super::session;
use crate::{
    respond::{self, ResponseBody},
    state::{self, State},
};

/// Opens a session's standing stream.
pub(crate) fn get(state: &Arc<State>, parts: &Parts) -> Result<Response<ResponseBody>, Reject> {
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
    let open = state.streams.open(inside.ticket.key)?;
    Ok(respond::standing(state, open))
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
