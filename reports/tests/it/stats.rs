//! Numbers that sum up others, against second implementations and tables.

use proptest::prelude::*;
use skipbench_reports::inside::{far_above, growth_exponent};
use skipbench_reports::stats::{deviation, median, quantile};

use super::noise::normals;

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
    fn the_exponent_is_the_weighted_mean_of_all_slopes(y in prop::collection::vec(0.1f64..10.0, 3..12)) {
        let points: Vec<(f64, f64)> = (1..).zip(&y).map(|(x, y)| (f64::from(x), *y)).collect();
        let exponent = growth_exponent(&points).expect("three points or more").value;
        prop_assert!((exponent - slope_by_pairs(&points)).abs() < 1e-9);
    }

    #[test]
    fn far_above_counts_what_lies_beyond_the_outer_fence(count in 0usize..4) {
        let steps: Vec<f64> = (0..40).map(|index| 100.0 + f64::from(index % 5)).chain(vec![200.0; count]).collect();
        prop_assert_eq!(far_above(&steps), count);
    }
}

/// R: `quantile(c(1, 2, 3, 4), c(0.1, 0.25, 0.9), type = 7)` gives 1.3, 1.75, 3.7.
#[test]
fn quantiles_are_those_of_type_seven() {
    let at = |p| quantile(&[4.0, 1.0, 3.0, 2.0], p).expect("not empty");
    for (p, expected) in [(0.1, 1.3), (0.25, 1.75), (0.9, 3.7)] {
        assert!((at(p) - expected).abs() < 1e-12, "{p}");
    }
    assert_eq!((quantile(&[], 0.5), median(&[])), (None, None));
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
