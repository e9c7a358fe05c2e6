//! What stands behind a lane's lock: the frames that wait, and who is to be woken.

use std::{
    task::Waker,
    time::{Duration, Instant},
};

use super::{Drained, Lane};
use crate::replay::Numbers;

#[derive(Debug)]
pub(super) struct State {
    pub(super) frames: Vec<u8>,
    pub(super) count: usize,
    pub(super) detached: bool,
    pub(super) cancelled: bool,
    pub(super) gave_way: bool,
    pub(super) last_drain: Option<Instant>,
    pub(super) last_size: usize,
    pub(super) progress: f64,
    /// Frames that can be replayed carry ids. Boxed, since most lanes have none.
    pub(super) numbers: Option<Box<Numbers>>,
    /// The reader is to end its stream, and say how long to wait before it is resumed.
    pub(super) closing: Option<Option<Duration>>,
    pub(super) reader: Option<Waker>,
    /// The reader is to look at the call again, and was not there to be woken.
    pub(super) is_owed: bool,
    /// Who waits for room, or for cancellation. Woken together: both are rare.
    pub(super) waiting: Vec<Waker>,
}

// === impl State ===

impl State {
    pub(super) const fn is_full(&self) -> bool {
        self.count >= Lane::MAX_FRAMES || self.frames.len() >= Lane::MAX_BYTES
    }

    pub(super) fn write(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        if let Some(numbers) = &mut self.numbers {
            numbers.write_next(&mut self.frames);
        }
        write(&mut self.frames);
        self.count += 1;
    }

    pub(super) fn wait(&mut self, waker: &Waker) {
        if !self.waiting.iter().any(|other| other.will_wake(waker)) {
            self.waiting.push(waker.clone());
        }
    }

    pub(super) fn read_later(&mut self, waker: &Waker) {
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

    pub(super) fn take(&mut self, now: Instant) -> Drained {
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

    pub(super) fn wake_waiting(&mut self) {
        for waker in self.waiting.drain(..) {
            waker.wake();
        }
    }
}
