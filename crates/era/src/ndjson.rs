//! Reading lines of JSON (NDJSON), in whatever pieces they arrive.

use std::fmt;

/// Turns the bytes of a stream into lines.
#[derive(Debug)]
pub struct Decoder {
    line: Vec<u8>,
    limit: usize,
}

/// A line was longer than the decoder's limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLong {
    /// The limit, in bytes.
    pub limit: usize,
}

// === impl Decoder ===

impl Decoder {
    /// Returns a decoder that refuses lines over `limit` bytes.
    #[must_use]
    pub const fn new(limit: usize) -> Self {
        Self {
            line: Vec::new(),
            limit,
        }
    }

    /// Takes the next bytes and gives `each` the lines they complete, without their ends. Lines of
    /// nothing but white space are signs of life, and skipped.
    ///
    /// # Errors
    ///
    /// When a line exceeds the limit; the stream is of no use after that.
    pub fn push(&mut self, mut bytes: &[u8], mut each: impl FnMut(&[u8])) -> Result<(), TooLong> {
        // Only line feeds end a line: a carriage return before one is white space to JSON.
        while let Some(end) = memchr::memchr(b'\n', bytes) {
            self.grow(&bytes[..end])?;
            bytes = &bytes[end + 1..];
            give(&self.line, &mut each);
            self.line.clear();
        }
        self.grow(bytes)
    }

    /// Ends the stream: gives `each` the last line, which some writers do not end.
    pub fn finish(&mut self, mut each: impl FnMut(&[u8])) {
        give(&self.line, &mut each);
        self.line.clear();
    }

    fn grow(&mut self, piece: &[u8]) -> Result<(), TooLong> {
        if self.line.len() + piece.len() > self.limit {
            return Err(TooLong { limit: self.limit });
        }
        self.line.extend_from_slice(piece);
        Ok(())
    }
}

fn give(line: &[u8], each: &mut impl FnMut(&[u8])) {
    let line = line.trim_ascii();
    if !line.is_empty() {
        each(line);
    }
}

impl fmt::Display for TooLong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "a line of the stream is longer than {} bytes",
            self.limit
        )
    }
}

impl std::error::Error for TooLong {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn lines(pieces: &[&[u8]]) -> Vec<String> {
        let mut decoder = Decoder::new(1024);
        let mut lines = Vec::new();
        let mut each = |line: &[u8]| lines.push(String::from_utf8_lossy(line).into_owned());
        for piece in pieces {
            decoder.push(piece, &mut each).expect("short");
        }
        decoder.finish(each);
        lines
    }

    #[test]
    fn lines_end_at_line_feeds_and_empty_ones_are_skipped() {
        assert_eq!(lines(&[b"{}\n\n \r\n[1]\r\n2\n"]), ["{}", "[1]", "2"]);
    }

    #[test]
    fn the_last_line_needs_no_end() {
        assert_eq!(lines(&[b"1\n2"]), ["1", "2"]);
        assert!(lines(&[b""]).is_empty());
    }

    #[test]
    fn a_line_has_a_limit_and_a_stream_has_none() {
        let mut decoder = Decoder::new(4);
        let mut count = 0;
        for _ in 0..100 {
            decoder.push(b"1234\n", |_| count += 1).expect("short");
        }
        assert_eq!(count, 100);
        assert_eq!(decoder.push(b"12", |_| {}), Ok(()));
        assert_eq!(decoder.push(b"345\n", |_| {}), Err(TooLong { limit: 4 }));
    }

    proptest! {
        #[test]
        fn pieces_do_not_matter(text in "[a{}\\[\\]1 \r\n]{0,60}", cut in 0_usize..64) {
            let bytes = text.as_bytes();
            let cut = cut.min(bytes.len());
            prop_assert_eq!(lines(&[bytes]), lines(&[&bytes[..cut], &bytes[cut..]]));
        }
    }
}
