//! How much of what all share one caller may have.

use std::num::NonZeroU32;

/// How much of what all share one caller may have.
///
/// A caller is whoever the credentials name. Where nobody has to say who they are, rates count by the
/// address that calls, of IPv6 by its first 64 bits; shares do not, for a proxy or an office is one
/// address, and has more than one caller behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PerCaller {
    /// How many calls one may begin; more are refused with 429. Default: as many as it likes. What a
    /// call costs is known to its tool alone, and what is under way at a time is bounded anyhow.
    pub calls: Option<Rate>,
    /// How many sessions one may open; more are refused with 429. Default: as many as it likes. A
    /// session leaves nothing behind here before it sets something, so one more costs what a call
    /// costs.
    pub initializes: Option<Rate>,
    /// How many calls of one principal may be pending at a time; more are refused with 429. Default
    /// 1 000: a gateway's worth, and a tenth of what `max_calls` leaves to all.
    pub max_calls: usize,
    /// How many GET and listen streams one principal may hold open; more are refused with 429. Default
    /// 1 000, a tenth of `max_streams`.
    pub max_streams: usize,
    /// How many connections may come from one address; one more is closed as soon as it is accepted.
    /// Default: as many as there are places, for a proxy's are all from one.
    pub max_connections: Option<usize>,
}

/// So many a minute in the long run, and so many at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// How many a minute.
    pub per_minute: NonZeroU32,
    /// How many at once, after a while without any.
    pub burst: NonZeroU32,
}

// === impl PerCaller ===

impl Default for PerCaller {
    fn default() -> Self {
        Self {
            calls: None,
            initializes: None,
            max_calls: 1_000,
            max_streams: 1_000,
            max_connections: None,
        }
    }
}

// === impl Rate ===

impl Rate {
    /// Returns a rate of so many a minute, of which as many may come at once.
    #[must_use]
    pub const fn per_minute(per_minute: NonZeroU32) -> Self {
        Self {
            per_minute,
            burst: per_minute,
        }
    }

    /// Returns a rate of so many a second, of which as many may come at once.
    #[must_use]
    pub const fn per_second(per_second: NonZeroU32) -> Self {
        const MINUTE: NonZeroU32 = NonZeroU32::new(60).expect("it is not zero");

        Self {
            per_minute: per_second.saturating_mul(MINUTE),
            burst: per_second,
        }
    }

    /// Sets how many may come at once.
    #[must_use]
    pub const fn burst(mut self, burst: NonZeroU32) -> Self {
        self.burst = burst;
        self
    }
}
