//! Tests, corrections and what a number of pairs can show: against tables, against each other and by simulation.

use proptest::prelude::*;
use skipbench_reports::stats::bootstrap;
use skipbench_reports::stats::paired;
use skipbench_reports::stats::{detectable, holm, mean_interval, p_value};

use super::noise::normals;

/// Printed critical values: t = 4.303 with 2 degrees of freedom and 2.262 with 9 have p = 0.05.
#[test]
fn p_values_agree_with_students_table() {
    for (n, critical) in [(3usize, 4.303), (10, 2.262)] {
        // Values with mean 1 · critical standard errors.
        let spread: Vec<f64> = (0..n).map(|index| index as f64).collect();
        let centered = mean_interval(&spread).expect("values");
        let standard_error = (centered.high.expect("n > 1") - centered.value) / critical;
        let values: Vec<f64> = spread.iter().map(|value| value - centered.value + critical * standard_error).collect();
        let p = p_value(&values).expect("n > 1");
        assert!((p - 0.05).abs() < 2e-4, "n = {n}: {p}");
    }
    assert_eq!(p_value(&[2.0, 2.0, 2.0]), Some(0.0), "bytes that repeat exactly");
    assert_eq!(p_value(&[0.0, 0.0]), Some(1.0));
    assert_eq!((p_value(&[1.0]), detectable(&[1.0])), (None, None));
    assert_eq!((detectable(&[1.0, 2.0]), detectable(&[1.0, 1.0])), (None, Some(0.0)), "two say nothing of a spread");
    assert!(detectable(&[1.0, 2.0, 3.0]).is_some());
}

/// Holm's own procedure, step by step: the smallest against 0.05 / m, the next against 0.05 / (m − 1), until one fails.
fn rejected_by_steps(p_values: &[f64]) -> Vec<bool> {
    let mut order: Vec<usize> = (0..p_values.len()).collect();
    order.sort_by(|a, b| p_values[*a].total_cmp(&p_values[*b]));
    let mut rejected = vec![false; p_values.len()];
    for (rank, index) in order.into_iter().enumerate() {
        if p_values[index] > 0.05 / (p_values.len() - rank) as f64 {
            break;
        }
        rejected[index] = true;
    }
    rejected
}

proptest! {
    #[test]
    fn the_correction_decides_as_holms_steps_do(p_values in prop::collection::vec(prop_oneof![0.0f64..0.05, 0.0f64..1.0], 1..20)) {
        let corrected = holm(&p_values);
        let near = |p: &f64| (p - 0.05).abs() < 1e-12;
        prop_assume!(!corrected.iter().any(near));
        prop_assert_eq!(corrected.iter().map(|p| *p <= 0.05).collect::<Vec<bool>>(), rejected_by_steps(&p_values));
        prop_assert!(corrected.iter().zip(&p_values).all(|(corrected, p)| corrected >= p && *corrected <= 1.0));
    }

    /// The interval leaves 0 out exactly where the test rejects 0.
    #[test]
    fn few_pairs_interval_and_test_agree(values in prop::collection::vec(-1.0f64..3.0, 2..6)) {
        let p = p_value(&values).expect("n > 1");
        prop_assume!((p - 0.05).abs() > 1e-9);
        prop_assert_eq!(mean_interval(&values).expect("values").excludes(0.0), p < 0.05);
    }

    #[test]
    fn differences_turn_round(pairs in prop::collection::vec((0.0f64..1.0, 0.0f64..1.0), 2..12)) {
        let turned: Vec<(f64, f64)> = pairs.iter().map(|(a, b)| (*b, *a)).collect();
        let (one, other) = (paired::difference(&pairs).expect("pairs"), paired::difference(&turned).expect("pairs"));
        prop_assert!((one.estimate.value + other.estimate.value).abs() < 1e-12);
        prop_assert!((one.p.expect("p") - other.p.expect("p")).abs() < 1e-3);
    }
}

/// With many values the bootstrap's p and Student's are nearly one.
#[test]
fn the_bootstrap_test_rejects_a_true_null_in_5_of_100_cases() {
    let mut normal = normals();
    let trials = 1500;
    let rejected = (0..trials)
        .filter(|_| {
            let values: Vec<f64> = (0..10).map(|_| normal()).collect();
            bootstrap::p_value(&values).expect("ten") <= 0.05
        })
        .count();
    let share = rejected as f64 / f64::from(trials);
    assert!((share - 0.05).abs() < 0.02, "{share}");
    assert_eq!(bootstrap::p_value(&[1.0; 5]), None, "too few");
}

/// Twelve comparisons of nothing with nothing, three pairs each: without the correction every other table shows
/// something.
#[test]
fn a_table_of_nothing_shows_something_in_at_most_5_of_100_cases() {
    let mut normal = normals();
    let trials = 2000;
    let mut count = |correct: fn(&[f64]) -> Vec<f64>| {
        let mut one_table = || {
            let p_values: Vec<f64> =
                (0..12).map(|_| p_value(&[normal(), normal(), normal()]).expect("three")).collect();
            correct(&p_values).iter().any(|p| *p <= 0.05)
        };
        (0..trials).filter(|_| one_table()).count() as f64 / f64::from(trials)
    };
    let (alone, together) = (count(<[f64]>::to_vec), count(holm));
    assert!(alone > 0.4, "{alone}");
    assert!(together < 0.065, "{together}");
}

/// A difference of just the size that is called detectable is found in about four of five trials.
#[test]
fn what_is_called_detectable_is_detected_in_four_of_five_trials() {
    let mut normal = normals();
    for n in [3usize, 8] {
        // The spread known, not estimated: 1.
        let known: f64 = {
            let many: Vec<f64> = (0..n).map(|index| if index % 2 == 0 { 1.0 } else { -1.0 }).collect();
            let deviation = skipbench_reports::stats::deviation(&many).expect("n > 1");
            detectable(&many).expect("n > 1") / deviation
        };
        let trials = 3000;
        let found = (0..trials)
            .filter(|_| {
                let values: Vec<f64> = (0..n).map(|_| known + normal()).collect();
                p_value(&values).expect("n > 1") < 0.05
            })
            .count();
        let share = found as f64 / f64::from(trials);
        assert!((share - 0.8).abs() < 0.09, "n = {n}: {share}");
    }
}
