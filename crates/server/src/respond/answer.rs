//! Whether an answer is one JSON object or a stream: decided as late as can be.
//!
//! ```text
//!   ready at the first poll, silent ──▶ JSON, one write
//!   it says something               ──▶ a stream, live: the first frame leaves at once
//!   pending and silent for long     ──▶ a stream, kept alive
//!   pending and silent, then ready  ──▶ JSON
//! ```
//!
//! So a fast call costs what plain HTTP costs, and an error found early still has its status. Only a
//! call that is pending and whose stream can be resumed from its start is a stream at once.

use std::{
    future::{Future, poll_fn},
    pin::pin,
    sync::Arc,
    task::Poll,
    time::Instant,
};

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};
use tidegate_era::{
    Accept, Facts, Reject,
    encode::{self, Framing, Signature},
};
use tidegate_handler::Context;
use tidegate_model::{Id, Outcome};
use tidegate_session::{Chunk, Lane};

use super::{
    body::{Kind, ResponseBody},
    logged::LoggedStream,
    stream::CallStream,
};
use crate::{
    config::Respond,
    dispatch::{Begun, Driver, Ending, Running, clock},
    state::State,
};

/// How one caller is answered: what the server prefers, within what the caller reads.
const fn how(state: &State, accept: Accept) -> Respond {
    match (accept.json, accept.sse) {
        (true, false) => Respond::Json,
        (false, true) => Respond::Sse,
        _ => state.config.respond,
    }
}

/// Returns whether a caller may be answered with a stream.
pub(crate) const fn may_stream(state: &State, accept: Accept) -> bool {
    !matches!(how(state, accept), Respond::Json)
}

/// Answers a call.
pub(crate) async fn answer(
    state: &Arc<State>,
    accept: Accept,
    facts: Facts,
    begun: Begun,
) -> Result<Response<ResponseBody>, Reject> {
    let mut running = match begun {
        Begun::Done(id, done) => return Ok(outcome(state, accept, facts, &id, &done)),
        Begun::Running(running) => running,
    };
    let Some(id) = running.parts().map(|(_, id, _)| id.clone()) else {
        return Ok(nothing_more());
    };
    let cx = running.context().clone();
    let lane = cx.lane();
    let how = how(state, accept);
    if !accept.sse {
        running.read_as_json();
    }
    if let Some(ending) = poll_fn(|task| Poll::Ready(ready(running.poll(task)))).await {
        let Ending::Outcome(done) = ending else {
            return Ok(nothing_more());
        };
        if lane.is_empty() || how == Respond::Json {
            return Ok(outcome(state, accept, facts, &id, &done));
        }
        return Ok(whole_call(state, facts, &id, &done, lane).await);
    }
    running.enter()?;
    // Apart and boxed, so that a connection's room for a request stays small.
    Ok(Box::pin(pending(state, accept, facts, id, cx, running)).await)
}

/// Answers a call that was not ready at once.
async fn pending(
    state: &Arc<State>,
    accept: Accept,
    facts: Facts,
    id: Id,
    cx: Context,
    mut running: Running,
) -> Response<ResponseBody> {
    let lane = cx.lane();
    match how(state, accept) {
        Respond::Json => match silently(&mut running, lane).await {
            Some(Ending::Outcome(done)) => return outcome(state, accept, facts, &id, &done),
            Some(Ending::Cancelled) => return nothing_more(),
            None => {}
        },
        // A stream that can be resumed begins at once: only then can its answer be.
        Respond::Auto if lane.is_empty() && !(facts.primes && lane.is_numbered()) => {
            let mut commit = pin!(tokio::time::sleep(state.config.commit_after));
            let ended = poll_fn(|task| {
                if let Poll::Ready(ending) = running.poll(task) {
                    return Poll::Ready(Some(ending));
                }
                if lane.poll_readable(task).is_ready() || commit.as_mut().poll(task).is_ready() {
                    return Poll::Ready(None);
                }
                Poll::Pending
            })
            .await;
            match ended {
                Some(Ending::Outcome(done)) if lane.is_empty() => {
                    return outcome(state, accept, facts, &id, &done);
                }
                Some(Ending::Outcome(done)) => {
                    return whole_call(state, facts, &id, &done, lane).await;
                }
                Some(Ending::Cancelled) => return nothing_more(),
                None => {}
            }
        }
        Respond::Auto | Respond::Sse => {}
    }
    if let (Some(stream), Some(store)) = (lane.stream(), state.replay.store()) {
        let driver = Driver::new(state, store, running, cx.clone(), id, stream);
        return sse(Kind::Logged(Box::new(LoggedStream::new(state, driver))));
    }
    sse(Kind::Call(Box::new(CallStream::new(state, running, cx))))
}

