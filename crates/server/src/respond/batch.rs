//! The answers to a batch (2025-03-26): one array, or one stream with an answer for each request.

use std::{
    sync::Arc,
    task::{Context as Task, Poll},
};

use bytes::Bytes;
use http::Response;
use tidegate_era::{
    Accept, Facts,
    encode::{self, Framing},
};

use super::{
    answer::{json, sse},
    body::{Kind, ResponseBody},
    refuse::accepted,
    stream::CallStream,
};
use crate::{dispatch::Begun, stack::Stack};

/// Calls that share a stream.
pub(crate) struct BatchStream {
    first: Option<Bytes>,
    calls: Vec<CallStream>,
}

/// Answers a batch: with an array if all is known already, else with a stream. A caller that
/// reads JSON only gets the stream too: an array would have to wait for the slowest.
pub(crate) fn batch(
    stack: &Arc<Stack>,
    accept: Accept,
    facts: Facts,
    begun: Vec<Begun>,
) -> Response<ResponseBody> {
    if begun.is_empty() {
        return accepted();
    }
    let mut done = Vec::new();
    let mut calls = Vec::new();
    for one in begun {
        match one {
            Begun::Done(id, outcome) => done.push((id, outcome)),
            Begun::Running(mut running) => {
                let Some(cx) = running.context().cloned() else { continue };
                match running.enter() {
                    Ok(()) => calls.push(CallStream::new(stack, running, cx)),
                    Err(reject) => {
                        let Some(id) = reject.id else { continue };
                        let failure = tidegate_model::Failure::internal(reject.message);
                        done.push((id, failure.into()));
                    }
                }
            }
        }
    }
    let mut out = Vec::new();
    if calls.is_empty() && accept.json {
        out.push(b'[');
        for (index, (id, outcome)) in done.iter().enumerate() {
            if index > 0 {
                out.push(b',');
            }
            encode::response(&mut out, facts, &stack.signature, id, outcome);
        }
        out.push(b']');
        return json(out.into());
    }
    for (id, outcome) in &done {
        Framing::Sse.write(&mut out, |out| {
            encode::response(out, facts, &stack.signature, id, outcome);
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
        if self.calls.is_empty() { Poll::Ready(None) } else { Poll::Pending }
    }
}
