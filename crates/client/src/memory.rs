//! Which servers were found to speak the legacy era only, so that they are not asked each time.
//!
//! Modern servers need no memory: the first request, `server/discover`, is the one they answer.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use parking_lot::Mutex;

/// What this process has found, by full URL: one origin can host several servers.
pub(crate) static LEGACY: Mutex<Option<Legacy>> = Mutex::new(None);

/// The servers that were found to be legacy, and when.
#[derive(Debug, Default)]
pub(crate) struct Legacy(HashMap<String, Instant>);

/// How long a verdict holds. A server that learns the modern era goes on answering `initialize`,
/// so the verdict never fails by itself; ten minutes make the extra request rare.
const HOLDS: Duration = Duration::from_secs(600);

/// How many servers are remembered: more than one process talks to, in about 100 KB.
const MOST: usize = 1024;

// === impl Legacy ===

impl Legacy {
    /// Remembers that `url` is legacy.
    pub(crate) fn remember(&mut self, url: &str, now: Instant) {
        if self.0.len() >= MOST && !self.0.contains_key(url) {
            self.0.retain(|_, found| now.duration_since(*found) < HOLDS);
        }
        if self.0.len() >= MOST && !self.0.contains_key(url) {
            let oldest = self.0.iter().min_by_key(|(_, found)| **found);
            if let Some(url) = oldest.map(|(url, _)| url.clone()) {
                self.0.remove(&url);
            }
        }
        self.0.insert(url.to_owned(), now);
    }

    /// Forgets what was found of `url`.
    pub(crate) fn forget(&mut self, url: &str) {
        self.0.remove(url);
    }

    /// Returns whether `url` was found to be legacy, not too long ago.
    pub(crate) fn knows(&self, url: &str, now: Instant) -> bool {
        self.0
            .get(url)
            .is_some_and(|found| now.duration_since(*found) < HOLDS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verdicts_expire() {
        let mut legacy = Legacy::default();
        let now = Instant::now();
        legacy.remember("http://a/mcp", now);
        assert!(legacy.knows("http://a/mcp", now + HOLDS - Duration::from_secs(1)));
        assert!(!legacy.knows("http://a/mcp", now + HOLDS));
        assert!(!legacy.knows("http://a/other", now));
        legacy.forget("http://a/mcp");
        assert!(!legacy.knows("http://a/mcp", now));
    }

    #[test]
    fn the_oldest_makes_room() {
        let mut legacy = Legacy::default();
        let start = Instant::now();
        for nth in 0..=MOST {
            let now = start + Duration::from_millis(u64::try_from(nth).expect("small"));
            legacy.remember(&nth.to_string(), now);
        }
        assert_eq!(legacy.0.len(), MOST);
        assert!(!legacy.knows("0", start));
        assert!(legacy.knows(&MOST.to_string(), start + Duration::from_secs(2)));
    }
}
