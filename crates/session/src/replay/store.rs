//! What a replay log can do, wherever it keeps things.

use std::{
    fmt,
    task::{Context, Poll},
    time::Instant,
};

use bytes::Bytes;

use crate::{lane::Drained, ticket::SessionKey};

/// A stream of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Stream {
    /// The session.
    pub session: SessionKey,
    /// The stream's number; no two streams have the same.
    pub number: u64,
}

/// Frames that were written together: whole events, each ended by a blank line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chunk {
    /// The number of the first frame.
    pub first: u64,
    /// How many there are; none where a stream ends without another word.
    pub count: u64,
    /// The frames as they go over the wire; a clone shares them.
    pub bytes: Bytes,
    /// Nothing follows: the call's response is the last of these frames, if it has one.
    pub is_last: bool,
}

/// What followed a place on a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Read {
    /// These frames; the last has the number `last`.
    Frames {
        /// The frames as they go over the wire.
        bytes: Bytes,
        /// The number of the last of them.
        last: u64,
    },
    /// Nothing yet. Whoever asked is woken when that changes.
    Nothing,
    /// Nothing, and nothing will.
    End,
    /// Something that is not kept any more.
    Gap,
    /// The stream is not known, or not any more.
    Unknown,
    /// The stream has never come so far.
    Beyond,
}

/// A replay log: what sessions' streams said, kept for a while and within bounds.
///
/// Frames are appended before they are sent, so whatever a client has heard of is here. Whoever
/// asks has shown that the session is theirs.
pub trait ReplayStore: Send + Sync + fmt::Debug + 'static {
    /// Opens a stream on which nothing was said yet. A stream's first chunk opens it too.
    fn poll_open(&self, cx: &mut Context<'_>, stream: Stream) -> Poll<()>;

    /// Appends the stream's next frames. Those of a stream that was forgotten in its midst are
    /// left out.
    fn poll_append(
        &self,
        cx: &mut Context<'_>,
        stream: Stream,
        chunk: &Chunk,
        now: Instant,
    ) -> Poll<()>;

    /// Reads what followed frame `after`. Pending is the store itself; a stream that says nothing
    /// is [`Read::Nothing`].
    fn poll_read(
        &self,
        cx: &mut Context<'_>,
        stream: Stream,
        after: u64,
        now: Instant,
    ) -> Poll<Read>;

    /// Forgets all streams of a session that has ended.
    fn forget(&self, session: SessionKey);

    /// Forgets what is too old.
    fn expire(&self, now: Instant);
}

/// How many unused bytes a chunk may hold on to, beside as many as it uses.
const SPARE: usize = 256;

// === impl Chunk ===

impl Chunk {
    /// Returns what was drained, after `written` frames, as it is kept.
    #[must_use]
    pub fn new(drained: Drained, written: u64, is_last: bool) -> Self {
        let Drained {
            mut frames, count, ..
        } = drained;
        // A lane makes room for as much as came last time: what is kept must not hold on to that.
        if frames.capacity() > 2 * frames.len() + SPARE {
            frames.shrink_to_fit();
        }
        Self {
            first: written + 1,
            count,
            bytes: frames.into(),
            is_last,
        }
    }

    /// Returns the number of the last frame.
    #[must_use]
    pub const fn last(&self) -> u64 {
        self.first + self.count - 1
    }

    /// Returns the frames that follow frame `after`.
    #[must_use]
    pub fn after(&self, after: u64) -> Bytes {
        let mut start = 0;
        for _ in self.first..=after {
            match memchr::memmem::find(&self.bytes[start..], b"\n\n") {
                Some(end) => start += end + 2,
                None => return Bytes::new(),
            }
        }
        self.bytes.slice(start..)
    }
}
