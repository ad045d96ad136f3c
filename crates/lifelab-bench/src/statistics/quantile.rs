//! Quantiles of samples.

/// The quantile of sorted samples: interpolated between the two that it lies between (type 7 of
/// Hyndman and Fan, "Sample Quantiles in Statistical Packages", 1996).
///
/// # Panics
/// If there are no samples.
pub fn quantile(sorted: &[f64], share: f64) -> f64 {
    let at = share.clamp(0.0, 1.0) * (sorted.len() - 1) as f64;
    let (below, above) = (sorted[at.floor() as usize], sorted[at.ceil() as usize]);
    below + (above - below) * at.fract()
}

/// The median, of samples in any order, which it reorders.
///
/// # Panics
/// If there are no samples.
pub fn median(samples: &mut [f64]) -> f64 {
    let middle = samples.len() / 2;
    let (below, upper, _) = samples.select_nth_unstable_by(middle, f64::total_cmp);
    let upper = *upper;
    if !below.is_empty() && below.len() == middle && (below.len() * 2) == samples.len() {
        let lower = samples[..middle].iter().copied().fold(f64::NEG_INFINITY, f64::max);
        return (lower + upper) / 2.0;
    }
    upper
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_lie_between_samples() {
        let samples = [1.0, 2.0, 4.0, 8.0];
        for (share, expected) in [(0.0, 1.0), (0.5, 3.0), (1.0, 8.0), (1.0 / 3.0, 2.0)] {
            assert!((quantile(&samples, share) - expected).abs() < 1e-12, "{share}");
        }
    }

    #[test]
    fn the_median_is_the_middle_quantile() {
        for samples in [vec![3.0], vec![2.0, 1.0], vec![5.0, 1.0, 3.0], vec![4.0, 1.0, 9.0, 2.0]] {
            let mut sorted = samples.clone();
            sorted.sort_by(f64::total_cmp);
            assert_eq!(median(&mut samples.clone()), quantile(&sorted, 0.5));
        }
    }
}
