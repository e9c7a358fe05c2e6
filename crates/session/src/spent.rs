//! Answers that count once, and were used.

use std::collections::HashMap;

use foldhash::fast::RandomState;

use crate::table::Full;

/// The answers that were used, until the states they came with open no more.
#[derive(Debug, Default)]
pub struct Spent {
    used: HashMap<([u8; 16], Box<str>), u64, RandomState>,
    swept: u64,
}

// === impl Spent ===

impl Spent {
    /// How many used answers are remembered: each takes some 80 bytes, for an hour at most.
    pub const MAX: usize = 100_000;

    /// How often what is over is forgotten, in seconds. It takes a walk over all.
    const SWEEP_EVERY: u64 = 60;

    /// Uses the answer `key` of the state `nonce`; false if it was used before.
    ///
    /// # Errors
    ///
    /// When too many are remembered.
    pub fn spend(
        &mut self,
        nonce: [u8; 16],
        key: &str,
        expires: u64,
        now: u64,
    ) -> Result<bool, Full> {
        let is_full = self.used.len() >= Self::MAX;
        if self.swept + Self::SWEEP_EVERY <= now || (is_full && self.swept < now) {
            self.swept = now;
            self.used.retain(|_, expires| *expires > now);
        }
        if self.used.len() >= Self::MAX {
            return Err(Full::All);
        }
        Ok(self.used.insert((nonce, key.into()), expires).is_none())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_used_once() {
        let mut spent = Spent::default();
        assert_eq!(spent.spend([1; 16], "pay", 100, 1), Ok(true));
        assert_eq!(spent.spend([1; 16], "pay", 100, 2), Ok(false));
        assert_eq!(spent.spend([1; 16], "other", 100, 2), Ok(true));
        assert_eq!(spent.spend([2; 16], "pay", 100, 2), Ok(true));
        assert_eq!(spent.spend([3; 16], "pay", 300, 200), Ok(true));
        assert_eq!(spent.used.len(), 1, "what opens no more is forgotten");
    }
}
