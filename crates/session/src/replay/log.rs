//! The log of all sessions, in memory: bounded, and never silent about what it gave up.
//!
//! ```text
//!   stream 7:  [1 2 3][4 5][6]         chunks, as they were drained
//!   stream 8:  ·····[9 10][11 answer]  the oldest are gone: what followed 8 is here,
//!                                      what followed 5 is a gap
//! ```

use std::{
    collections::{HashMap, VecDeque},
    task::Waker,
    time::{Duration, Instant},
};

use foldhash::fast::RandomState;

use super::{
    order::{Mark, Order, Size},
    store::{Chunk, Read, Stream},
};
use crate::ticket::SessionKey;

/// How much is kept for clients whose connection broke, and for how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReplayLimits {
    /// How long after its end a stream can be replayed. Default five minutes: a laptop changes
    /// networks, a phone leaves a tunnel.
    pub age: Duration,
    /// How many bytes are kept for a session, beside what was said last. Default 4 MiB: some
    /// twenty thousand log lines, or one large answer.
    pub session_bytes: usize,
    /// How many frames are kept for a session, beside what was said last. Default 10 000: what
    /// busy tools say in some minutes.
    pub session_frames: u64,
    /// How many bytes are kept in all. Default 256 MiB: sixty-four sessions that use up all of
    /// theirs, or a hundred thousand that keep a short answer or two.
    pub bytes: usize,
}

/// What was said on the streams of all sessions.
#[derive(Debug)]
pub(super) struct Log {
    limits: ReplayLimits,
    streams: HashMap<u64, Entry, RandomState>,
    sessions: HashMap<SessionKey, Order, RandomState>,
    all: Order,
    /// The streams that have ended, the first to end in front.
    ended: VecDeque<(Instant, u64)>,
}

/// What is kept of one stream.
#[derive(Debug)]
struct Entry {
    session: SessionKey,
    /// How many frames were ever appended.
    written: u64,
    chunks: VecDeque<Chunk>,
    has_ended: bool,
    tailing: Vec<Waker>,
}

/// How many wait for a stream's next frames: of the readers that resume it one is heard, and the
/// others are on their way out.
const MAX_TAILING: usize = 8;

/// How many ended streams of which nothing is left are let lie before anyone sweeps.
const SLACK: usize = 64;

// === impl ReplayLimits ===

impl Default for ReplayLimits {
    fn default() -> Self {
        Self {
            age: Duration::from_secs(5 * 60),
            session_bytes: 4 * 1024 * 1024,
            session_frames: 10_000,
            bytes: 256 * 1024 * 1024,
        }
    }
}

impl ReplayLimits {
    const fn of_session(&self) -> Size {
        Size {
            bytes: self.session_bytes,
            frames: self.session_frames,
        }
    }

    const fn of_all(&self) -> Size {
        Size {
            bytes: self.bytes,
            frames: u64::MAX,
        }
    }
}

// === impl Log ===

impl Log {
    pub(super) fn new(limits: ReplayLimits) -> Self {
        Self {
            limits,
            streams: HashMap::default(),
            sessions: HashMap::default(),
            all: Order::default(),
            ended: VecDeque::new(),
        }
    }

    /// Opens a stream.
    pub(super) fn open(&mut self, stream: Stream) {
        self.streams
            .entry(stream.number)
            .or_insert_with(|| Entry::new(stream.session));
    }

    /// Appends a chunk; returns whom to wake.
    pub(super) fn append(&mut self, stream: Stream, chunk: &Chunk, now: Instant) -> Vec<Waker> {
        self.expire(now);
        let entry = if chunk.first == 1 {
            let entry = self.streams.entry(stream.number);
            Some(entry.or_insert_with(|| Entry::new(stream.session)))
        } else {
            self.streams.get_mut(&stream.number)
        };
        let Some(entry) = entry else {
            return Vec::new();
        };
        let wake = std::mem::take(&mut entry.tailing);
        if chunk.is_last && !entry.has_ended {
            entry.has_ended = true;
            self.ended.push_back((now, stream.number));
        }
        if chunk.count == 0 || chunk.first != entry.written + 1 {
            return wake;
        }
        entry.written = chunk.last();
        entry.chunks.push_back(chunk.clone());
        let mark = Mark {
            stream: stream.number,
            first: chunk.first,
        };
        let order = self.sessions.entry(stream.session).or_default();
        order.push(mark, chunk);
        self.all.push(mark, chunk);
        let is_crowded = order.is_crowded(self.limits.of_session(), chunk)
            || self.all.is_crowded(self.limits.of_all(), chunk);
        let is_untidy = order.is_untidy()
            || self.all.is_untidy()
            || self.ended.len() > 2 * self.streams.len() + SLACK;
        if is_crowded {
            self.make_room(stream.session, (mark, chunk));
        }
        if is_untidy {
            self.sweep(stream.session);
        }
        wake
    }

