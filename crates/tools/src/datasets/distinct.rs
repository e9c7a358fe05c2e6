//! Counts different values: exactly while they are few, by HyperLogLog when they are many.

use std::collections::HashSet;

use foldhash::quality::{FixedState, RandomState};
use hyperloglockless::HyperLogLog;

/// Values counted exactly, by their 64-bit hashes: categories and codes stay below it, and it
/// costs a column at most 74 KB.
const MAX_EXACT: usize = 4096;

/// 2^12 registers: 4 KB, and a standard error of 1.6 %.
const PRECISION: u8 = 12;

/// A count of different values.
pub(super) enum Distinct {
    /// So far few.
    Exact(HashSet<u64, RandomState>),
    /// Too many to keep.
    Estimate(Box<HyperLogLog<FixedState>>),
}

// === impl Distinct ===

impl Distinct {
    /// Enters a value by its hash.
    pub(super) fn enter(&mut self, hash: u64) {
        match self {
            Self::Exact(hashes) => {
                if hashes.insert(hash) && hashes.len() > MAX_EXACT {
                    *self = Self::estimate(hashes);
                }
            }
            Self::Estimate(sketch) => sketch.insert_hash(hash),
        }
    }

    fn estimate(hashes: &HashSet<u64, RandomState>) -> Self {
        let mut sketch = HyperLogLog::with_hasher(PRECISION, FixedState::default());
        hashes.iter().for_each(|hash| sketch.insert_hash(*hash));
        Self::Estimate(Box::new(sketch))
    }

    /// Returns the count, and whether it is exact.
    pub(super) fn count(&self) -> (u64, bool) {
        match self {
            Self::Exact(hashes) => (hashes.len() as u64, true),
            Self::Estimate(sketch) => (sketch.count() as u64, false),
        }
    }
}

impl Default for Distinct {
    fn default() -> Self {
        Self::Exact(HashSet::default())
    }
}

#[cfg(test)]
mod tests {
    use std::hash::BuildHasher;

    use super::*;

    fn count(values: impl Iterator<Item = u64>) -> (u64, bool) {
        let state = FixedState::default();
        let mut distinct = Distinct::default();
        values.for_each(|value| distinct.enter(state.hash_one(value)));
        distinct.count()
    }

    #[test]
    fn few_are_counted_exactly() {
        assert_eq!(count(std::iter::empty()), (0, true));
        assert_eq!(count((0..100_000).map(|i| i % 4096)), (4096, true));
    }

    #[test]
    fn many_are_estimated_within_the_error_it_claims() {
        for many in [5_000, 100_000, 2_000_000] {
            let (counted, exact) = count(0..many);
            let off = counted as f64 / many as f64 - 1.0;
            assert!(!exact && off.abs() < 0.05, "{counted} of {many}");
        }
    }
}
