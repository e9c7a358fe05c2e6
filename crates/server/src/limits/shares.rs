//! So many at a time, for each principal.

use std::{collections::HashMap, sync::Arc};

use foldhash::fast::RandomState;
use http::StatusCode;
use parking_lot::Mutex;
use tidegate_era::Reject;
use tidegate_session::Owner;

/// What each principal holds of something that all share. It has an entry for whoever holds any, so
/// it is no larger than what is held.
#[derive(Debug)]
pub(crate) struct Shares {
    most: usize,
    what: &'static str,
    held: Mutex<HashMap<Owner, usize, RandomState>>,
}

/// One of those that a principal holds; dropping it gives it back.
#[derive(Debug)]
pub(crate) struct Share {
    shares: Arc<Shares>,
    owner: Owner,
}

/// After how many seconds trying again makes sense.
const RETRY: u32 = 1;

// === impl Shares ===

impl Shares {
    /// Returns shares of `most` each; `what` they are of is said to whoever has its share.
    pub(crate) fn new(most: usize, what: &'static str) -> Arc<Self> {
        Arc::new(Self {
            most,
            what,
            held: Mutex::default(),
        })
    }

    /// Takes one more for a principal; where none is known, what all have together is the limit.
    ///
    /// # Errors
    ///
    /// 429, when it has its share.
    pub(crate) fn take(self: &Arc<Self>, owner: Option<Owner>) -> Result<Option<Share>, Reject> {
        let Some(owner) = owner else {
            return Ok(None);
        };
        let mut held = self.held.lock();
        let count = held.entry(owner).or_default();
        if *count >= self.most {
            if *count == 0 {
                held.remove(&owner);
            }
            return Err(self.refusal());
        }
        *count += 1;
        drop(held);
        Ok(Some(Share {
            shares: Arc::clone(self),
            owner,
        }))
    }

    fn refusal(&self) -> Reject {
        let Self { most, what, .. } = self;
        Reject::busy(
            StatusCode::TOO_MANY_REQUESTS,
            RETRY,
            format!("{most} {what} of yours are under way already; wait for some to end"),
        )
    }

    /// Returns how many principals hold any.
    #[cfg(test)]
    pub(super) fn owners(&self) -> usize {
        self.held.lock().len()
    }
}

// === impl Share ===

impl Drop for Share {
    fn drop(&mut self) {
        let mut held = self.shares.held.lock();
        if let Some(count) = held.get_mut(&self.owner) {
            *count -= 1;
            if *count == 0 {
                held.remove(&self.owner);
            }
        }
    }
}
