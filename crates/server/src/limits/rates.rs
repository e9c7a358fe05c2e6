//! So many a minute, for each caller: a table of a fixed size.

use std::{fmt, time::Duration};

use governor::{
    Quota, RateLimiter,
    clock::Clock,
    middleware::NoOpMiddleware,
    nanos::Nanos,
    state::{InMemoryState, NotKeyed, StateStore},
};
use tokio::time::Instant;

use crate::config::Rate;

/// One rate, and how far each caller has used it up.
pub(super) struct Rates(RateLimiter<u64, Places, Ticks, NoOpMiddleware<Duration>>);

/// Places that callers are counted in. Two that fall on one share it.
struct Places(Box<[InMemoryState]>);

/// The runtime's time since the start.
#[derive(Clone, Copy, Debug)]
struct Ticks(Instant);

/// How many places there are, of eight bytes each. Of a thousand callers who are busy at the same
/// time, sixteen share a place with another one, and none grows the table.
const PLACES: usize = 64 * 1024;

// === impl Rates ===

impl Rates {
    /// Returns a rate that each caller has for itself.
    pub(super) fn of_many(rate: Rate) -> Self {
        Self::new(rate, PLACES)
    }

    /// Returns a rate that all have together.
    pub(super) fn of_one(rate: Rate) -> Self {
        Self::new(rate, 1)
    }

    fn new(rate: Rate, places: usize) -> Self {
        let quota = Quota::per_minute(rate.per_minute).allow_burst(rate.burst);
        let places = (0..places).map(|_| InMemoryState::default()).collect();
        let now = Ticks(Instant::now());
        Self(RateLimiter::new(quota, Places(places), now))
    }

    /// Counts one more of `caller`.
    ///
    /// # Errors
    ///
    /// The seconds after which there is room again, when it was one too many.
    pub(super) fn check(&self, caller: u64) -> Result<(), u32> {
        self.0.check_key(&caller).map_err(|refused| {
            let wait = refused.wait_time_from(self.0.clock().now());
            u32::try_from(wait.as_secs()).unwrap_or(u32::MAX - 1) + 1
        })
    }
}

impl fmt::Debug for Rates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rates").finish_non_exhaustive()
    }
}

impl StateStore for Places {
    type Key = u64;

    fn measure_and_replace<T, F, E>(&self, caller: &u64, measure: F) -> Result<T, E>
    where
        F: Fn(Option<Nanos>) -> Result<(T, Nanos), E>,
    {
        let most = self.0.len() as u64;
        let place = usize::try_from(caller % most).unwrap_or_default();
        self.0[place].measure_and_replace(&NotKeyed::NonKey, measure)
    }
}

impl Clock for Ticks {
    type Instant = Duration;

    fn now(&self) -> Duration {
        self.0.elapsed()
    }
}
