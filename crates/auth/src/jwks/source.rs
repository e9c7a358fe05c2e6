//! Keys that are fetched when they are first needed, and again when they are old or one is missing.
//!
//! ```text
//!   nothing ─ fetch ─▶ fresh ─ its age ─▶ old ─ fetch fails, for half a day ─▶ nothing
//!                        │                 └─ fetch ─▶ fresh
//!                        └─ a key that it has not, at most once a minute: fetch ─▶ fresh
//! ```
//!
//! However many wait, one fetch is under way.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use arc_swap::ArcSwapOption;
use futures_util::future::{BoxFuture, FutureExt as _, Shared};
use parking_lot::Mutex;
use url::Url;

use super::{KeySet, discovery};
use crate::{Error, fetch::Fetch};

/// For how long keys are fresh when their document does not say. A key that was withdrawn is good
/// that long; fetching every ten minutes costs nobody anything.
const FRESH: u64 = 600;

/// The shortest and the longest that a document may say: once a minute is often enough, and once a
/// day is how soon a withdrawn key must be noticed.
const FRESH_WITHIN: std::ops::RangeInclusive<u64> = 60..=86_400;

/// For how long old keys are used while no new ones can be had: a night's outage of the issuer
/// must not close every server, and a stolen key that was withdrawn must not be good for ever.
const OLD: u64 = 12 * 3600;

/// Between two fetches because of unknown keys, so that made-up ids cause no traffic.
const UNKNOWN: u64 = 60;

/// Before the next try after a failure: twice as long each time, from the first to the second.
const RETRY: (u64, u64) = (5, 300);

/// When a fetch that has not ended is given up. None lasts this long: three documents and the keys
/// are four times five seconds.
const GIVE_UP: u64 = 30;

/// Where keys come from.
#[derive(Clone, Debug)]
pub(crate) enum Place {
    /// A document of keys.
    Keys(Url),
    /// The metadata of an issuer, which names that document.
    Issuer(Box<str>, Url),
}

/// Keys that are fetched when needed.
pub(crate) struct Source(Arc<Inner>);

struct Inner {
    place: Place,
    fetch: Arc<dyn Fetch>,
    held: ArcSwapOption<Held>,
    flight: Mutex<Flight>,
    generation: AtomicU64,
}

/// Keys that were fetched.
#[derive(Debug)]
pub(crate) struct Held {
    pub(crate) keys: KeySet,
    /// Until when they are fresh.
    fresh: u64,
}

#[derive(Default)]
struct Flight {
    running: Option<(u64, Fetching)>,
    /// When the next may begin.
    next: u64,
    failures: u32,
}

/// A fetch under way.
pub(crate) type Fetching = Shared<BoxFuture<'static, ()>>;

/// What comes of wanting a fetch.
enum Fetched {
    Begun(Fetching),
    Running(Fetching),
    /// None may begin before then.
    NotBefore(u64),
}

/// What comes of looking for keys.
pub(crate) enum Look {
    /// Here they are, and until when what they say need not be asked again.
    Keys(Arc<Held>, u64),
    /// They are being fetched.
    Wait(Fetching),
    /// There are none, and there will be no try for so many seconds.
    Unavailable(u32),
}

// === impl Source ===

impl Source {
    pub(crate) fn new(place: Place, fetch: Arc<dyn Fetch>) -> Self {
        Self(Arc::new(Inner {
            place,
            fetch,
            held: ArcSwapOption::empty(),
            flight: Mutex::default(),
            generation: AtomicU64::new(0),
        }))
    }

    /// Returns the keys; `fits` says whether they are what is looked for.
    pub(crate) fn look(&self, fits: impl Fn(&KeySet) -> bool, now: u64) -> Look {
        let held = self.0.held.load_full();
        let held = held.filter(|held| now < held.fresh.saturating_add(OLD));
        let is_fresh = held.as_ref().is_some_and(|held| now < held.fresh);
        if is_fresh && held.as_ref().is_some_and(|held| fits(&held.keys)) {
            let held = held.expect("it is fresh");
            let until = held.fresh;
            return Look::Keys(held, until);
        }
        match (self.fetch(now), held) {
            // One caller waits for new keys. The others take the old ones, as all will should no
            // new ones come.
            (Fetched::Running(_), Some(held)) if fits(&held.keys) => {
                Look::Keys(held, now.saturating_add(RETRY.0))
            }
            (Fetched::Begun(fetching) | Fetched::Running(fetching), _) => Look::Wait(fetching),
            (Fetched::NotBefore(next), Some(held)) => {
                let until = if is_fresh { held.fresh } else { next };
                Look::Keys(held, until)
            }
            (Fetched::NotBefore(next), None) => Look::Unavailable(wait(next, now)),
        }
    }

