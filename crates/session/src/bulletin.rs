//! What changed, told to all who listen: versions instead of queues.
//!
//! ```text
//!   tell(Tools) ──▶ version 7: tools = 7            a listener that saw 5
//!   tell(Resource(a)) ──▶ version 8: a = 8   ──▶    and watches tools and a: Tools, Resource(a); saw 8
//! ```
//!
//! A change is a hint to look again, so two of one kind are one. Each listener only remembers the
//! version it has seen; what it missed is found by comparing. So nothing is lost on a slow or
//! broken stream, nothing queues up, and a listener that begins at today's version misses nothing
//! that comes after it.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
    task::{Context, Poll, Waker},
};

use foldhash::fast::RandomState;
use parking_lot::Mutex;
use tidegate_model::Change;

/// What changed, by versions.
#[derive(Debug)]
pub struct Bulletin {
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// Below it nothing is known.
    start: u64,
    version: u64,
    tools: u64,
    resources: u64,
    prompts: u64,
    uris: HashMap<String, u64, RandomState>,
    /// Up to which version changes of single resources may have been forgotten.
    forgotten: u64,
    waiting: HashMap<u64, Waker, RandomState>,
    next: u64,
}

/// What a listener wants to hear of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Watched {
    /// The list of tools.
    pub tools: bool,
    /// The list of resources.
    pub resources: bool,
    /// The list of prompts.
    pub prompts: bool,
    /// Single resources, by their URIs.
    pub uris: BTreeSet<String>,
}

/// What a listener has not seen yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct News {
    /// What changed, each once.
    pub changes: Vec<Change>,
    /// The version that was seen with it.
    pub version: u64,
}

/// A listener's place among those who are woken; dropping it leaves.
#[derive(Debug)]
pub struct Seat {
    bulletin: Arc<Bulletin>,
    number: u64,
}

// === impl Bulletin ===

impl Bulletin {
    /// How many changed resources are remembered one by one. Beyond it all are forgotten, and
    /// whoever has not looked since is told that all it watches may have changed. 10 000 URIs are
    /// about a megabyte.
    pub const MAX_URIS: usize = 10_000;

    /// Returns a bulletin that begins at version `start`: microseconds since 1970 keep versions
    /// growing over restarts, so that a listener of the program before is known as such.
    #[must_use]
    pub fn new(start: u64) -> Arc<Self> {
        Arc::new(Self {
            state: Mutex::new(State {
                start,
                version: start,
                tools: start,
                resources: start,
                prompts: start,
                uris: HashMap::default(),
                forgotten: start,
                waiting: HashMap::default(),
                next: 0,
            }),
        })
    }

    /// Tells all listeners of a change.
    pub fn tell(&self, change: Change) {
        let mut state = self.state.lock();
        state.version += 1;
        let version = state.version;
        match change {
            Change::Tools => state.tools = version,
            Change::Resources => state.resources = version,
            Change::Prompts => state.prompts = version,
            Change::Resource(uri) => {
                if state.uris.len() >= Self::MAX_URIS && !state.uris.contains_key(&uri) {
                    state.uris.clear();
                    state.forgotten = version;
                }
                state.uris.insert(uri, version);
            }
            _ => {}
        }
        let woken: Vec<Waker> = state.waiting.drain().map(|(_, waker)| waker).collect();
        drop(state);
        for waker in woken {
            waker.wake();
        }
    }

    /// Returns the version now: a listener that begins with it hears of all that comes.
    pub fn version(&self) -> u64 {
        self.state.lock().version
    }

    /// Returns what of `watched` changed after version `seen`. A version from before the start, or
    /// one that never was, has missed everything.
    pub fn since(&self, seen: u64, watched: &Watched) -> News {
        self.state.lock().since(seen, watched)
    }

