//! The last that a child wrote to stderr: what a person needs to know of its death.

use std::{collections::VecDeque, sync::Arc};

use parking_lot::Mutex;
use tokio::io::{AsyncRead, AsyncReadExt};

/// The last that a child wrote to stderr.
#[derive(Clone, Debug, Default)]
pub(super) struct Tail(Arc<Mutex<VecDeque<u8>>>);

/// How much is kept: a stack trace of forty lines.
const KEPT: usize = 4 << 10;

/// How much is read at a time: what a pipe holds, so that a child that writes much is not slowed.
const AT_ONCE: usize = 64 << 10;

// === impl Tail ===

impl Tail {
    /// Reads `stderr` to its end, however much there is.
    pub(super) async fn drain(self, mut stderr: impl AsyncRead + Unpin) {
        let mut piece = vec![0; AT_ONCE];
        loop {
            match stderr.read(&mut piece).await {
                Ok(0) | Err(_) => return,
                Ok(read) => self.keep(&piece[..read]),
            }
        }
    }

    /// Returns what was kept, as text that a terminal can show.
    pub(super) fn text(&self) -> String {
        let kept = self.0.lock();
        let bytes: Vec<u8> = kept.iter().copied().collect();
        let text = String::from_utf8_lossy(&bytes);
        let shown = text
            .chars()
            .filter(|c| *c == '\n' || *c == '\t' || !c.is_control());
        shown.collect::<String>().trim().to_owned()
    }

    fn keep(&self, piece: &[u8]) {
        let piece = &piece[piece.len().saturating_sub(KEPT)..];
        let mut kept = self.0.lock();
        let over = (kept.len() + piece.len()).saturating_sub(KEPT);
        kept.drain(..over);
        kept.extend(piece);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_last_is_kept_and_can_be_shown() {
        let tail = Tail::default();
        let long = format!("{}\u{1b}[31mend\r\n", "x".repeat(3 * KEPT));
        tail.clone().drain(long.as_bytes()).await;
        let text = tail.text();
        assert!(text.len() <= KEPT);
        assert!(text.ends_with("x[31mend"), "{text}");
    }
}
