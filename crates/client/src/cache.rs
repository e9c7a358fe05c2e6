//! What was listed and read, kept for as long as the server said it holds (2026-07-28 caching).
//!
//! A client speaks for one principal, so what is `private` may be kept in it as well as what is
//! `public`: nothing here is shared with another client.

use std::{collections::HashMap, time::Duration};

use parking_lot::Mutex;
use serde::Deserialize;
use tidegate_model::{Change, Raw};
use tokio::time::Instant;

/// What was listed and read. Bounded in entries and bytes; the one not asked for the longest goes first.
#[derive(Debug)]
pub(crate) struct Cache {
    on: bool,
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    entries: HashMap<Key, Entry>,
    bytes: usize,
    /// Grows with each use.
    clock: u64,
    /// Grows with each change told: an answer that was under way then is not kept.
    changes: u64,
}

/// What was asked: the method, and the parameters as they were sent.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    pub(crate) method: String,
    pub(crate) params: String,
    /// The resource that was read.
    pub(crate) uri: Option<String>,
}

#[derive(Debug)]
struct Entry {
    result: Raw,
    until: Instant,
    used: u64,
}

/// When a request was sent, by the changes told so far.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moment(u64);

/// How many answers are kept: the lists of a server and the resources of one conversation.
const MOST_ENTRIES: usize = 256;

/// How many bytes they may have in all: a picture or two among many texts.
const MOST_BYTES: usize = 16 << 20;

/// The longest an answer is kept, whatever the server says: processes live longer than promises.
const LONGEST: Duration = Duration::from_secs(24 * 3600);

// === impl Cache ===

impl Cache {
    /// Returns an empty cache; one that is not `on` stays empty.
    pub(crate) fn new(on: bool) -> Self {
        Self {
            on,
            kept: Mutex::default(),
        }
    }

    /// Returns whether anything is kept.
    pub(crate) const fn is_on(&self) -> bool {
        self.on
    }

    /// Returns what was answered, if it still holds.
    pub(crate) fn get(&self, key: &Key, now: Instant) -> Option<Raw> {
        let mut kept = self.kept.lock();
        kept.clock += 1;
        let used = kept.clock;
        let entry = kept.entries.get_mut(key)?;
        if now >= entry.until {
            kept.remove(key);
            return None;
        }
        entry.used = used;
        Some(entry.result.clone())
    }

    /// Returns the moment a request is sent.
    pub(crate) fn moment(&self) -> Moment {
        Moment(self.kept.lock().changes)
    }

    /// Keeps an answer to a request that was sent at `sent`, as long as the answer says.
    pub(crate) fn put(&self, key: Key, result: &Raw, sent: Moment, now: Instant) {
        let Some(ttl) = ttl(result).filter(|_| self.on) else {
            return;
        };
        let size = result.bytes().len();
        let mut kept = self.kept.lock();
        // What changed while the answer was under way may have changed after it was written.
        if kept.changes != sent.0 || size > MOST_BYTES {
            return;
        }
        kept.remove(&key);
        while kept.entries.len() >= MOST_ENTRIES || kept.bytes + size > MOST_BYTES {
            kept.evict();
        }
        kept.bytes += size;
        kept.clock += 1;
        let entry = Entry {
            result: result.clone(),
            until: now + ttl,
            used: kept.clock,
        };
        kept.entries.insert(key, entry);
    }

    /// Forgets what a change makes untrue.
    pub(crate) fn invalidate(&self, change: &Change) {
        let touched = |key: &Key| match change {
            Change::Tools => key.method == "tools/list",
            Change::Prompts => key.method == "prompts/list",
            Change::Resources => {
                matches!(
                    key.method.as_str(),
                    "resources/list" | "resources/templates/list" | "skills/list"
                )
            }
            // It may be a part of what was read.
            Change::Resource(uri) => key.uri.as_ref().is_some_and(|read| uri.starts_with(read)),
            _ => true,
        };
        self.drop_where(touched);
    }

    /// Forgets every page of a list.
    pub(crate) fn drop_list(&self, method: &str) {
        self.drop_where(|key| key.method == method);
    }

    /// Forgets everything.
    pub(crate) fn clear(&self) {
        self.drop_where(|_| true);
    }

    fn drop_where(&self, gone: impl Fn(&Key) -> bool) {
        let mut kept = self.kept.lock();
        kept.changes += 1;
        let gone: Vec<Key> = kept
            .entries
            .keys()
            .filter(|key| gone(key))
            .cloned()
            .collect();
        for key in gone {
            kept.remove(&key);
        }
    }
}

// === impl Kept ===

impl Kept {
    fn remove(&mut self, key: &Key) {
        if let Some(entry) = self.entries.remove(key) {
            self.bytes -= entry.result.bytes().len();
        }
    }

    fn evict(&mut self) {
        let oldest = self.entries.iter().min_by_key(|(_, entry)| entry.used);
        if let Some(key) = oldest.map(|(key, _)| key.clone()) {
            self.remove(&key);
        }
    }
}

/// How long an answer holds; nothing, or less than nothing, is not at all.
fn ttl(result: &Raw) -> Option<Duration> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Hint {
        #[serde(default)]
        ttl_ms: Option<i64>,
    }

    let hint: Hint = result.decode().ok()?;
    let millis = u64::try_from(hint.ttl_ms?).ok().filter(|ttl| *ttl > 0)?;
    Some(Duration::from_millis(millis).min(LONGEST))
}

#[cfg(test)]
mod tests;
