//! Intervals against tables, second implementations and simulation: how often they hold what is true.

use proptest::prelude::*;
use skipbench_reports::stats::bootstrap;
use skipbench_reports::stats::paired;
use skipbench_reports::stats::{Estimate, deviation, mean_interval};

use super::noise::{normals, uniforms};

fn paired_ratio(pairs: &[(f64, f64)]) -> Option<Estimate> {
    Some(paired::ratio(pairs)?.estimate)
}

/// Student's t(0.975, n − 1) for n = 2 to 5, from printed tables.
const STUDENT: [f64; 4] = [12.7062, 4.3027, 3.1824, 2.7764];

proptest! {
    /// The interval of few pairs from products and roots instead of logarithms' sums, with t from a printed table.
    #[test]
    fn ratio_intervals_agree_with_another_way(pairs in prop::collection::vec((0.1f64..10.0, 0.1f64..10.0), 2..6)) {
        let n = pairs.len() as f64;
        let value = pairs.iter().map(|(own, base)| own / base).product::<f64>().powf(1.0 / n);
        let squares: f64 = pairs.iter().map(|(own, base)| (own / base / value).ln().powi(2)).sum();
        let factor = (STUDENT[pairs.len() - 2] * (squares / (n - 1.0) / n).sqrt()).exp();
        let ratio = paired_ratio(&pairs).expect("positive");
        prop_assert!((ratio.value / value - 1.0).abs() < 1e-9);
        prop_assert!((ratio.high.expect("two or more") / (value * factor)).ln().abs() < 1e-3 * factor.ln() + 1e-9);
        prop_assert!((ratio.low.expect("two or more") / (value / factor)).ln().abs() < 1e-3 * factor.ln() + 1e-9);
    }

    #[test]
    fn a_ratio_turned_round_is_its_inverse(pairs in prop::collection::vec((0.1f64..10.0, 0.1f64..10.0), 2..6)) {
        let turned: Vec<(f64, f64)> = pairs.iter().map(|(a, b)| (*b, *a)).collect();
        let (ratio, inverse) = (paired_ratio(&pairs).expect("pairs"), paired_ratio(&turned).expect("pairs"));
        prop_assert!((ratio.value * inverse.value - 1.0).abs() < 1e-9);
        let (low, high) = (ratio.low.expect("n > 1"), inverse.high.expect("n > 1"));
        prop_assert!((low * high - 1.0).abs() < 1e-6);
    }

    #[test]
    fn a_ratio_does_not_depend_on_the_unit(pairs in prop::collection::vec((0.1f64..10.0, 0.1f64..10.0), 2..10), unit in 1e-3f64..1e3) {
        let scaled: Vec<(f64, f64)> = pairs.iter().map(|(a, b)| (a * unit, b * unit)).collect();
        let (ratio, other) = (paired_ratio(&pairs).expect("pairs"), paired_ratio(&scaled).expect("pairs"));
        prop_assert!((ratio.value / other.value - 1.0).abs() < 1e-9);
    }

    #[test]
    fn the_bootstrap_interval_moves_and_stretches_with_the_values(
        values in prop::collection::vec(-1.0f64..1.0, 6..12), shift in -5.0f64..5.0, scale in 0.1f64..10.0,
    ) {
        let own = bootstrap::mean_interval(&values).expect("six or more");
        let moved: Vec<f64> = values.iter().map(|value| value * scale + shift).collect();
        let other = bootstrap::mean_interval(&moved).expect("six or more");
        for (a, b) in [(own.low, other.low), (own.high, other.high)] {
            prop_assert!((a.expect("interval") * scale + shift - b.expect("interval")).abs() < 1e-6);
        }
    }
}

/// Student's t(0.975, n − 1) from printed tables: n = 2, 3, 5, 10.
#[test]
fn intervals_use_students_quantiles() {
    for (n, quantile) in [(2usize, 12.706), (3, 4.303), (5, 2.776), (10, 2.262)] {
        let values: Vec<f64> = (0..n).map(|index| index as f64).collect();
        let estimate = mean_interval(&values).expect("not empty");
        let standard_error = deviation(&values).expect("two or more") / (n as f64).sqrt();
        let half = estimate.high.expect("two or more") - estimate.value;
        assert!((half / standard_error - quantile).abs() < 1e-3, "n = {n}: {}", half / standard_error);
    }
}

#[test]
fn one_value_has_no_interval_and_none_has_no_mean() {
    let one = mean_interval(&[3.0]).expect("one value");
    assert_eq!((one.n, one.value, one.low, one.high), (1, 3.0, None, None));
    assert_eq!(mean_interval(&[]), None);
    assert_eq!(paired_ratio(&[(1.0, 0.0), (0.0, 1.0)]), None, "zero has no ratio");
}