    /// Completes when something of `watched` changed after version `seen`.
    pub fn poll_since(
        &self,
        cx: &Context<'_>,
        seat: &Seat,
        seen: u64,
        watched: &Watched,
    ) -> Poll<News> {
        let mut state = self.state.lock();
        let news = state.since(seen, watched);
        if !news.changes.is_empty() {
            return Poll::Ready(news);
        }
        state.waiting.insert(seat.number, cx.waker().clone());
        Poll::Pending
    }

    /// Returns a place among those who are woken.
    pub fn seat(self: &Arc<Self>) -> Seat {
        let mut state = self.state.lock();
        state.next += 1;
        Seat {
            bulletin: Arc::clone(self),
            number: state.next,
        }
    }
}

// === impl State ===

impl State {
    fn since(&self, seen: u64, watched: &Watched) -> News {
        let seen = if (self.start..=self.version).contains(&seen) {
            seen
        } else {
            0
        };
        let lists = [
            (watched.tools, self.tools, Change::Tools),
            (watched.resources, self.resources, Change::Resources),
            (watched.prompts, self.prompts, Change::Prompts),
        ];
        let mut changes: Vec<Change> = lists
            .into_iter()
            .filter(|(wanted, changed, _)| *wanted && *changed > seen)
            .map(|(_, _, change)| change)
            .collect();
        let changed = |uri: &&String| {
            self.forgotten > seen || self.uris.get(*uri).is_some_and(|changed| *changed > seen)
        };
        let uris = watched.uris.iter().filter(changed).cloned();
        changes.extend(uris.map(Change::Resource));
        News {
            changes,
            version: self.version,
        }
    }
}

// === impl Seat ===

impl Seat {
    /// Returns the bulletin that this place belongs to.
    #[must_use]
    pub const fn bulletin(&self) -> &Arc<Bulletin> {
        &self.bulletin
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.bulletin.state.lock().waiting.remove(&self.number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(uris: &[&str]) -> Watched {
        Watched {
            tools: true,
            resources: true,
            prompts: true,
            uris: uris.iter().map(|uri| (*uri).to_owned()).collect(),
        }
    }

    #[test]
    fn a_listener_hears_of_what_came_after_it_once() {
        let bulletin = Bulletin::new(100);
        bulletin.tell(Change::Tools);
        let seen = bulletin.version();
        assert!(bulletin.since(seen, &all(&["a"])).changes.is_empty());
        bulletin.tell(Change::Prompts);
        bulletin.tell(Change::Prompts);
        bulletin.tell(Change::Resource("a".to_owned()));
        bulletin.tell(Change::Resource("b".to_owned()));
        let news = bulletin.since(seen, &all(&["a"]));
        assert_eq!(
            news.changes,
            [Change::Prompts, Change::Resource("a".to_owned())]
        );
        assert!(
            bulletin
                .since(news.version, &all(&["a"]))
                .changes
                .is_empty()
        );
    }

    #[test]
    fn whoever_comes_from_another_run_has_missed_everything() {
        let bulletin = Bulletin::new(100);
        for seen in [0, 99, 101] {
            assert_eq!(
                bulletin.since(seen, &all(&["a"])).changes.len(),
                4,
                "{seen}"
            );
        }
    }

    #[test]
    fn what_was_forgotten_is_told_of_all() {
        let bulletin = Bulletin::new(1);
        let seen = bulletin.version();
        for number in 0..=Bulletin::MAX_URIS {
            bulletin.tell(Change::Resource(number.to_string()));
        }
        let watched = Watched {
            uris: ["x".to_owned()].into(),
            ..Watched::default()
        };
        assert_eq!(bulletin.since(seen, &watched).changes.len(), 1);
        let now = bulletin.version();
        assert!(bulletin.since(now, &watched).changes.is_empty());
    }

    #[test]
    fn a_seat_that_was_left_is_forgotten() {
        let bulletin = Bulletin::new(1);
        let seat = bulletin.seat();
        let cx = Context::from_waker(Waker::noop());
        assert!(bulletin.poll_since(&cx, &seat, 1, &all(&[])).is_pending());
        drop(seat);
        assert!(bulletin.state.lock().waiting.is_empty());
    }
}
