//! Answers that are kept for a moment: so many at most, and the oldest go first.

use std::collections::HashMap;

use foldhash::fast::RandomState;

use crate::{Admitted, Refusal};

/// Answers in each half. Two thousand tokens are good or bad within half a minute on a busy server;
/// whoever sends more of them in vain drives out his own.
const HALF: usize = 2048;

/// What was answered, by the hash of what was asked.
///
/// Two halves: when the young one is full, the old one goes and the young one is the old one. So
/// nothing is searched for what to forget.
#[derive(Debug, Default)]
pub(super) struct Kept {
    young: Half,
    old: Half,
}

type Half = HashMap<[u8; 32], (Result<Admitted, Refusal>, u64), RandomState>;

// === impl Kept ===

impl Kept {
    /// Keeps an answer until then.
    pub(super) fn put(&mut self, key: [u8; 32], answer: Result<Admitted, Refusal>, until: u64) {
        if self.young.len() >= HALF {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(key, (answer, until));
    }

    /// Returns an answer that is still good.
    pub(super) fn get(&self, key: &[u8; 32], now: u64) -> Option<Result<Admitted, Refusal>> {
        let (answer, until) = self.young.get(key).or_else(|| self.old.get(key))?;
        (now < *until).then(|| answer.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_forgets_in_time_and_never_grows() {
        let mut kept = Kept::default();
        let key = |n: u32| {
            let mut key = [0; 32];
            key[..4].copy_from_slice(&n.to_be_bytes());
            key
        };
        let bad = Err(Refusal::Invalid("x"));
        for n in 0..100_000 {
            kept.put(key(n), bad.clone(), 10);
            assert!(kept.young.len() + kept.old.len() <= 2 * HALF);
            assert!(kept.get(&key(n), 9).is_some(), "{n}");
        }
        assert!(kept.get(&key(99_999 - 2000), 9).is_some());
        assert!(kept.get(&key(99_999), 10).is_none());
        assert!(kept.get(&key(0), 9).is_none());
    }
}
