//! The answer to a plain call: a status while nothing was said, and typed events from then on.
//!
//! ```text
//!   refused before it said anything ──▶ its status, one JSON object
//!   it says something, or is slow   ──▶ 200, a stream: notifications, then `result` or `error`
//! ```

use std::{
    future::{Future, poll_fn},
    pin::pin,
    sync::Arc,
    task::Poll,
    time::Instant,
};

use http::{HeaderValue, Response, header};
use tidegate_era::{Facts, Reject, encode::Typed, plain};
use tidegate_handler::Context;
use tidegate_model::Outcome;

use super::{
    answer::{sse, streamed},
    body::{Kind, ResponseBody},
    stream::{CallStream, cancelled},
};
use crate::{
    dispatch::{Begun, Ending, Running},
    state::State,
};

/// Answers a plain call.
pub(crate) async fn plain(
    state: &Arc<State>,
    typed: Typed,
    facts: Facts,
    begun: Begun,
) -> Result<Response<ResponseBody>, Reject> {
    let mut running = match begun {
        Begun::Done(_, outcome) => return whole(typed, facts, Vec::new(), &outcome),
        Begun::Running(running) => running,
    };
    let cx = running.context().clone();
    if let Poll::Ready(ending) = poll_fn(|task| Poll::Ready(running.poll(task))).await {
        return ended(typed, facts, &cx, ending);
    }
    running.enter().map_err(|reject| reject.for_id(None))?;
    // Apart and boxed, so that a connection's room for a request stays small.
    Box::pin(pending(state, typed, facts, cx, running)).await
}

/// Answers a call that was not ready at once: it has a moment to be refused in.
async fn pending(
    state: &Arc<State>,
    typed: Typed,
    facts: Facts,
    cx: Context,
    mut running: Running,
) -> Result<Response<ResponseBody>, Reject> {
    let lane = cx.lane();
    if lane.is_empty() {
        let mut commit = pin!(tokio::time::sleep(state.config.commit_after));
        let early = poll_fn(|task| {
            if let Poll::Ready(ending) = running.poll(task) {
                return Poll::Ready(Some(ending));
            }
            if lane.poll_readable(task).is_ready() || commit.as_mut().poll(task).is_ready() {
                return Poll::Ready(None);
            }
            Poll::Pending
        })
        .await;
        if let Some(ending) = early {
            return ended(typed, facts, &cx, ending);
        }
    }
    let stream = CallStream::typed(state, running, cx, typed);
    Ok(events(typed, Kind::Call(Box::new(stream))))
}

fn ended(
    typed: Typed,
    facts: Facts,
    cx: &Context,
    ending: Ending,
) -> Result<Response<ResponseBody>, Reject> {
    let said = cx.lane().drain(Instant::now()).frames;
    match ending {
        Ending::Outcome(outcome) => whole(typed, facts, said, &outcome),
        Ending::Cancelled => whole(typed, facts, said, &cancelled()),
    }
}

/// Answers with an outcome that is known, after what the call `said`.
fn whole(
    typed: Typed,
    facts: Facts,
    mut said: Vec<u8>,
    outcome: &Outcome,
) -> Result<Response<ResponseBody>, Reject> {
    if said.is_empty()
        && let Err(reject) = plain::result(facts, outcome)
    {
        return Err(reject);
    }
    typed.outcome(&mut said, facts, outcome);
    Ok(events(typed, Kind::Full(said.into())))
}

fn events(typed: Typed, kind: Kind) -> Response<ResponseBody> {
    match typed {
        Typed::Sse => sse(kind),
        Typed::Ndjson => unsniffed(streamed(kind, "application/x-ndjson")),
    }
}

/// Browsers hold back the beginning of what might be something else than it says.
pub(super) fn unsniffed(mut response: Response<ResponseBody>) -> Response<ResponseBody> {
    let headers = response.headers_mut();
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    response
}
