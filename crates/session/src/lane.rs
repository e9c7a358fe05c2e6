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
    task::{Context, Poll, Waker},
    time::{Duration, Instant},
};

use parking_lot::Mutex;

use crate::replay::{Numbers, Stream};

/// The frames of one call, or of one standing stream.
#[derive(Debug)]
pub struct Lane {
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    frames: Vec<u8>,
    count: usize,
    detached: bool,
    cancelled: bool,
    gave_way: bool,
    last_drain: Option<Instant>,
    last_size: usize,
    progress: f64,
    /// Frames that can be replayed carry ids. Boxed, since most lanes have none.
    numbers: Option<Box<Numbers>>,
    /// The reader is to end its stream, and say how long to wait before it is resumed.
    closing: Option<Option<Duration>>,
    reader: Option<Waker>,
    /// The reader is to look at the call again, and was not there to be woken.
    is_owed: bool,
    /// Who waits for room, or for cancellation. Woken together: both are rare.
    waiting: Vec<Waker>,
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

    /// Asks the reader to end its stream, which is resumed later, after `retry` if that is given.
    /// Returns false where it cannot be resumed: then nothing is asked.
    pub fn close(&self, retry: Option<Duration>) -> bool {
        let mut state = self.state.lock();
        if state.numbers.is_none() || state.detached {
            return false;
        }
        state.closing = Some(retry);
        let reader = state.reader.take();
        drop(state);
        if let Some(reader) = reader {
            reader.wake();
        }
        true
    }

    /// Returns whether the stream is to be ended, once each time; for the reader.
    pub fn take_closing(&self) -> Option<Option<Duration>> {
        self.state.lock().closing.take()
    }

    /// Nobody reads any more: frames go nowhere and never wait.
    pub fn detach(&self) {
        let mut state = self.state.lock();
        state.detached = true;
        state.frames = Vec::new();
        state.count = 0;
        let reader = state.reader.take();
        state.wake_waiting();
        drop(state);
        if let Some(reader) = reader {
            // Whoever watches without reading must look again, and stay.
            reader.wake();
        }
    }

    /// Returns whether frames go nowhere.
    pub fn is_detached(&self) -> bool {
        self.state.lock().detached
    }

    /// From now on frames go nowhere; those that wait can still be taken.
    pub fn mute(&self) {
        let mut state = self.state.lock();
        state.detached = true;
        state.wake_waiting();
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

    /// Marks the call as cancelled and wakes both sides.
    pub fn cancel(&self) {
        let mut state = self.state.lock();
        state.cancelled = true;
        let reader = state.reader.take();
        state.wake_waiting();
        drop(state);
        if let Some(reader) = reader {
            reader.wake();
        }
    }

    /// Returns whether the call was cancelled.
    pub fn is_cancelled(&self) -> bool {
        self.state.lock().cancelled
    }

    /// Completes when the call is cancelled; for handlers.
    pub fn poll_cancelled(&self, cx: &Context<'_>) -> Poll<()> {
        let mut state = self.state.lock();
        if state.cancelled {
            return Poll::Ready(());
        }
        state.wait(cx.waker());
        Poll::Pending
    }
}

impl Default for Lane {
    fn default() -> Self {
        Self::new()
    }
}

// === impl State ===

impl State {
    const fn is_full(&self) -> bool {
        self.count >= Lane::MAX_FRAMES || self.frames.len() >= Lane::MAX_BYTES
    }

    fn write(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        if let Some(numbers) = &mut self.numbers {
            numbers.write_next(&mut self.frames);
        }
        write(&mut self.frames);
        self.count += 1;
    }

    fn wait(&mut self, waker: &Waker) {
        if !self.waiting.iter().any(|other| other.will_wake(waker)) {
            self.waiting.push(waker.clone());
        }
    }

    fn read_later(&mut self, waker: &Waker) {
        if self.cancelled || std::mem::take(&mut self.is_owed) {
            // It was cancelled, or wanted, after its reader last looked: let it look again.
            waker.wake_by_ref();
            return;
        }
        match &mut self.reader {
            Some(reader) => reader.clone_from(waker),
            none => *none = Some(waker.clone()),
        }
    }

    fn take(&mut self, now: Instant) -> Drained {
        let frames = std::mem::take(&mut self.frames);
        self.last_size = frames.len();
        self.last_drain = Some(now);
        let count = std::mem::take(&mut self.count) as u64;
        self.wake_waiting();
        Drained {
            frames,
            count,
            gave_way: std::mem::take(&mut self.gave_way),
        }
    }

    fn wake_waiting(&mut self) {
        for waker in self.waiting.drain(..) {
            waker.wake();
        }
    }
}

#[cfg(test)]
mod tests;