    /// Reads what followed frame `after`; `tail` is woken when there was nothing yet.
    pub(super) fn read(&mut self, stream: Stream, after: u64, tail: &Waker, now: Instant) -> Read {
        self.expire(now);
        let entry = self.streams.get_mut(&stream.number);
        let Some(entry) = entry.filter(|entry| entry.session == stream.session) else {
            return Read::Unknown;
        };
        if after > entry.written {
            return Read::Beyond;
        }
        if after == entry.written {
            if entry.has_ended {
                return Read::End;
            }
            entry.wake_later(tail);
            return Read::Nothing;
        }
        let index = entry.chunks.partition_point(|chunk| chunk.last() <= after);
        match entry.chunks.get(index) {
            Some(chunk) if chunk.first <= after + 1 => Read::Frames {
                bytes: chunk.after(after),
                last: chunk.last(),
            },
            _ => Read::Gap,
        }
    }

    /// Forgets a session; returns whom to wake.
    pub(super) fn forget(&mut self, session: SessionKey) -> Vec<Waker> {
        let Some(order) = self.sessions.get(&session) else {
            return Vec::new();
        };
        let streams: Vec<u64> = order.streams().collect();
        let mut wake = Vec::new();
        for stream in streams {
            wake.append(&mut self.remove(stream));
        }
        wake
    }

    /// Forgets the streams that ended long enough ago.
    pub(super) fn expire(&mut self, now: Instant) {
        while let Some((at, stream)) = self.ended.front().copied() {
            if now.saturating_duration_since(at) < self.limits.age {
                return;
            }
            self.ended.pop_front();
            self.remove(stream);
        }
    }

    /// Gives up the oldest chunks while there is too much beside the newest.
    fn make_room(&mut self, session: SessionKey, newest: (Mark, &Chunk)) {
        loop {
            let streams = &self.streams;
            let is_kept = |mark| is_kept(streams, mark);
            let order = self.sessions.get_mut(&session);
            let next = order
                .and_then(|order| order.next(self.limits.of_session(), newest, is_kept))
                .or_else(|| self.all.next(self.limits.of_all(), newest, is_kept));
            let Some(next) = next else { break };
            self.evict(next);
        }
    }

    /// Gives up one chunk: the first of its stream.
    fn evict(&mut self, mark: Mark) {
        let Some(entry) = self.streams.get_mut(&mark.stream) else {
            return;
        };
        let Some(chunk) = entry.chunks.pop_front() else {
            return;
        };
        let session = entry.session;
        // Of a stream that has ended nothing is left to tell; one that goes on is still counted.
        if entry.has_ended && entry.chunks.is_empty() {
            self.streams.remove(&mark.stream);
        }
        self.given_up(session, [&chunk]);
    }

    fn remove(&mut self, stream: u64) -> Vec<Waker> {
        let Some(entry) = self.streams.remove(&stream) else {
            return Vec::new();
        };
        self.given_up(entry.session, &entry.chunks);
        entry.tailing
    }

    fn given_up<'a>(&mut self, session: SessionKey, chunks: impl IntoIterator<Item = &'a Chunk>) {
        let Some(order) = self.sessions.get_mut(&session) else {
            return;
        };
        for chunk in chunks {
            self.all.gone(chunk);
            order.gone(chunk);
        }
        if order.is_empty() {
            self.sessions.remove(&session);
        }
    }

    fn sweep(&mut self, session: SessionKey) {
        let streams = &self.streams;
        self.all.sweep(|mark| is_kept(streams, mark));
        if let Some(order) = self.sessions.get_mut(&session) {
            order.sweep(|mark| is_kept(streams, mark));
        }
        self.ended
            .retain(|(_, stream)| streams.contains_key(stream));
    }

    /// Returns how many streams and sessions are known, and how many bytes they are charged.
    #[cfg(test)]
    pub(super) fn size(&self) -> (usize, usize, usize) {
        (
            self.streams.len(),
            self.sessions.len(),
            self.all.size().bytes,
        )
    }

    /// Returns how many marks are remembered, of something and of nothing.
    #[cfg(test)]
    pub(super) fn marks(&self) -> usize {
        let of_sessions = self.sessions.values().map(|order| order.streams().count());
        self.all.streams().count() + of_sessions.sum::<usize>() + self.ended.len()
    }
}

/// Chunks leave their stream from the front, so one is here as long as the first is not behind it.
fn is_kept(streams: &HashMap<u64, Entry, RandomState>, mark: Mark) -> bool {
    streams
        .get(&mark.stream)
        .and_then(|entry| entry.chunks.front())
        .is_some_and(|first| first.first <= mark.first)
}

// === impl Entry ===

impl Entry {
    const fn new(session: SessionKey) -> Self {
        Self {
            session,
            written: 0,
            chunks: VecDeque::new(),
            has_ended: false,
            tailing: Vec::new(),
        }
    }

    /// Wakes `tail` when there is more. A client may come back to a silent stream as often as it
    /// likes, so the first in line makes room: if it still waits, it looks again.
    fn wake_later(&mut self, tail: &Waker) {
        if self.tailing.iter().any(|other| other.will_wake(tail)) {
            return;
        }
        if self.tailing.len() >= MAX_TAILING {
            self.tailing.remove(0).wake();
        }
        self.tailing.push(tail.clone());
    }
}

#[cfg(test)]
mod tests;
