//! The bytes of bodies that came in more than one piece: so many, of all requests together.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use bytes::{Bytes, BytesMut};
use http::StatusCode;
use tidegate_era::Reject;

/// Counts what is held of bodies.
#[derive(Debug)]
pub(crate) struct Buffered {
    held: AtomicUsize,
    most: usize,
}

/// Bytes that are counted; dropping it lets go of them.
#[derive(Debug)]
pub(crate) struct Held {
    buffered: Arc<Buffered>,
    bytes: usize,
}

/// A body whose bytes are counted as long as anybody has a part of it.
struct Body {
    bytes: BytesMut,
    _held: Held,
}

// === impl Buffered ===

impl Buffered {
    pub(crate) fn new(most: usize) -> Arc<Self> {
        Arc::new(Self {
            held: AtomicUsize::new(0),
            most,
        })
    }

    /// Begins with nothing.
    pub(crate) fn begin(self: &Arc<Self>) -> Held {
        Held {
            buffered: Arc::clone(self),
            bytes: 0,
        }
    }

    /// Returns how many bytes are held.
    #[cfg(test)]
    fn held(&self) -> usize {
        self.held.load(Ordering::Relaxed)
    }
}

// === impl Held ===

impl Held {
    /// Counts more.
    ///
    /// # Errors
    ///
    /// 503, when there is no room.
    pub(crate) fn hold(&mut self, bytes: usize) -> Result<(), Reject> {
        let before = self.buffered.held.fetch_add(bytes, Ordering::Relaxed);
        self.bytes += bytes;
        if before.saturating_add(bytes) <= self.buffered.most {
            return Ok(());
        }
        Err(Reject::busy(
            StatusCode::SERVICE_UNAVAILABLE,
            1,
            "too many long messages are on their way; try again in a moment",
        ))
    }

    /// Returns a body whose bytes stay counted until the last part of it is dropped.
    pub(crate) fn keep(self, bytes: BytesMut) -> Bytes {
        Bytes::from_owner(Body { bytes, _held: self })
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.buffered.held.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

// === impl Body ===

impl AsRef<[u8]> for Body {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

#[cfg(test)]
mod tests {
    use tidegate_era::Remedy;

    use super::*;

    #[test]
    fn what_is_held_counts_until_its_last_part_is_dropped() {
        let buffered = Buffered::new(10);
        let mut first = buffered.begin();
        first.hold(6).expect("room");
        let whole = first.keep(BytesMut::from(&b"abcdef"[..]));
        let part = whole.slice(1..2);
        drop(whole);
        assert_eq!(buffered.held(), 6);

        let mut second = buffered.begin();
        second.hold(4).expect("just so much");
        let refused = second.hold(1).expect_err("one too many");
        assert_eq!(
            (refused.status.as_u16(), refused.remedy.clone()),
            (503, Some(Remedy::Later(1)))
        );
        drop(second);
        drop(part);
        assert_eq!(buffered.held(), 0);
    }
}
