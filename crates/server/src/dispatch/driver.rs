//! What carries on a call whose stream can be replayed: polls it, and writes what it says in the
//! log before anyone sends it.
//!
//! ```text
//!   Running ──▶ Lane ──drain──▶ Driver ──append──▶ ReplayStore ──▶ readers that resumed
//!                                 └── Step ──▶ the connection that the call came on
//! ```

use std::{
    sync::Arc,
    task::{Context as Task, Poll, Waker, ready},
    time::{Duration, Instant},
};

use bytes::Bytes;
use tidegate_era::encode::{self, Framing};
use tidegate_handler::Context;
use tidegate_model::Id;
use tidegate_session::{Chunk, Drained, ReplayStore, Stream};

use super::{
    replay::clock,
    running::{Ending, Running},
};
use crate::state::State;

/// A call under way, and what of it is in the log.
pub(crate) struct Driver {
    state: Arc<State>,
    store: Arc<dyn ReplayStore>,
    running: Running,
    cx: Context,
    id: Id,
    stream: Stream,
    /// How many frames are in the log.
    written: u64,
    /// The event that goes before all others; with it the stream is opened.
    priming: Option<Bytes>,
    /// What the log has not taken yet.
    appending: Option<(Chunk, bool)>,
    /// The connection is to end once what was said before is sent.
    closing: Option<Option<Duration>>,
    is_fresh: bool,
    has_ended: bool,
}

/// What is next on a call's stream; it is in the log already.
pub(crate) enum Step {
    /// Frames, and whether to send them before the call goes on.
    Said(Bytes, bool),
    /// The connection ends here, on purpose; the client may be told when to come back.
    Closed(Option<Duration>),
    /// The last frames: the call has ended.
    Ended(Bytes),
}

// === impl Driver ===

impl Driver {
    /// Returns what drives `running`, whose frames are those of `stream`.
    pub(crate) fn new(
        state: &Arc<State>,
        store: &Arc<dyn ReplayStore>,
        running: Running,
        cx: Context,
        id: Id,
        stream: Stream,
    ) -> Box<Self> {
        let primes = cx.caller().facts.primes;
        let priming = primes.then(|| cx.lane().priming(state.config.retry));
        Box::new(Self {
            state: Arc::clone(state),
            store: Arc::clone(store),
            running,
            id,
            stream,
            written: 0,
            priming: priming.flatten().map(Bytes::from),
            appending: None,
            closing: None,
            is_fresh: true,
            has_ended: false,
            cx,
        })
    }

    /// Returns the stream that the call answers on.
    pub(crate) const fn stream(&self) -> Stream {
        self.stream
    }

    /// Returns how many frames are in the log.
    pub(crate) const fn written(&self) -> u64 {
        self.written
    }

    /// Returns whether the call may go on without its connection, and notes that it does.
    pub(super) fn outlive(&mut self) -> bool {
        self.running.outlive()
    }

    /// Returns what is next on the stream. What the call says is left in its lane unless there is
    /// `room`: then it has to wait.
    pub(crate) fn poll(&mut self, task: &mut Task<'_>, room: bool) -> Poll<Step> {
        if self.priming.is_some() {
            ready!(self.store.poll_open(task, self.stream));
            return Poll::Ready(Step::Said(self.priming.take().unwrap_or_default(), false));
        }
        if self.appending.is_none() {
            if let Some(retry) = self.closing.take() {
                return Poll::Ready(Step::Closed(retry));
            }
            ready!(self.poll_call(task, room));
        }
        self.poll_append(task)
    }

    /// Completes when something is to be appended, or the connection is to end.
    fn poll_call(&mut self, task: &mut Task<'_>, room: bool) -> Poll<()> {
        let lane = self.cx.lane();
        self.closing = lane.take_closing();
        // Frames from before the first poll. Later the call is polled first: a thread that keeps
        // the lane filled must not keep its deadline from being looked at.
        if std::mem::take(&mut self.is_fresh) || self.closing.is_some() {
            let drained = lane.drain(Instant::now());
            if drained.count > 0 || self.closing.is_some() {
                self.said(drained);
                return Poll::Ready(());
            }
        }
        if let Poll::Ready(ending) = self.running.poll(task) {
            self.last(ending);
            return Poll::Ready(());
        }
        if !room {
            // No reader of the lane is left to be woken by a cancellation.
            let _ = self.cx.lane().poll_cancelled(task);
            return Poll::Pending;
        }
        let drained = ready!(self.cx.lane().poll_drain(task, Instant::now()));
        self.said(drained);
        Poll::Ready(())
    }

    fn said(&mut self, drained: Drained) {
        let gave_way = drained.gave_way;
        self.appending = Some((Chunk::new(drained, self.written, false), gave_way));
    }

    fn last(&mut self, ending: Ending) {
        let lane = self.cx.lane();
        if let Ending::Outcome(outcome) = ending {
            let facts = self.cx.caller().facts;
            lane.push_now(|out| {
                Framing::Sse.write(out, |out| {
                    encode::response(out, facts, &self.state.signature, &self.id, &outcome);
                });
            });
        }
        let drained = lane.drain(Instant::now());
        self.appending = Some((Chunk::new(drained, self.written, true), false));
    }

    fn poll_append(&mut self, task: &mut Task<'_>) -> Poll<Step> {
        if let Some((chunk, _)) = &self.appending
            && (chunk.count > 0 || chunk.is_last)
        {
            ready!(self.store.poll_append(task, self.stream, chunk, clock()));
        }
        let Some((chunk, gave_way)) = self.appending.take() else {
            return Poll::Pending;
        };
        self.written += chunk.count;
        if chunk.is_last {
            self.has_ended = true;
            return Poll::Ready(Step::Ended(chunk.bytes));
        }
        if chunk.count == 0 {
            return Poll::Ready(Step::Closed(self.closing.take().flatten()));
        }
        Poll::Ready(Step::Said(chunk.bytes, gave_way))
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        self.state.replay.leave(self.stream);
        if self.has_ended {
            return;
        }
        // It was given up, as when the server stops: nothing follows, for whoever waits.
        let end = Chunk {
            first: self.written + 1,
            count: 0,
            bytes: Bytes::new(),
            is_last: true,
        };
        let task = &mut Task::from_waker(Waker::noop());
        let _ = self.store.poll_append(task, self.stream, &end, clock());
    }
}
