//! `styles`: each against addition, among all.

use skipbench_reports::claims::{ClaimVerdict, findings};
use skipbench_reports::rows::record::RunRow;
use skipbench_reports::rows::store::Run;

use super::{cell, jitter, only, with};

/// Right answers of 1,000 with addition at 900.
pub(super) fn styles(others: &[(&str, i64)]) -> Vec<Run> {
    let mut runs = Vec::new();
    for (style, gain) in [&[("add", 0)], others].concat() {
        for seed in 1..=5 {
            let right = 900 + gain + jitter(style, seed) as i64;
            let row = RunRow {
                group: "styles".into(),
                test_correct: Some(right as u64),
                test_total: Some(1000),
                ..cell("styles", "train", (style, 22), seed)
            };
            runs.push(with(row, &[]));
        }
    }
    runs
}

#[test]
fn a_style_must_beat_addition_among_all_styles() {
    let verdict = |others: &[(&str, i64)]| only(findings(&styles(others))).verdict;
    assert_eq!(verdict(&[("gated", -50), ("hyper", 30)]), ClaimVerdict::Supported, "one is enough");
    assert_eq!(
        verdict(&[("gated", -50), ("hyper", 0)]),
        ClaimVerdict::NotSupported,
        "less than two points would not matter"
    );
    assert_eq!(verdict(&[("gated", -50), ("hyper", 19)]), ClaimVerdict::Supported);
    let mut three = styles(&[("gated", -50), ("hyper", 30), ("weighted", 4)]);
    three.retain(|run| run.row.seed <= 3);
    let three = only(findings(&three));
    assert_eq!((three.verdict, three.seeds.len()), (ClaimVerdict::Supported, 3), "{:?}", three.conditions);
    assert!(three.conditions.iter().all(|condition| condition.estimate.is_some_and(|found| found.low.is_some())));
    let mut few = styles(&[("gated", 10), ("hyper", 12)]);
    few.retain(|run| run.row.seed < 2);
    assert_eq!(only(findings(&few)).verdict, ClaimVerdict::Inconclusive, "one seed has no interval");
}
