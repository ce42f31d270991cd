//! Medians and percentiles.

/// The value below which a share of the sorted values is; 0 if there are none.
pub(crate) fn at_share(sorted: &[f64], share: f64) -> f64 {
    let last = sorted.len().saturating_sub(1);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a place in the slice")]
    let place = (last as f64 * share).ceil() as usize;
    sorted.get(place.min(last)).copied().unwrap_or_default()
}

/// The middle value; 0 if there are none.
pub(crate) fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.into_iter().collect();
    values.sort_unstable_by(f64::total_cmp);
    values.get(values.len().saturating_sub(1) / 2).copied().unwrap_or_default()
}

/// The largest value; 0 if there are none.
pub(crate) fn largest(values: impl IntoIterator<Item = f64>) -> f64 {
    values.into_iter().fold(0.0, f64::max)
}

/// Three decimals, so that the report can be read.
pub(crate) fn rounded(value: f64) -> f64 {
    (value * 1e3).round() / 1e3
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_one_of_the_values_and_never_a_lower_one() {
        let hundred: Vec<f64> = (1..=100).map(f64::from).collect();
        for (count, share, expected) in
            [(100, 0.5, 51.0), (100, 0.99, 100.0), (100, 1.0, 100.0), (1, 0.99, 1.0), (0, 0.5, 0.0)]
        {
            let found = at_share(&hundred[..count], share);
            assert!((found - expected).abs() < 1e-9, "{share} of {count}: {found}");
        }
    }

    #[test]
    fn the_median_is_the_middle_value_and_of_two_the_lower() {
        for (values, expected) in [(vec![3.0, 1.0, 2.0], 2.0), (vec![2.0, 1.0], 1.0), (vec![], 0.0)] {
            assert!((median(values.iter().copied()) - expected).abs() < 1e-9, "{values:?}");
        }
    }
}
