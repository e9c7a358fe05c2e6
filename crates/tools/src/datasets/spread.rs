//! Mean, deviation, extremes and quantiles of a stream of numbers, in one pass and fixed memory.

use schemars::JsonSchema;
use serde::Serialize;
use tdigest::TDigest;

/// Numbers whose quantiles are exact: a table that a person reads has fewer rows.
const MAX_EXACT: usize = 1000;

/// Centroids of the digest: quantiles are then off by well under half a percent of the rows.
const CENTROIDS: usize = 200;

/// What is remembered of the numbers seen.
#[derive(Debug, Default)]
pub(super) struct Spread {
    count: u64,
    mean: f64,
    /// Sum of the squared distances from the mean (Welford), so that large values cancel nothing.
    squares: f64,
    min: f64,
    max: f64,
    ranks: Ranks,
}

/// What quantiles are read from.
#[derive(Debug)]
enum Ranks {
    Exact(Vec<f64>),
    Digest(Box<TDigest>),
}

/// Figures of the numbers in a column.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub(crate) struct Numbers {
    /// Values that are numbers.
    pub(crate) count: u64,
    /// Their mean.
    pub(crate) mean: Option<f64>,
    /// Their sample standard deviation; absent for a single number.
    pub(crate) deviation: Option<f64>,
    /// The least of them.
    pub(crate) min: f64,
    /// The greatest of them.
    pub(crate) max: f64,
    /// The values below which 5, 25, 50, 75 and 95 percent of them lie.
    pub(crate) quantiles: Quantiles,
}

/// Quantiles of the numbers in a column.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub(crate) struct Quantiles {
    /// 5 percent.
    pub(crate) p05: f64,
    /// The lower quartile.
    pub(crate) p25: f64,
    /// The median.
    pub(crate) p50: f64,
    /// The upper quartile.
    pub(crate) p75: f64,
    /// 95 percent.
    pub(crate) p95: f64,
    /// True for up to 1 000 numbers; beyond, a t-digest of 200 centroids estimates them.
    pub(crate) exact: bool,
}

// === impl Spread ===

impl Spread {
    /// Enters a finite number.
    pub(super) fn enter(&mut self, number: f64) {
        self.count += 1;
        let from_old = number - self.mean;
        self.mean += from_old / self.count as f64;
        self.squares += from_old * (number - self.mean);
        if self.count == 1 {
            (self.min, self.max) = (number, number);
        }
        self.min = self.min.min(number);
        self.max = self.max.max(number);
        self.ranks.enter(number);
    }

    /// Returns the figures; none when no number was entered.
    pub(super) fn figures(self) -> Option<Numbers> {
        if self.count == 0 {
            return None;
        }
        let deviation = (self.count > 1).then(|| (self.squares / (self.count - 1) as f64).sqrt());
        Some(Numbers {
            count: self.count,
            // Numbers near the largest there are overflow; JSON has no infinity.
            mean: Some(self.mean).filter(|mean| mean.is_finite()),
            deviation: deviation.filter(|deviation| deviation.is_finite()),
            min: self.min,
            max: self.max,
            quantiles: self.ranks.quantiles(),
        })
    }
}

// === impl Ranks ===

impl Ranks {
    fn enter(&mut self, number: f64) {
        match self {
            Self::Exact(numbers) if numbers.len() < MAX_EXACT => numbers.push(number),
            Self::Exact(numbers) => {
                let mut digest = TDigest::new_with_size(CENTROIDS);
                digest.extend_values(numbers.drain(..));
                digest.push(number);
                *self = Self::Digest(Box::new(digest));
            }
            Self::Digest(digest) => digest.push(number),
        }
    }

    fn quantiles(self) -> Quantiles {
        match self {
            Self::Exact(mut numbers) => {
                numbers.sort_unstable_by(f64::total_cmp);
                Quantiles::at(true, |share| between(&numbers, share))
            }
            Self::Digest(mut digest) => {
                digest.flush();
                Quantiles::at(false, |share| {
                    digest.estimate_quantile(share).unwrap_or_default()
                })
            }
        }
    }
}

impl Default for Ranks {
    fn default() -> Self {
        Self::Exact(Vec::new())
    }
}

// === impl Quantiles ===

impl Quantiles {
    fn at(exact: bool, quantile: impl Fn(f64) -> f64) -> Self {
        let [p05, p25, p50, p75, p95] = [0.05, 0.25, 0.5, 0.75, 0.95].map(quantile);
        Self {
            p05,
            p25,
            p50,
            p75,
            p95,
            exact,
        }
    }
}

/// Returns the quantile of sorted numbers, between the two nearest as R, NumPy and Excel do.
fn between(sorted: &[f64], share: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else {
        return 0.0;
    };
    let place = share * last as f64;
    let below = place.floor() as usize;
    let above = (below + 1).min(last);
    let part = place - place.floor();
    // Weighed, not stepped: the difference of two huge numbers could overflow.
    sorted[below] * (1.0 - part) + sorted[above] * part
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figures(numbers: impl IntoIterator<Item = f64>) -> Option<Numbers> {
        let mut spread = Spread::default();
        numbers.into_iter().for_each(|number| spread.enter(number));
        spread.figures()
    }

    #[test]
    fn figures_of_a_few_numbers_are_exact() {
        let numbers = figures([2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0]).unwrap();
        assert_eq!(
            (numbers.count, numbers.mean, numbers.min, numbers.max),
            (8, Some(5.0), 2.0, 9.0)
        );
        assert!((numbers.deviation.unwrap() - (32.0_f64 / 7.0).sqrt()).abs() < 1e-12);
        let q = &numbers.quantiles;
        assert_eq!((q.p25, q.p50, q.p75, q.exact), (4.0, 4.5, 5.5, true));
    }

    #[test]
    fn one_number_has_no_deviation_and_none_has_no_figures() {
        let numbers = figures([-3.5]).unwrap();
        assert_eq!(
            (numbers.mean, numbers.deviation, numbers.quantiles.p95),
            (Some(-3.5), None, -3.5)
        );
        assert_eq!(figures([]), None);
    }

    #[test]
    fn a_large_offset_cancels_nothing() {
        let numbers = figures([1e9 + 4.0, 1e9 + 7.0, 1e9 + 13.0, 1e9 + 16.0]).unwrap();
        assert!((numbers.deviation.unwrap() - 30.0_f64.sqrt()).abs() < 1e-6);
    }

    #[test]
    fn many_numbers_are_estimated_closely() {
        // A stride prime to the count visits 0 … 999 999 in a scattered order.
        let many = 1_000_000_u64;
        let numbers = figures((0..many).map(|i| (i * 700_001 % many) as f64)).unwrap();
        let q = &numbers.quantiles;
        assert!(!q.exact);
        for (share, value) in [
            (0.05, q.p05),
            (0.25, q.p25),
            (0.5, q.p50),
            (0.75, q.p75),
            (0.95, q.p95),
        ] {
            assert!(
                (value / many as f64 - share).abs() < 0.005,
                "{share}: {value}"
            );
        }
        assert_eq!((numbers.min, numbers.max), (0.0, 999_999.0));
    }

    #[test]
    fn sums_that_overflow_are_left_out() {
        let numbers = figures([f64::MAX, -f64::MAX]).unwrap();
        assert_eq!((numbers.min, numbers.max), (-f64::MAX, f64::MAX));
        assert!(serde_json::to_value(&numbers).unwrap()["deviation"].is_null());
    }
}
