//! One call's outgoing frames: the handler pushes, the socket's side drains.
//!
//! ```text
//!   handler: push.await ──▶ [frame frame frame] ──▶ drain: one write
//!            waits while full          ▲
//!                              bounded in frames and bytes
//! ```
//!
//! A slow reader slows its own writer and nobody else. Nothing is dropped in silence: with a
//! reader a push waits for room, and once there is none any more ([`Lane::detach`]) frames have
//! nowhere to go and pushes return at once.
//!
//! The handler is usually polled by the very task that drains, so frames written in one go leave
//! in one write. So that they are *live* all the same, a push gives way to the reader when the
//! last drain is longer than [`Lane::PATIENCE`] ago, and always after the first frame.

use std::{
    task::{Context, Poll},
    time::{Duration, Instant},
};

use parking_lot::Mutex;

use self::state::State;
use crate::replay::{Numbers, Stream};

mod state;
mod ending;

/// The frames of one call, or of one standing stream.
#[derive(Debug)]
pub struct Lane {
    state: Mutex<State>,
}

/// Where a push stands; one for each frame, kept between polls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Push {
    /// Not written yet.
    #[default]
    Waiting,
    /// Written; it gave way to the reader once.
    Written,
}

/// What a drain took.
#[derive(Debug, Default)]
pub struct Drained {
    /// The frames, in order, ready to be sent.
    pub frames: Vec<u8>,
    /// How many frames there are.
    pub count: u64,
    /// Whether the writer gave way so that these frames leave now: send before polling it again.
    pub gave_way: bool,
}

// === impl Lane ===

impl Lane {
    /// How many frames wait at most: enough to fill one write of short ones.
    pub const MAX_FRAMES: usize = 1024;

    /// How many bytes wait at most before a push waits too (the last frame may exceed it): a
    /// socket's usual send buffer holds little more.
    pub const MAX_BYTES: usize = 64 * 1024;

    /// How long frames may lie here while their writer is busy. Nobody sees a millisecond, and a
    /// writer in a tight loop gets hundreds of frames into each write.
    pub const PATIENCE: Duration = Duration::from_millis(1);

    /// Returns an empty lane. It allocates nothing before the first frame.
    #[must_use]
    pub const fn new() -> Self {
        Self::with(None)
    }

    /// Returns an empty lane; with numbers, its frames are events with ids, so that they can be
    /// replayed.
    #[must_use]
    pub const fn with(numbers: Option<Box<Numbers>>) -> Self {
        Self {
            state: Mutex::new(State {
                frames: Vec::new(),
                count: 0,
                detached: false,
                cancelled: false,
                gave_way: false,
                last_drain: None,
                last_size: 0,
                progress: f64::NEG_INFINITY,
                numbers,
                closing: None,
                reader: None,
                is_owed: false,
                waiting: Vec::new(),
            }),
        }
    }

    /// Writes one frame with `write` as soon as there is room.
    ///
    /// `progress`, for frames that carry one, must be greater than in all frames before: one that
    /// is not is left out, as the protocol wants it (2026-07-28 progress).
    ///
    /// # Cancel safety
    ///
    /// A push that was dropped while [`Push::Waiting`] wrote nothing.
    pub fn poll_push(
        &self,
        cx: &Context<'_>,
        now: Instant,
        push: &mut Push,
        progress: Option<f64>,
        write: impl FnOnce(&mut Vec<u8>),
    ) -> Poll<()> {
        if *push == Push::Written {
            return Poll::Ready(());
        }
        let mut state = self.state.lock();
        if state.detached || progress.is_some_and(|done| done <= state.progress) {
            return Poll::Ready(());
        }
        if state.is_full() {
            state.wait(cx.waker());
            return Poll::Pending;
        }
        if let Some(done) = progress {
            state.progress = done;
        }
        if state.frames.capacity() == 0 {
            // What came last time comes again, but for a single great frame.
            let expected = state.last_size.min(Self::MAX_BYTES);
            state.frames.reserve(expected);
        }
        state.write(write);
        *push = Push::Written;
        let reader = state.reader.take();
        let overdue = state
            .last_drain
            .is_none_or(|last| now.duration_since(last) >= Self::PATIENCE);
        let give_way = overdue && !state.gave_way;
        state.gave_way |= give_way;
        drop(state);
        if let Some(reader) = reader {
            reader.wake();
        }
        if give_way {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        Poll::Ready(())
    }

    /// Writes one frame without waiting for room; for the last frame of a stream, and for its own
    /// reader.
    pub fn push_now(&self, write: impl FnOnce(&mut Vec<u8>)) {
        let mut state = self.state.lock();
        if state.detached {
            return;
        }
        state.write(write);
        let reader = state.reader.take();
        drop(state);
        if let Some(reader) = reader {
            reader.wake();
        }
    }

    /// Takes all frames that wait.
    pub fn drain(&self, now: Instant) -> Drained {
        let mut state = self.state.lock();
        if state.count == 0 {
            return Drained::default();
        }
        state.take(now)
    }

    /// Takes all frames that wait, or remembers whom to wake when there are some.
    pub fn poll_drain(&self, cx: &Context<'_>, now: Instant) -> Poll<Drained> {
        let mut state = self.state.lock();
        if state.count > 0 {
            return Poll::Ready(state.take(now));
        }
        state.read_later(cx.waker());
        Poll::Pending
    }

    /// Completes when frames wait, and leaves them where they are.
    pub fn poll_readable(&self, cx: &Context<'_>) -> Poll<()> {
        let mut state = self.state.lock();
        if state.count > 0 {
            return Poll::Ready(());
        }
        state.read_later(cx.waker());
        Poll::Pending
    }

    /// Returns whether no frame waits.
    pub fn is_empty(&self) -> bool {
        self.state.lock().count == 0
    }

    /// Returns whether frames are numbered.
    pub fn is_numbered(&self) -> bool {
        self.state.lock().numbers.is_some()
    }

    /// Returns the stream that the frames belong to, if they are numbered.
    pub fn stream(&self) -> Option<Stream> {
        let mut state = self.state.lock();
        state.numbers.as_mut().map(|numbers| numbers.stream())
    }

    /// Returns the event that primes a numbered stream: a place to resume from before anything was
    /// said.
    pub fn priming(&self, retry: Duration) -> Option<Vec<u8>> {
        let mut out = Vec::with_capacity(96);
        let mut state = self.state.lock();
        state.numbers.as_mut()?.write_priming(&mut out, retry);
        Some(out)
    }

    /// Remembers whom to wake as the reader, who takes no frames: it looks after a call that
    /// nobody reads.
    pub fn watch(&self, cx: &Context<'_>) {
        self.state.lock().read_later(cx.waker());
    }

    /// Wakes whoever reads, so that it looks at the call again: now, or as soon as it waits. A
    /// thread may want it between the reader's last look and its wait.
    pub fn wake_reader(&self) {
        let mut state = self.state.lock();
        let reader = state.reader.take();
        state.is_owed = reader.is_none();
        drop(state);
        if let Some(reader) = reader {
            reader.wake();
        }
    }
}

impl Default for Lane {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests;
