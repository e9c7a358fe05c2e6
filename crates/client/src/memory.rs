//! What servers were found to speak, if it is not the modern era, so that they are not asked each time.
//!
//! Modern servers need no memory: the first request, `server/discover`, is the one they answer.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use parking_lot::Mutex;

/// What this process has found, by full URL: one origin can host several servers.
static FOUND: Mutex<Option<Memory>> = Mutex::new(None);

/// How a server that is not modern is spoken to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// By sessions at the URL itself.
    Legacy,
    /// By HTTP+SSE (2024-11-05): the URL is that of the stream.
    HttpSse,
}

/// The servers that were found not to be modern, and when.
#[derive(Debug, Default)]
struct Memory(HashMap<String, (Verdict, Instant)>);

/// How long a verdict holds. A server that learns the modern era goes on answering `initialize`,
/// so the verdict never fails by itself; ten minutes make the extra request rare.
const HOLDS: Duration = Duration::from_secs(600);

/// How many servers are remembered: more than one process talks to, in about 100 KB.
const MOST: usize = 1024;

/// Returns what was found at `url`, not too long ago.
pub(crate) fn recall(url: &str) -> Option<Verdict> {
    FOUND.lock().as_ref()?.recall(url, Instant::now())
}

/// Remembers what was found at `url`.
pub(crate) fn remember(url: &str, verdict: Verdict) {
    let mut found = FOUND.lock();
    found
        .get_or_insert_default()
        .remember(url, verdict, Instant::now());
}

/// Forgets what was found at `url`.
pub(crate) fn forget(url: &str) {
    FOUND.lock().get_or_insert_default().0.remove(url);
}

// === impl Memory ===

impl Memory {
    fn remember(&mut self, url: &str, verdict: Verdict, now: Instant) {
        if self.0.len() >= MOST && !self.0.contains_key(url) {
            self.0.retain(|_, (_, found)| holds(*found, now));
        }
        if self.0.len() >= MOST && !self.0.contains_key(url) {
            let oldest = self.0.iter().min_by_key(|(_, (_, found))| *found);
            if let Some(url) = oldest.map(|(url, _)| url.clone()) {
                self.0.remove(&url);
            }
        }
        self.0.insert(url.to_owned(), (verdict, now));
    }

    fn recall(&self, url: &str, now: Instant) -> Option<Verdict> {
        let (verdict, found) = self.0.get(url)?;
        holds(*found, now).then_some(*verdict)
    }
}

fn holds(found: Instant, now: Instant) -> bool {
    now.duration_since(found) < HOLDS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verdicts_expire() {
        let mut memory = Memory::default();
        let now = Instant::now();
        memory.remember("http://a/mcp", Verdict::Legacy, now);
        let soon = now + HOLDS - Duration::from_secs(1);
        assert_eq!(memory.recall("http://a/mcp", soon), Some(Verdict::Legacy));
        assert_eq!(memory.recall("http://a/mcp", now + HOLDS), None);
        assert_eq!(memory.recall("http://a/other", now), None);
    }

    #[test]
    fn the_latest_verdict_holds() {
        let mut memory = Memory::default();
        let now = Instant::now();
        for verdict in [Verdict::Legacy, Verdict::HttpSse] {
            memory.remember("http://a/sse", verdict, now);
            assert_eq!(memory.recall("http://a/sse", now), Some(verdict));
        }
    }

    #[test]
    fn the_oldest_makes_room() {
        let mut memory = Memory::default();
        let start = Instant::now();
        for nth in 0..=MOST {
            let now = start + Duration::from_millis(u64::try_from(nth).expect("small"));
            memory.remember(&nth.to_string(), Verdict::Legacy, now);
        }
        let later = start + Duration::from_secs(2);
        assert_eq!(memory.0.len(), MOST);
        assert_eq!(memory.recall("0", later), None);
        assert!(memory.recall(&MOST.to_string(), later).is_some());
    }
}