    /// Returns what there is after a fetch.
    pub(crate) fn after(&self, now: u64) -> Look {
        let held = self.0.held.load_full();
        let held = held.filter(|held| now < held.fresh.saturating_add(OLD));
        let next = self.0.flight.lock().next;
        match held {
            Some(held) => {
                let until = if now < held.fresh { held.fresh } else { next };
                Look::Keys(held, until)
            }
            None => Look::Unavailable(wait(next, now)),
        }
    }

    /// Returns a number that changes when a key was withdrawn.
    pub(crate) fn generation(&self) -> u64 {
        self.0.generation.load(Ordering::Acquire)
    }

    /// Returns the fetch that is under way, or begins one if it may, or says when it may.
    fn fetch(&self, now: u64) -> Fetched {
        let mut flight = self.0.flight.lock();
        if let Some((began, running)) = &flight.running
            && now < began.saturating_add(GIVE_UP)
        {
            return Fetched::Running(running.clone());
        }
        if now < flight.next {
            return Fetched::NotBefore(flight.next);
        }
        // Should it never end, for nobody polls it.
        flight.next = now.saturating_add(RETRY.0);
        let inner = Arc::downgrade(&self.0);
        let (place, fetch) = (self.0.place.clone(), self.0.fetch.clone());
        let fetching = async move {
            let fetched = place.fetch(&*fetch, now).await;
            if let Some(inner) = inner.upgrade() {
                inner.finish(fetched, now);
            }
        };
        let fetching = fetching.boxed().shared();
        flight.running = Some((now, fetching.clone()));
        drop(flight);
        // Whoever began it may hang up, and the others need not wait while the old keys do.
        self.0.fetch.see_through(fetching.clone().boxed());
        Fetched::Begun(fetching)
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Source")
            .field("place", &self.0.place)
            .finish_non_exhaustive()
    }
}

// === impl Inner ===

impl Inner {
    fn finish(&self, fetched: Result<Held, Error>, now: u64) {
        match fetched {
            Ok(held) => {
                self.replace(held);
                let mut flight = self.flight.lock();
                *flight = Flight {
                    next: now.saturating_add(UNKNOWN),
                    ..Flight::default()
                };
            }
            Err(error) => {
                tracing::warn!(issuer = %self.place, %error, "cannot fetch the keys of an issuer");
                let mut flight = self.flight.lock();
                let wait = RETRY.0 << flight.failures.min(6);
                *flight = Flight {
                    running: None,
                    next: now.saturating_add(wait.min(RETRY.1)),
                    failures: flight.failures.saturating_add(1),
                };
            }
        }
    }

    fn replace(&self, held: Held) {
        let held = Arc::new(held);
        let before = self.held.swap(Some(held.clone()));
        if before.is_some_and(|before| !before.keys.is_within(&held.keys)) {
            // After the swap: whoever sees the new number checks against the new keys.
            self.generation.fetch_add(1, Ordering::Release);
        }
    }
}

// === impl Place ===

impl Place {
    async fn fetch(self, fetch: &dyn Fetch, now: u64) -> Result<Held, Error> {
        let keys = match self {
            Self::Keys(url) => url,
            Self::Issuer(issuer, at) => discovery::find(fetch, &issuer, &at).await?,
        };
        let document = fetch.get(keys.clone()).await;
        let document = document.map_err(|error| Error::new(format!("{keys}: {error}")))?;
        let fresh = document.max_age.unwrap_or(FRESH);
        let fresh = fresh.clamp(*FRESH_WITHIN.start(), *FRESH_WITHIN.end());
        Ok(Held {
            keys: KeySet::read(&document.body)?,
            fresh: now.saturating_add(fresh),
        })
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Keys(url) => write!(f, "{url}"),
            Self::Issuer(issuer, _) => f.write_str(issuer),
        }
    }
}

/// Returns how many seconds there are until `next`, at least one.
fn wait(next: u64, now: u64) -> u32 {
    u32::try_from(next.saturating_sub(now).max(1)).unwrap_or(u32::MAX)
}
