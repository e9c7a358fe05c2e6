//! How much of what all share one caller may have, and how fast.
//!
//! ```text
//!   a request ─▶ Limits::call, Limits::initialize ─▶ 429: this caller is too fast
//!   a call that is pending, a stream ─▶ Shares::take ─▶ 429: this caller has its share
//!   a body on its way ─▶ Buffered::hold ─▶ 503: there is no room for anyone
//! ```
//!
//! What is off costs a look at an `Option`. What is on costs one atomic write a request: rates are
//! counted in a table of a fixed size, so strangers cannot make it grow, and nobody waits for a lock.

mod buffered;
mod rates;
mod shares;

use std::{
    hash::{BuildHasher, Hash},
    net::IpAddr,
};

use foldhash::quality::RandomState;
use http::StatusCode;
use tidegate_era::Reject;
use tidegate_model::Principal;
use tidegate_session::Owner;

use self::rates::Rates;
pub(crate) use self::{
    buffered::{Buffered, Held},
    shares::{Share, Shares},
};
use crate::config::Config;

/// The rates at which callers may come.
#[derive(Debug)]
pub(crate) struct Limits {
    /// Seeded anew by each process: nobody outside knows who shares a place with whom.
    hashes: RandomState,
    calls: Option<Rates>,
    initializes: Option<Rates>,
    all_initializes: Option<Rates>,
}

/// The place of what all callers have together.
const EVERYBODY: u64 = 0;

// === impl Limits ===

impl Limits {
    pub(crate) fn new(config: &Config) -> Self {
        let per_caller = &config.per_caller;
        Self {
            hashes: RandomState::default(),
            calls: per_caller.calls.map(Rates::of_many),
            initializes: per_caller.initializes.map(Rates::of_many),
            all_initializes: config.max_initializes.map(Rates::of_one),
        }
    }

    /// Lets a caller begin a call.
    ///
    /// # Errors
    ///
    /// 429, when it has begun too many lately.
    pub(crate) fn call(
        &self,
        principal: Option<&Principal>,
        client: Option<IpAddr>,
    ) -> Result<(), Reject> {
        let Some(rates) = &self.calls else {
            return Ok(());
        };
        let Some(caller) = self.caller(principal, client) else {
            return Ok(());
        };
        rates
            .check(caller)
            .map_err(|seconds| too_fast(seconds, "calls begin too fast; try again later"))
    }

    /// Lets a caller open a session.
    ///
    /// # Errors
    ///
    /// 429, when it has opened too many lately; 503, when all callers have.
    pub(crate) fn initialize(
        &self,
        principal: Option<&Principal>,
        client: Option<IpAddr>,
    ) -> Result<(), Reject> {
        if let (Some(rates), Some(caller)) = (&self.initializes, self.caller(principal, client)) {
            rates.check(caller).map_err(|seconds| {
                too_fast(
                    seconds,
                    "sessions are opened too fast; use one for more than one call",
                )
            })?;
        }
        let Some(rates) = &self.all_initializes else {
            return Ok(());
        };
        rates.check(EVERYBODY).map_err(|seconds| {
            Reject::busy(
                StatusCode::SERVICE_UNAVAILABLE,
                seconds,
                "too many sessions are opened at the moment; try again later",
            )
        })
    }

    /// Returns whom shares count; `None`: nobody is known, and shares are for those who are. Whoever
    /// started the process has it for itself.
    pub(crate) fn owner(&self, principal: Option<&Principal>) -> Option<Owner> {
        let shares = principal.filter(|principal| !principal.id().is_empty());
        shares.map(|principal| Owner(self.hash(principal.id())))
    }

    /// Returns whom rates count; `None`: neither a name nor an address is known, as over a Unix socket
    /// or inside another program.
    fn caller(&self, principal: Option<&Principal>, client: Option<IpAddr>) -> Option<u64> {
        match (principal, client) {
            (Some(principal), _) => Some(self.hash(principal.id())),
            (None, Some(client)) => Some(self.hash(network(client))),
            (None, None) => None,
        }
    }

    fn hash(&self, caller: impl Hash) -> u64 {
        self.hashes.hash_one(caller)
    }
}

/// What one caller can have as many of as it likes: addresses of IPv6 come 2⁶⁴ at a time.
fn network(client: IpAddr) -> u64 {
    match client.to_canonical() {
        IpAddr::V4(address) => u64::from(address.to_bits()),
        IpAddr::V6(address) => u64::try_from(address.to_bits() >> 64).unwrap_or(u64::MAX),
    }
}

fn too_fast(seconds: u32, why: &'static str) -> Reject {
    Reject::busy(StatusCode::TOO_MANY_REQUESTS, seconds, why)
}

#[cfg(test)]
mod tests;
