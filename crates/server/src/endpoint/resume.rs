//! GET with `Last-Event-ID`: the rest of a call's stream, for a client whose connection broke.

use std::{future::poll_fn, sync::Arc};

use http::Response;
use tidegate_era::{Reject, code};
use tidegate_session::{CallEvent, Read, Stream};

use super::session::{self, Inside};
use crate::{
    respond::{self, ResponseBody, Resumed},
    state::State,
};

/// Answers with what followed `event` on its stream.
pub(super) async fn resume(
    state: &Arc<State>,
    inside: &Inside,
    event: CallEvent,
) -> Result<Response<ResponseBody>, Reject> {
    let session = inside.ticket.key;
    if !state.replay.fits(session, &event) {
        let mut reject = Reject::session_not_found();
        reject.message = "Last-Event-ID names a stream that is none of this session's; \
                          resume it in its own session, or send initialize again"
            .into();
        return Err(reject);
    }
    let stream = Stream {
        session,
        number: event.stream,
    };
    let open = state.resumed.open(inside.ticket.owner, session, 0)?;
    session::is_open(state, inside)?;
    let first = poll_fn(|task| state.replay.poll_read(task, stream, event.after)).await;
    if first == Read::Beyond {
        return Err(Reject::bad_request(
            code::INVALID_REQUEST,
            "Last-Event-ID names an event that was never sent; \
             give the id of the last event that arrived",
        ));
    }
    Ok(respond::resumed(
        state,
        Resumed {
            open,
            stream,
            request: event.request,
            after: event.after,
            first,
        },
        state.age(inside.principal.as_ref()),
    ))
}

/// An id that we never made.
pub(super) fn malformed() -> Reject {
    Reject::bad_request(
        code::INVALID_REQUEST,
        "Last-Event-ID is none that was given out here; give the id of the last event that arrived, \
         or leave the header out to open the session's own stream",
    )
}
