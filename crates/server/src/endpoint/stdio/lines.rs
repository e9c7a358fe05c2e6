//! Lines off a stream of bytes, none longer than may be.

use std::io;

use bytes::{Buf, Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt};

/// Reads lines.
#[derive(Debug)]
pub(super) struct Lines<R> {
    reader: R,
    buffer: BytesMut,
    /// How much of the buffer holds no line's end.
    searched: usize,
    most: usize,
    /// The line is too long: its rest is skipped.
    skipping: bool,
}

/// What was read.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// A line, without its end.
    Whole(Bytes),
    /// A line that was longer than it may be; it was skipped.
    TooLong,
}

/// How much is read at a time.
const READ: usize = 16 * 1024;

// === impl Lines ===

impl<R: AsyncRead + Unpin> Lines<R> {
    pub(super) fn new(reader: R, most: usize) -> Self {
        Self {
            reader,
            buffer: BytesMut::new(),
            searched: 0,
            most,
            skipping: false,
        }
    }

    /// Returns the next line that is not empty; none at the end. What stands there without a
    /// line's end is a line too.
    ///
    /// # Cancel safety
    ///
    /// What was read stays.
    pub(super) async fn next(&mut self) -> io::Result<Option<Line>> {
        loop {
            while let Some(at) = memchr::memchr(b'\n', &self.buffer[self.searched..]) {
                let line = self.buffer.split_to(self.searched + at).freeze();
                self.buffer.advance(1);
                self.searched = 0;
                if let Some(line) = self.whole(line) {
                    return Ok(Some(line));
                }
            }
            self.searched = self.buffer.len();
            if self.searched > self.most {
                self.skipping = true;
            }
            if self.skipping {
                self.buffer.clear();
                self.searched = 0;
            }
            self.buffer.reserve(READ);
            if self.reader.read_buf(&mut self.buffer).await? == 0 {
                let rest = self.buffer.split().freeze();
                self.searched = 0;
                return Ok(self.whole(rest));
            }
        }
    }

    fn whole(&mut self, line: Bytes) -> Option<Line> {
        if std::mem::take(&mut self.skipping) || line.len() > self.most {
            return Some(Line::TooLong);
        }
        let line = match line.strip_suffix(b"\r") {
            Some(text) => line.slice(..text.len()),
            None => line,
        };
        (!line.trim_ascii().is_empty()).then_some(Line::Whole(line))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn all(text: &[u8], most: usize) -> Vec<Line> {
        let mut lines = Lines::new(text, most);
        let mut all = Vec::new();
        while let Some(line) = lines.next().await.expect("reads") {
            all.push(line);
        }
        all
    }

    fn line(text: &'static str) -> Line {
        Line::Whole(text.into())
    }

    #[tokio::test]
    async fn lines_end_in_every_way_and_empty_ones_are_none() {
        let lines = all(b"one\r\n\n  \ntwo\nthree", 16).await;
        assert_eq!(lines, [line("one"), line("two"), line("three")]);
    }

    #[tokio::test]
    async fn a_line_that_is_too_long_is_skipped_and_said() {
        let long = [b"one\n".as_slice(), &[b'x'; 100_000], b"\ntwo\n"].concat();
        assert_eq!(
            all(&long, 8).await,
            [line("one"), Line::TooLong, line("two")]
        );
        assert_eq!(
            all(b"123456789\n12345678\n", 8).await,
            [Line::TooLong, line("12345678")]
        );
    }
}