/// Waits for the end of a call that is answered without a stream; what it says is left out. None:
/// it asks its client something, which takes a stream after all.
async fn silently(running: &mut Running, lane: &Lane) -> Option<Ending> {
    poll_fn(|task| {
        loop {
            if let Poll::Ready(ending) = running.poll(task) {
                return Poll::Ready(Some(ending));
            }
            if running.has_asked() {
                return Poll::Ready(None);
            }
            // Room again: the call may go on at once.
            if lane.poll_drain(task, Instant::now()).is_pending() {
                return Poll::Pending;
            }
        }
    })
    .await
}

fn ready<T>(poll: Poll<T>) -> Option<T> {
    match poll {
        Poll::Ready(value) => Some(value),
        Poll::Pending => None,
    }
}

/// Answers with an outcome that is known: one write.
pub(crate) fn outcome(
    state: &State,
    accept: Accept,
    facts: Facts,
    id: &Id,
    done: &Outcome,
) -> Response<ResponseBody> {
    signed(state, &state.signature, accept, facts, id, done)
}

/// Like [`outcome`], signed otherwise.
pub(crate) fn signed(
    state: &State,
    signature: &Signature,
    accept: Accept,
    facts: Facts,
    id: &Id,
    done: &Outcome,
) -> Response<ResponseBody> {
    let mut out = Vec::new();
    let answer = |out: &mut Vec<u8>| encode::response(out, facts, signature, id, done);
    let status = encode::status(facts, done);
    if status == StatusCode::OK && how(state, accept) == Respond::Sse {
        Framing::Sse.write(&mut out, answer);
        return sse(Kind::Full(out.into()));
    }
    answer(&mut out);
    let mut response = json(out.into());
    *response.status_mut() = status;
    if status == StatusCode::SERVICE_UNAVAILABLE {
        let headers = response.headers_mut();
        headers.insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
    }
    response
}

/// A stream that is complete: what the call said, and its answer. If it can be replayed, it is in
/// the log before it is sent.
async fn whole_call(
    state: &State,
    facts: Facts,
    id: &Id,
    done: &Outcome,
    lane: &Lane,
) -> Response<ResponseBody> {
    lane.push_now(|out| {
        Framing::Sse.write(out, |out| {
            encode::response(out, facts, &state.signature, id, done)
        });
    });
    let drained = lane.drain(Instant::now());
    let chunk = Chunk::new(drained, 0, true);
    if let (Some(stream), Some(store)) = (lane.stream(), state.replay.store()) {
        poll_fn(|task| store.poll_append(task, stream, &chunk, clock())).await;
    }
    sse(Kind::Full(chunk.bytes))
}

/// The answer to whoever no longer waits: a stream that ends without a word.
fn nothing_more() -> Response<ResponseBody> {
    sse(Kind::Empty)
}

pub(crate) fn json(bytes: Bytes) -> Response<ResponseBody> {
    let mut response = Response::new(ResponseBody::new(Kind::Full(bytes)));
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json"),
    );
    response
}

pub(super) fn sse(kind: Kind) -> Response<ResponseBody> {
    streamed(kind, "text/event-stream")
}

/// Answers with a stream of some type.
pub(super) fn streamed(kind: Kind, content_type: &'static str) -> Response<ResponseBody> {
    let mut response = Response::new(ResponseBody::new(kind));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    // Nothing between us and the reader may keep, pack or hold back events.
    headers.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static("no-cache, no-transform"),
    );
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    response
}
