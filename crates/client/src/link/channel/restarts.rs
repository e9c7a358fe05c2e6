//! When a connection that broke may be opened again: at once, later, or not for a while.

use std::time::Duration;

use tokio::time::Instant;

/// How often connections broke soon after they were opened, one after another.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Restarts {
    failures: u32,
    /// When the last of them broke.
    broke: Option<Instant>,
}

/// How long a connection lives to count as sound. A server that cannot start is gone within a
/// second or two; one that has worked for ten has met something new.
const SOUND: Duration = Duration::from_secs(10);

/// The wait after the second failure, to double with each; after the first there is none: some
/// old servers exit when they are asked which era they speak.
const BASE: Duration = Duration::from_millis(500);

/// How many failures in a row are enough to stop trying on each request.
const MOST: u32 = 5;

/// How long nothing is opened then: a program that is rebuilt or a machine that starts is back by
/// then, and a server that never starts costs two processes a minute.
const REST: Duration = Duration::from_secs(30);

// === impl Restarts ===

impl Restarts {
    /// Takes note that a connection broke.
    pub(super) fn broke(&mut self, lived: Duration, now: Instant) {
        self.failures = if lived >= SOUND {
            0
        } else {
            (self.failures + 1).min(MOST)
        };
        self.broke = Some(now);
    }

    /// Returns when the next connection may be opened.
    ///
    /// # Errors
    ///
    /// How long to leave it alone, when it broke too often.
    pub(super) fn next(&self, now: Instant) -> Result<Instant, Duration> {
        let Some(broke) = self.broke else {
            return Ok(now);
        };
        match self.failures {
            0 | 1 => Ok(now),
            MOST.. => match (broke + REST).saturating_duration_since(now) {
                Duration::ZERO => Ok(now),
                left => Err(left),
            },
            failures => Ok((broke + BASE * 2u32.pow(failures - 2)).max(now)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_and_then_there_is_a_rest() {
        let mut restarts = Restarts::default();
        let now = Instant::now();
        assert_eq!(restarts.next(now), Ok(now));
        for wait in [0, 500, 1000, 2000] {
            restarts.broke(Duration::ZERO, now);
            assert_eq!(restarts.next(now), Ok(now + Duration::from_millis(wait)));
        }
        restarts.broke(Duration::ZERO, now);
        assert_eq!(restarts.next(now), Err(REST));
        assert_eq!(restarts.next(now + REST), Ok(now + REST), "one more try");
        restarts.broke(Duration::ZERO, now + REST);
        assert_eq!(restarts.next(now + REST), Err(REST));
        restarts.broke(SOUND, now + REST);
        assert_eq!(restarts.next(now + REST), Ok(now + REST), "it was sound");
    }
}
