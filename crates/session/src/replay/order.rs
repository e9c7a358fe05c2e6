//! In which order chunks are given up: the oldest first, answers after all else.

use std::collections::VecDeque;

use super::store::Chunk;

/// The chunks of a session, or of all, by age.
///
/// Answers stay longest, but they may take no more than half of the room: else those of yesterday's
/// calls would push out what today's are saying. Marks of chunks that have gone for another reason
/// are passed over when they are met, and swept out when they are the greater part.
#[derive(Debug, Default)]
pub(super) struct Order {
    said: Marks,
    answers: Marks,
}

#[derive(Debug, Default)]
struct Marks {
    marks: VecDeque<Mark>,
    chunks: usize,
    size: Size,
}

/// Where a chunk is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Mark {
    /// The number of its stream.
    pub(super) stream: u64,
    /// The number of its first frame.
    pub(super) first: u64,
}

/// How much there is, or may be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Size {
    pub(super) bytes: usize,
    pub(super) frames: u64,
}

/// What a chunk takes besides its bytes: its stream's entry and its places in the orders.
const BESIDES: usize = 256;

/// How many marks of nothing are let lie before anyone sweeps.
const SLACK: usize = 64;

// === impl Order ===

impl Order {
    /// Adds the newest chunk.
    pub(super) fn push(&mut self, mark: Mark, chunk: &Chunk) {
        let marks = self.marks(chunk.is_last);
        marks.marks.push_back(mark);
        marks.chunks += 1;
        marks.size = marks.size.plus(Size::of(chunk));
    }

    /// Notes that a chunk is gone.
    pub(super) fn gone(&mut self, chunk: &Chunk) {
        let marks = self.marks(chunk.is_last);
        marks.chunks -= 1;
        marks.size = marks.size.minus(Size::of(chunk));
    }

    /// Returns whether there is more than `limit` beside the newest chunk.
    pub(super) fn is_crowded(&self, limit: Size, newest: &Chunk) -> bool {
        !self.size().minus(Size::of(newest)).fits(limit)
    }

    /// Returns the chunk to give up next, if there is more than `limit` beside the newest.
    pub(super) fn next(
        &mut self,
        limit: Size,
        (newest, chunk): (Mark, &Chunk),
        is_kept: impl Fn(Mark) -> bool,
    ) -> Option<Mark> {
        if !self.is_crowded(limit, chunk) {
            return None;
        }
        let answers = if chunk.is_last {
            self.answers.size.minus(Size::of(chunk))
        } else {
            self.answers.size
        };
        let said = self.said.oldest(newest, &is_kept);
        if said.is_some() && answers.fits(limit.half()) {
            return said;
        }
        self.answers.oldest(newest, &is_kept).or(said)
    }

    /// Returns whether most marks are of nothing.
    pub(super) fn is_untidy(&self) -> bool {
        let marks = self.said.marks.len() + self.answers.marks.len();
        marks > 2 * (self.said.chunks + self.answers.chunks) + SLACK
    }

    /// Sweeps out the marks of nothing.
    pub(super) fn sweep(&mut self, is_kept: impl Fn(Mark) -> bool) {
        for marks in [&mut self.said, &mut self.answers] {
            marks.marks.retain(|mark| is_kept(*mark));
        }
    }

    /// Returns how much there is.
    pub(super) fn size(&self) -> Size {
        self.said.size.plus(self.answers.size)
    }

    /// Returns whether there is nothing.
    pub(super) const fn is_empty(&self) -> bool {
        self.said.chunks + self.answers.chunks == 0
    }

    /// Returns the streams of the chunks, some of them several times.
    pub(super) fn streams(&self) -> impl Iterator<Item = u64> {
        let marks = self.said.marks.iter().chain(&self.answers.marks);
        marks.map(|mark| mark.stream)
    }

    const fn marks(&mut self, answers: bool) -> &mut Marks {
        if answers {
            &mut self.answers
        } else {
            &mut self.said
        }
    }
}

// === impl Marks ===

impl Marks {
    fn oldest(&mut self, newest: Mark, is_kept: impl Fn(Mark) -> bool) -> Option<Mark> {
        while let Some(mark) = self.marks.front().copied() {
            if is_kept(mark) {
                return (mark != newest).then_some(mark);
            }
            self.marks.pop_front();
        }
        None
    }
}

// === impl Size ===

impl Size {
    fn of(chunk: &Chunk) -> Self {
        Self {
            bytes: chunk.bytes.len() + BESIDES,
            frames: chunk.count,
        }
    }

    const fn plus(self, other: Self) -> Self {
        Self {
            bytes: self.bytes + other.bytes,
            frames: self.frames + other.frames,
        }
    }

    const fn minus(self, other: Self) -> Self {
        Self {
            bytes: self.bytes - other.bytes,
            frames: self.frames - other.frames,
        }
    }

    const fn half(self) -> Self {
        Self {
            bytes: self.bytes / 2,
            frames: self.frames / 2,
        }
    }

    const fn fits(self, limit: Self) -> bool {
        self.bytes <= limit.bytes && self.frames <= limit.frames
    }
}
