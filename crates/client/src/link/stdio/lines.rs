//! Lines of a child's stdout: a message each, none too long.

use bytes::Bytes;
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};

use crate::error::BoxError;

/// The lines of a stream.
pub(crate) struct Lines<R> {
    source: BufReader<R>,
    /// What has been read of the line that is not whole yet.
    line: Vec<u8>,
    limit: usize,
}

/// How much is read at a time: what a pipe holds.
const AT_ONCE: usize = 64 << 10;

// === impl Lines ===

impl<R: AsyncRead + Unpin> Lines<R> {
    /// Returns the lines of `source`, each of `limit` bytes at most.
    pub(crate) fn new(source: R, limit: usize) -> Self {
        Self {
            source: BufReader::with_capacity(AT_ONCE, source),
            line: Vec::new(),
            limit,
        }
    }

    /// Returns the next line that is not empty; `None` at the end.
    ///
    /// # Errors
    ///
    /// When the stream breaks, or a line is too long: what it would have been is not known.
    pub(crate) async fn next(&mut self) -> Result<Option<Bytes>, BoxError> {
        loop {
            let available = self.source.fill_buf().await?;
            let end = available.iter().position(|byte| *byte == b'\n');
            let piece = &available[..end.unwrap_or(available.len())];
            if self.line.len() + piece.len() > self.limit {
                let limit = self.limit;
                return Err(format!(
                    "there was a line longer than {limit} bytes; Builder::max_message allows more"
                )
                .into());
            }
            self.line.extend_from_slice(piece);
            let at_end = available.is_empty();
            let read = piece.len() + usize::from(end.is_some());
            self.source.consume(read);
            if end.is_none() && !at_end {
                continue;
            }
            let line = std::mem::take(&mut self.line);
            let line = line.strip_suffix(b"\r").unwrap_or(&line);
            if !line.is_empty() {
                return Ok(Some(Bytes::copy_from_slice(line)));
            }
            if at_end {
                return Ok(None);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn all(text: &[u8], limit: usize) -> Vec<String> {
        let mut lines = Lines::new(text, limit);
        let mut all = Vec::new();
        loop {
            match lines.next().await {
                Ok(Some(line)) => all.push(String::from_utf8_lossy(&line).into_owned()),
                Ok(None) => return all,
                Err(error) => {
                    all.push(format!("error: {error}"));
                    return all;
                }
            }
        }
    }

    #[tokio::test]
    async fn lines_end_with_and_without_a_carriage_return() {
        assert_eq!(all(b"a\r\n\n\r\n b \nc", 8).await, ["a", " b ", "c"]);
        assert_eq!(all(b"", 8).await, [""; 0]);
    }

    #[tokio::test]
    async fn a_line_is_bounded() {
        assert_eq!(all(b"12345678\n12", 8).await, ["12345678", "12"]);
        let cut = all(b"a\n123456789", 8).await;
        assert!(cut[1].contains("longer than 8 bytes"), "{cut:?}");
    }
}