/// The share of 2,000 trials of `n` pairs whose interval holds the true ratio, 1.1, with the noise that `noise` draws.
fn coverage(n: usize, mut noise: impl FnMut() -> f64) -> f64 {
    let trials = 2000;
    let mut held = 0;
    for _ in 0..trials {
        let pairs: Vec<(f64, f64)> = (0..n).map(|_| (1.1 * noise().exp(), 1.0)).collect();
        held += usize::from(!paired_ratio(&pairs).expect("positive").excludes(1.1));
    }
    held as f64 / f64::from(trials)
}

/// Three pairs are what a suite has by default (Student), eight and twenty what rounds add (bootstrap-t).
#[test]
fn the_interval_holds_the_true_ratio_in_95_of_100_trials() {
    for n in [3, 8, 20] {
        let mut normal = normals();
        let coverage = coverage(n, || 0.05 * normal());
        assert!((coverage - 0.95).abs() < 0.01, "n = {n}: coverage {coverage}");
    }
}

/// Noise with one long tail, as timings have: the exponential distribution about its mean. Percentiles of the resampled
/// means hold the truth in 84 of 100 trials of eight, Student's interval in 90.
#[test]
fn one_long_tail_costs_the_interval_little() {
    let mut uniform = uniforms();
    let coverage = coverage(8, || 0.05 * (-(1.0 - uniform()).ln() - 1.0));
    assert!(coverage > 0.92, "coverage {coverage}");
}

#[test]
fn an_interval_depends_on_the_values_alone() {
    let values = [1.0, 1.2, 0.9, 1.1, 1.05, 0.97];
    assert_eq!(bootstrap::mean_interval(&values), bootstrap::mean_interval(&values));
    assert_eq!(bootstrap::mean_interval(&values[..5]), None, "too few values to resample");
    let equal = bootstrap::mean_interval(&[2.0; 6]).expect("six values");
    assert_eq!((equal.low, equal.high), (Some(2.0), Some(2.0)));
}

/// Three seeds with three more images right each: the spread is one image at least, not none.
#[test]
fn counts_that_differ_alike_have_a_spread_all_the_same() {
    let of = |right: [f64; 3]| right.map(|right| right / 1200.0);
    let pairs: Vec<(f64, f64)> = of([1163.0, 1161.0, 1162.0]).into_iter().zip(of([1160.0, 1158.0, 1159.0])).collect();
    let alike = paired::counted_difference(&pairs, 1200).expect("three pairs");
    // R: t.test(c(2, 3, 4) / 1200)
    let (low, high) = (alike.estimate.low.expect("interval"), alike.estimate.high.expect("interval"));
    assert!((low - 0.516 / 1200.0).abs() < 1e-6 && (high - 5.484 / 1200.0).abs() < 1e-6, "{low} {high}");
    assert!((alike.p.expect("three pairs") - 0.0351).abs() < 1e-4);
    let wide = [(0.9, 0.5), (0.8, 0.6), (0.7, 0.3)];
    assert_eq!(paired::counted_difference(&wide, 1200), paired::difference(&wide), "what is spread wider stays");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// With another generator and twice the resamples the ends agree to a fifth of the width.
    #[test]
    fn the_bootstrap_agrees_with_another(values in prop::collection::vec(-1.0..1.0f64, 15..40)) {
        let own = bootstrap::mean_interval(&values).expect("six or more");
        let ((low, high), (own_low, own_high)) =
            (bootstrap_t(&values), (own.low.expect("interval"), own.high.expect("interval")));
        let width = own_high - own_low;
        prop_assert!((own_low - low).abs() < 0.2 * width && (own_high - high).abs() < 0.2 * width, "{:?}", own);
    }
}

/// A second implementation: sums of squares, and quantiles without interpolation.
fn bootstrap_t(values: &[f64]) -> (f64, f64) {
    let n = values.len();
    let of = |values: &[f64]| {
        let mean = values.iter().sum::<f64>() / n as f64;
        let squares: f64 = values.iter().map(|value| value * value).sum();
        (mean, ((squares - n as f64 * mean * mean) / (n - 1) as f64).max(0.0).sqrt() / (n as f64).sqrt())
    };
    let (center, error) = of(values);
    let mut uniform = uniforms();
    let mut shifts: Vec<f64> = (0..4000)
        .map(|_| of(&(0..n).map(|_| values[(uniform() * n as f64) as usize]).collect::<Vec<f64>>()))
        .filter(|(_, error)| *error > 0.0)
        .map(|(mean, error)| (mean - center) / error)
        .collect();
    shifts.sort_by(f64::total_cmp);
    let at = |p: f64| shifts[(p * shifts.len() as f64) as usize];
    (center - at(0.975) * error, center - at(0.025) * error)
}
