//! The stream of one call: its frames as they come, its answer, and signs of life between.

use std::{
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context as Task, Poll},
    time::{Duration, Instant},
};

use bytes::Bytes;
use tidegate_era::encode::{self, Framing, Typed};
use tidegate_handler::Context;
use tidegate_model::{Failure, Id, Outcome};
use tokio::time::Sleep;

use crate::{
    dispatch::{Ending, Running},
    state::State,
};

/// A comment that readers skip and proxies see.
pub(super) const PING: Bytes = Bytes::from_static(b": ping\n\n");

/// The stream of one call. The connection polls it, and it polls the call.
pub(crate) struct CallStream {
    state: Arc<State>,
    running: Running,
    cx: Context,
    id: Id,
    /// In which words it is answered; none: those of the protocol.
    typed: Option<Typed>,
    /// Send what was taken before asking for more.
    flush: bool,
    /// Nothing was sent yet: proxies hold the headers back until something is.
    silent: bool,
    done: bool,
    pings: Pings,
}

/// When a stream was last known to live.
pub(super) struct Pings {
    every: Duration,
    timer: Option<Pin<Box<Sleep>>>,
    sent: bool,
}

// === impl CallStream ===

impl CallStream {
    pub(super) fn new(state: &Arc<State>, running: Running, cx: Context) -> Self {
        let id = running
            .parts()
            .map_or(Id::Number(0), |(_, id, _)| id.clone());
        Self {
            state: Arc::clone(state),
            running,
            cx,
            id,
            typed: None,
            flush: false,
            silent: true,
            done: false,
            pings: Pings::new(state.config.ping_every),
        }
    }

    /// Returns the stream of a plain call.
    pub(super) fn typed(state: &Arc<State>, running: Running, cx: Context, typed: Typed) -> Self {
        let mut stream = Self::new(state, running, cx);
        stream.typed = Some(typed);
        stream
    }

    pub(super) fn poll_chunk(&mut self, task: &mut Task<'_>) -> Poll<Option<Bytes>> {
        if self.done {
            return Poll::Ready(None);
        }
        if std::mem::take(&mut self.flush) {
            // Pending once makes the connection write what it was given.
            task.waker().wake_by_ref();
            return Poll::Pending;
        }
        if self.silent {
            // Frames from before the first poll. Later the call is polled first: a thread that
            // keeps the lane filled must not keep its deadline from being looked at.
            let drained = self.cx.lane().drain(Instant::now());
            if !drained.frames.is_empty() {
                self.flush = drained.gave_way;
                return self.chunk(drained.frames);
            }
        }
        if let Poll::Ready(ending) = self.running.poll(task) {
            return self.last(ending);
        }
        match self.cx.lane().poll_drain(task, Instant::now()) {
            Poll::Ready(drained) => {
                self.flush = drained.gave_way;
                self.chunk(drained.frames)
            }
            Poll::Pending => self.wait(task),
        }
    }

    fn chunk(&mut self, frames: Vec<u8>) -> Poll<Option<Bytes>> {
        self.silent = false;
        self.pings.sent();
        Poll::Ready(Some(frames.into()))
    }

    fn last(&mut self, ending: Ending) -> Poll<Option<Bytes>> {
        self.done = true;
        let mut frames = self.cx.lane().drain(Instant::now()).frames;
        let facts = self.cx.caller().facts;
        match (self.typed, ending) {
            (None, Ending::Outcome(outcome)) => Framing::Sse.write(&mut frames, |out| {
                encode::response(out, facts, &self.state.signature, &self.id, &outcome);
            }),
            (None, Ending::Cancelled) => {}
            (Some(typed), Ending::Outcome(outcome)) => typed.outcome(&mut frames, facts, &outcome),
            (Some(typed), Ending::Cancelled) => typed.outcome(&mut frames, facts, &cancelled()),
        }
        if frames.is_empty() {
            return Poll::Ready(None);
        }
        Poll::Ready(Some(frames.into()))
    }

    fn wait(&mut self, task: &mut Task<'_>) -> Poll<Option<Bytes>> {
        let ping = self
            .typed
            .map_or(PING, |typed| Bytes::from_static(typed.ping()));
        if std::mem::take(&mut self.silent) {
            return Poll::Ready(Some(ping));
        }
        self.pings.poll(task).map(|()| Some(ping))
    }
}

/// How a plain call ends that was cancelled: where every stream has an end, so has this one.
pub(super) fn cancelled() -> Outcome {
    Failure::internal("the call was cancelled").into()
}

// === impl Pings ===

impl Pings {
    pub(super) const fn new(every: Duration) -> Self {
        Self {
            every,
            timer: None,
            sent: false,
        }
    }

    /// Something was sent.
    pub(super) const fn sent(&mut self) {
        self.sent = true;
    }

    /// Completes when nothing was sent for a while. The timer is not moved by each frame: it looks
    /// back when it fires.
    pub(super) fn poll(&mut self, task: &mut Task<'_>) -> Poll<()> {
        loop {
            let every = self.every;
            let timer = self
                .timer
                .get_or_insert_with(|| Box::pin(tokio::time::sleep(every)));
            if timer.as_mut().poll(task).is_pending() {
                return Poll::Pending;
            }
            timer.as_mut().reset(tokio::time::Instant::now() + every);
            if !std::mem::take(&mut self.sent) {
                return Poll::Ready(());
            }
        }
    }
}
