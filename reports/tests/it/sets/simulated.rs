//! From turns with noise within and between sets, through rows, to the comparison.

use skipbench_reports::analyses::compare::{ComparedMetric, ComparisonVerdict, compare};
use skipbench_reports::analyses::group::group;
use skipbench_reports::analyses::metric::Metric;

use super::super::lockstep::logs;
use super::super::noise::normals;
use super::sitting;

fn entries(members: &[(&str, &[f64])]) -> Vec<ComparedMetric> {
    let compared = compare(&group(&sitting("train-step", members)));
    let entry = |member: &skipbench_reports::analyses::compare::ComparedMember| {
        member.entry(Metric::TrainThroughput).expect("timed").clone()
    };
    compared[0].members.iter().skip(1).map(entry).collect()
}

fn ratios(sets: usize, truth: f64, normal: &mut impl FnMut() -> f64) -> Vec<f64> {
    logs(sets, truth, normal).into_iter().map(f64::exp).collect()
}

#[test]
fn the_interval_of_a_comparison_holds_the_truth_in_95_of_100() {
    let (mut normal, mut held) = (normals(), 0);
    for _ in 0..2000 {
        let ratios = ratios(5, 1.05, &mut normal);
        let ratio = entries(&[("dense", &ratios)])[0].ratio.expect("five sets").estimate;
        held += usize::from(!ratio.excludes(1.0 / 1.05));
    }
    // Two binomial standard deviations around 95 %.
    assert!((1880..=1920).contains(&held), "{held} of 2000");
}

#[test]
fn a_table_of_equal_networks_shows_a_difference_in_at_most_5_of_100() {
    let (mut normal, mut shown) = (normals(), 0);
    for _ in 0..1000 {
        let [a, b, c, d] = [(); 4].map(|()| ratios(5, 1.0, &mut normal));
        let entries = entries(&[("a", &a), ("b", &b), ("c", &c), ("d", &d)]);
        let other =
            |entry: &ComparedMetric| matches!(entry.verdict, ComparisonVerdict::Higher | ComparisonVerdict::Lower);
        shown += usize::from(entries.iter().any(other));
    }
    assert!((20..=64).contains(&shown), "{shown} of 1000");
}

/// A slowdown as large as the one that is said to be detectable is found in four of five comparisons.
#[test]
fn what_could_have_been_detected_is_found_in_four_of_five_comparisons() {
    let mut normal = normals();
    // The spread known, not estimated: 3 % between sets, and what the turns add.
    let many = logs(2000, 1.0, &mut normal);
    let spread = skipbench_reports::stats::deviation(&many).expect("many");
    // (t(0.975, 4) + t(0.8, 4)) / √5
    let truth = ((2.776 + 0.941) * spread / 5.0_f64.sqrt()).exp();
    let found = (0..1000)
        .filter(|_| {
            let ratios = ratios(5, truth, &mut normal);
            entries(&[("dense", &ratios)])[0].verdict == ComparisonVerdict::Lower
        })
        .count();
    assert!((found as f64 / 1000.0 - 0.8).abs() < 0.07, "{found} of 1000");
}
