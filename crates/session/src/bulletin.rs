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
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
    task::{Context, Waker},
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
    uris: HashMap<Arc<str>, u64, RandomState>,
    /// The same by version: most who look have missed little, and watch much.
    recent: BTreeMap<u64, Arc<str>>,
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
    /// Single resources, by their URIs. Shared, so that whoever lets a listener add to them need
    /// not copy them for every look.
    pub uris: Arc<BTreeSet<String>>,
}

/// One thing that a listener has not heard of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct News {
    /// What changed.
    pub change: Change,
    /// The version at which it last did. Several share one where it is not known exactly.
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
    /// growing over restarts, so that a listener of the program before is known as such. 0 is
    /// before all versions, and becomes 1.
    #[must_use]
    pub fn new(start: u64) -> Arc<Self> {
        let start = start.max(1);
        Arc::new(Self {
            state: Mutex::new(State {
                start,
                version: start,
                tools: start,
                resources: start,
                prompts: start,
                uris: HashMap::default(),
                recent: BTreeMap::new(),
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
            Change::Resource(uri) => state.resource(uri.into(), version),
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

    /// Wakes `cx` at the next change, and returns the version now.
    ///
    /// Whoever lets others add to what it watches takes its place first and then looks what that
    /// is: what is added later changes later too.
    pub fn wait(&self, cx: &Context<'_>, seat: &Seat) -> u64 {
        let mut state = self.state.lock();
        state.waiting.insert(seat.number, cx.waker().clone());
        state.version
    }

    /// Returns what of `watched` changed after version `seen`, up to and with version `until`, each
    /// once, the oldest change first. A version from before the start, or one that never was, has
    /// missed everything.
    pub fn between(&self, seen: u64, until: u64, watched: &Watched) -> Vec<News> {
        let mut news = self.state.lock().between(seen, until, watched);
        news.sort_by_key(|news| news.version);
        news
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
    fn resource(&mut self, uri: Arc<str>, version: u64) {
        match self.uris.get_mut(&uri) {
            Some(before) => {
                self.recent.remove(&std::mem::replace(before, version));
            }
            None => {
                if self.uris.len() >= Bulletin::MAX_URIS {
                    self.uris.clear();
                    self.recent.clear();
                    self.forgotten = version;
                }
                self.uris.insert(Arc::clone(&uri), version);
            }
        }
        self.recent.insert(version, uri);
    }

    fn between(&self, seen: u64, until: u64, watched: &Watched) -> Vec<News> {
        let is_known = (self.start..=self.version).contains(&seen);
        let after = if is_known { seen } else { 0 };
        if until <= after {
            return Vec::new();
        }
        let is_new = |version: u64| version > after && version <= until;
        let lists = [
            (watched.tools, self.tools, Change::Tools),
            (watched.resources, self.resources, Change::Resources),
            (watched.prompts, self.prompts, Change::Prompts),
        ];
        let mut news: Vec<News> = lists
            .into_iter()
            .filter(|(wanted, version, _)| *wanted && is_new(*version))
            .map(|(_, version, change)| News { change, version })
            .collect();
        let changed = |uri: &str, version| News {
            change: Change::Resource(uri.to_owned()),
            version,
        };
        // Under the lock the shorter way is taken: over what changed, or over what is watched.
        if self.forgotten <= after && until - after < watched.uris.len() as u64 {
            let recent = self.recent.range(after + 1..=until);
            let watched = recent.filter(|(_, uri)| watched.uris.contains(&***uri));
            news.extend(watched.map(|(version, uri)| changed(uri, *version)));
        } else {
            news.extend(watched.uris.iter().filter_map(|uri| {
                let version = self.uris.get(uri.as_str()).copied();
                let version = version.unwrap_or(self.forgotten);
                is_new(version).then(|| changed(uri, version))
            }));
        }
        news
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
mod tests;
