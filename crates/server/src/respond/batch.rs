//! The answers to a batch (2025-03-26): one array, or one stream with an answer for each request.

use std::{
    future::poll_fn,
    sync::Arc,
    task::{Context as Task, Poll},
    time::Instant,
};

use bytes::Bytes;
use http::Response;
use tidegate_era::{
    Accept, Facts,
    encode::{self, Framing},
};
use tidegate_model::{Failure, FailureKind};

use super::{
    answer::{json, sse},
    body::{Kind, ResponseBody},
    refuse::accepted,
    stream::CallStream,
};
use crate::{
    dispatch::{Begun, Ending},
    state::State,
};

/// Calls that share a stream.
pub(crate) struct BatchStream {
    first: Option<Bytes>,
    calls: Vec<CallStream>,
}

/// Answers a batch: with an array if all is known already, else with a stream. A caller that
/// reads JSON only gets the stream too: an array would have to wait for the slowest.
pub(crate) async fn batch(
    state: &Arc<State>,
    accept: Accept,
    facts: Facts,
    begun: Vec<Begun>,
) -> Response<ResponseBody> {
    if begun.is_empty() {
        return accepted();
    }
    let mut said = Vec::new();
    let mut done = Vec::new();
    let mut calls = Vec::new();
    for one in begun {
        match one {
            Begun::Done(id, outcome) => done.push((id, outcome)),
            Begun::Running(mut running) => {
                let cx = running.context().clone();
                let Some(id) = running.parts().map(|(_, id, _)| id.clone()) else {
                    continue;
                };
                if let Poll::Ready(ending) = poll_fn(|task| Poll::Ready(running.poll(task))).await {
                    said.append(&mut cx.lane().drain(Instant::now()).frames);
                    if let Ending::Outcome(outcome) = ending {
                        done.push((id, outcome));
                    }
                    continue;
                }
                match running.enter() {
                    Ok(()) => calls.push(CallStream::new(state, running, cx)),
                    Err(reject) => {
                        let kind = FailureKind::Code(reject.code);
                        done.push((id, Failure::new(kind, reject.message).into()));
                    }
                }
            }
        }
    }
    if calls.is_empty() && said.is_empty() && accept.json {
        let mut out = vec![b'['];
        for (index, (id, outcome)) in done.iter().enumerate() {
            if index > 0 {
                out.push(b',');
            }
            encode::response(&mut out, facts, &state.signature, id, outcome);
        }
        out.push(b']');
        return json(out.into());
    }
    let mut out = said;
    for (id, outcome) in &done {
        Framing::Sse.write(&mut out, |out| {
            encode::response(out, facts, &state.signature, id, outcome);
        });
    }
    let first = (!out.is_empty()).then(|| out.into());
    sse(Kind::Batch(Box::new(BatchStream { first, calls })))
}

// === impl BatchStream ===

impl BatchStream {
    pub(super) fn poll_chunk(&mut self, task: &mut Task<'_>) -> Poll<Option<Bytes>> {
        if let Some(first) = self.first.take() {
            return Poll::Ready(Some(first));
        }
        let mut index = 0;
        while let Some(call) = self.calls.get_mut(index) {
            match call.poll_chunk(task) {
                Poll::Ready(Some(chunk)) => {
                    // The next look begins with another call, so that none is starved.
                    self.calls.rotate_left(index + 1);
                    return Poll::Ready(Some(chunk));
                }
                Poll::Ready(None) => drop(self.calls.swap_remove(index)),
                Poll::Pending => index += 1,
            }
        }
        if self.calls.is_empty() {
            Poll::Ready(None)
        } else {
            Poll::Pending
        }
    }
}
