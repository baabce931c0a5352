//! Statistics against second implementations, tables and simulation.

use proptest::prelude::*;
use skipbench_reports::bootstrap;
use skipbench_reports::paired;
use skipbench_reports::stats::{Estimate, deviation, far_above, growth_exponent, mean_interval, median, quantile};

fn paired_ratio(pairs: &[(f64, f64)]) -> Option<Estimate> {
    Some(paired::ratio(pairs)?.estimate)
}

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

/// Quantiles by another way: the k-th smallest is the one with k values below it, ties broken by place.
fn ranked(values: &[f64], rank: usize) -> f64 {
    let below = |index: usize| {
        let smaller = |(other, value): &(usize, &f64)| {
            value.total_cmp(&values[index]).then(other.cmp(&index)) == std::cmp::Ordering::Less
        };
        values.iter().enumerate().filter(smaller).count()
    };
    (0..values.len()).find(|index| below(*index) == rank).map(|index| values[index]).expect("every rank is taken once")
}

/// Student's t(0.975, n − 1) for n = 2 to 5, from printed tables.
const STUDENT: [f64; 4] = [12.7062, 4.3027, 3.1824, 2.7764];

proptest! {
    #[test]
    fn quantiles_and_medians_agree_with_counting_ranks(values in prop::collection::vec(-1e3f64..1e3, 1..30), p in 0.0f64..1.0) {
        let place = p * (values.len() - 1) as f64;
        let (low, high) = (ranked(&values, place.floor() as usize), ranked(&values, place.ceil() as usize));
        let expected = low * (1.0 - place.fract()) + high * place.fract();
        prop_assert!((quantile(&values, p).expect("not empty") - expected).abs() < 1e-9 * 1e3);
        let (middle, count) = (values.len() / 2, values.len());
        let expected = (ranked(&values, middle) + ranked(&values, (count - 1) / 2)) / 2.0;
        prop_assert!((median(&values).expect("not empty") - expected).abs() < 1e-9 * 1e3);
    }

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

/// Numbers in [0, 1) by SplitMix64 (Steele et al. 2014): another generator than the bootstrap's own.
pub(crate) fn uniforms() -> impl FnMut() -> f64 {
    let mut state = 1u64;
    move || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    }
}

/// Standard normal numbers (Box and Muller 1958).
pub(crate) fn normals() -> impl FnMut() -> f64 {
    let mut uniform = uniforms();
    move || (-2.0 * uniform().max(1e-300).ln()).sqrt() * (std::f64::consts::TAU * uniform()).cos()
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

/// y = 3 · x^1.7 gives 1.7 without an interval's width; with noise the interval holds 1.7.
#[test]
fn the_exponent_of_a_power_law_is_found() {
    let points: Vec<(f64, f64)> = [8.0f64, 14.0, 20.0, 32.0, 56.0].map(|x| (x, 3.0 * x.powf(1.7))).to_vec();
    let exact = growth_exponent(&points).expect("five points");
    assert!((exact.value - 1.7).abs() < 1e-12 && exact.high.expect("five") - exact.low.expect("five") < 1e-6);
    let mut normal = normals();
    let noisy: Vec<(f64, f64)> = points.iter().map(|(x, y)| (*x, y * (0.05 * normal()).exp())).collect();
    assert!(!growth_exponent(&noisy).expect("five points").excludes(1.7));
    assert_eq!(growth_exponent(&points[..2]).expect("two points").low, None);
    assert_eq!(growth_exponent(&[(2.0, 1.0), (2.0, 3.0)]), None, "one x has no slope");
    assert_eq!(growth_exponent(&[]), None);
}

/// The mean slope over all pairs of points, each weighted by its squared distance: the same number by another way.
fn slope_by_pairs(points: &[(f64, f64)]) -> f64 {
    let (mut above, mut below) = (0.0, 0.0);
    for (index, a) in points.iter().enumerate() {
        for b in &points[index + 1..] {
            let (dx, dy) = (a.0.ln() - b.0.ln(), a.1.ln() - b.1.ln());
            above += dx * dy;
            below += dx * dx;
        }
    }
    above / below
}

proptest! {
    #[test]
    fn the_exponent_is_the_weighted_mean_of_all_slopes(y in prop::collection::vec(0.1f64..10.0, 3..12)) {
        let points: Vec<(f64, f64)> = (1..).zip(&y).map(|(x, y)| (f64::from(x), *y)).collect();
        let exponent = growth_exponent(&points).expect("three points or more").value;
        prop_assert!((exponent - slope_by_pairs(&points)).abs() < 1e-9);
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

    #[test]
    fn far_above_counts_what_lies_beyond_the_outer_fence(count in 0usize..4) {
        let steps: Vec<f64> = (0..40).map(|index| 100.0 + f64::from(index % 5)).chain(vec![200.0; count]).collect();
        prop_assert_eq!(far_above(&steps), count);
    }
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
    let (centre, error) = of(values);
    let mut uniform = uniforms();
    let mut shifts: Vec<f64> = (0..4000)
        .map(|_| of(&(0..n).map(|_| values[(uniform() * n as f64) as usize]).collect::<Vec<f64>>()))
        .filter(|(_, error)| *error > 0.0)
        .map(|(mean, error)| (mean - centre) / error)
        .collect();
    shifts.sort_by(f64::total_cmp);
    let at = |p: f64| shifts[(p * shifts.len() as f64) as usize];
    (centre - at(0.975) * error, centre - at(0.025) * error)
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
