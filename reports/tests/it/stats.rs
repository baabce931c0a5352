//! Statistics against second implementations, tables and simulation.

use proptest::prelude::*;
use skipbench_reports::stats::{deviation, mean_interval, median, paired_ratio, quantile};

/// The median by counting: half of the values lie on either side.
fn splits_evenly(values: &[f64], middle: f64) -> bool {
    let below = values.iter().filter(|value| **value < middle).count();
    let above = values.iter().filter(|value| **value > middle).count();
    2 * below <= values.len() && 2 * above <= values.len()
}

/// Two passes with Kahan's compensation, unlike the sum of squares under test.
fn compensated_deviation(values: &[f64]) -> f64 {
    let sum = |values: &mut dyn Iterator<Item = f64>| {
        let (mut total, mut lost) = (0.0, 0.0);
        for value in values {
            let next = value - lost;
            let grown = total + next;
            lost = (grown - total) - next;
            total = grown;
        }
        total
    };
    let mean = sum(&mut values.iter().copied()) / values.len() as f64;
    (sum(&mut values.iter().map(|value| (value - mean) * (value - mean))) / (values.len() - 1) as f64).sqrt()
}

proptest! {
    #[test]
    fn the_median_splits_the_values(values in prop::collection::vec(-1e6f64..1e6, 1..40)) {
        prop_assert!(splits_evenly(&values, median(&values).expect("not empty")));
    }

    #[test]
    fn quantiles_rise_from_the_least_to_the_most(values in prop::collection::vec(-1e6f64..1e6, 1..40), p in 0.0f64..1.0) {
        let at = |p| quantile(&values, p).expect("not empty");
        prop_assert_eq!(at(0.0), values.iter().copied().fold(f64::MAX, f64::min));
        prop_assert_eq!(at(1.0), values.iter().copied().fold(f64::MIN, f64::max));
        prop_assert!(at(p / 2.0) <= at(p) && at(p) <= at(1.0));
    }

    #[test]
    fn the_deviation_agrees_with_a_compensated_one(values in prop::collection::vec(-1e3f64..1e3, 2..40)) {
        let (ours, theirs) = (deviation(&values).expect("two or more"), compensated_deviation(&values));
        prop_assert!((ours - theirs).abs() <= 1e-9 * theirs.max(1.0));
    }

    #[test]
    fn a_ratio_turned_round_is_its_inverse(pairs in prop::collection::vec((0.1f64..10.0, 0.1f64..10.0), 2..10)) {
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
    assert_eq!(median(&[]), None);
    assert_eq!(paired_ratio(&[(1.0, 0.0), (0.0, 1.0)]), None, "zero has no ratio");
}

/// Three pairs a trial, as many as a suite has seeds by default; noise of 5 % around a true ratio of 1.1.
#[test]
fn the_interval_holds_the_true_ratio_in_95_of_100_trials() {
    let mut state = 1u64;
    let mut uniform = move || {
        // SplitMix64, Steele et al. 2014.
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    };
    let mut normal = move || (-2.0 * uniform().max(1e-300).ln()).sqrt() * (std::f64::consts::TAU * uniform()).cos();
    let trials = 2000;
    let mut held = 0;
    for _ in 0..trials {
        let pairs: Vec<(f64, f64)> = (0..3).map(|_| (1.1 * (0.05 * normal()).exp(), 1.0)).collect();
        let ratio = paired_ratio(&pairs).expect("positive");
        held += usize::from(!ratio.excludes(1.1));
    }
    let coverage = held as f64 / f64::from(trials);
    assert!((coverage - 0.95).abs() < 0.015, "coverage {coverage}");
}

/// R: `quantile(c(1, 2, 3, 4), c(0.1, 0.25, 0.9), type = 7)` gives 1.3, 1.75, 3.7.
#[test]
fn quantiles_are_those_of_type_seven() {
    let at = |p| quantile(&[4.0, 1.0, 3.0, 2.0], p).expect("not empty");
    for (p, expected) in [(0.1, 1.3), (0.25, 1.75), (0.9, 3.7)] {
        assert!((at(p) - expected).abs() < 1e-12, "{p}");
    }
    assert_eq!(quantile(&[], 0.5), None);
}
