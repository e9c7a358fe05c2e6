//! The few numbers that sum up rounds.

/// Returns the middle of `values`, or nothing of nothing.
#[must_use]
pub fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let half = values.len() / 2;
    match values.len() {
        0 => None,
        n if n % 2 == 1 => Some(values[half]),
        _ => Some(f64::midpoint(values[half - 1], values[half])),
    }
}

/// Returns the least of `values`, or nothing of nothing.
#[must_use]
pub fn least(values: &[f64]) -> Option<f64> {
    values.iter().copied().min_by(f64::total_cmp)
}

/// Returns the middle of the ratios of pairs measured in the same round.
#[must_use]
pub fn paired(values: &[f64], floors: &[f64]) -> Option<f64> {
    median(
        values
            .iter()
            .zip(floors)
            .filter(|(_, floor)| **floor > 0.0)
            .map(|(value, floor)| value / floor)
            .collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_of_odd_even_and_none() {
        assert_eq!(median(vec![3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(vec![4.0, 1.0]), Some(2.5));
        assert_eq!(median(Vec::new()), None);
        assert_eq!(least(&[2.0, 1.0]), Some(1.0));
    }

    #[test]
    fn ratios_are_taken_within_a_round() {
        assert_eq!(paired(&[2.0, 40.0, 6.0], &[1.0, 10.0, 3.0]), Some(2.0));
        assert_eq!(paired(&[2.0], &[0.0]), None);
    }
}
