//! `identity`: errors of stacks that learn it.

use skipbench_reports::claims::{ClaimVerdict, findings};
use skipbench_reports::rows::record::SampleRow;
use skipbench_reports::rows::store::Run;
use skipbench_reports::table::{self, Format};

use super::{cell, jitter, only, with};

pub(crate) fn identities(add: [f64; 2], none: [f64; 2]) -> Vec<Run> {
    let mut runs = Vec::new();
    for (style, ends) in [("add", add), ("none", none)] {
        for seed in 1..=3 {
            let wobble = 1.0 + 0.02 * jitter(style, seed);
            let error = |end: f64| vec![1.0, end * wobble];
            let series = [
                ("identity_error", 1, error(ends[0])),
                ("near_identity_error", 1, error(ends[1])),
                ("branch_ratio_init", 1, vec![1.0, 1.0]),
                ("branch_ratio_trained", 1, vec![0.1, 0.2]),
            ];
            runs.push(with(cell("identity", "identity", (style, 22), seed), &series));
        }
    }
    runs
}

#[test]
fn the_identity_is_easier_with_addition_or_not_or_open() {
    let verdict = |add, none| only(findings(&identities(add, none))).verdict;
    assert_eq!(verdict([0.001, 0.01], [0.2, 0.3]), ClaimVerdict::Supported);
    assert_eq!(verdict([0.2, 0.01], [0.001, 0.3]), ClaimVerdict::NotSupported);
    assert_eq!(verdict([0.2, 0.3], [0.2, 0.3]), ClaimVerdict::Inconclusive);
}

/// The stacks of a style whose errors ceased to be numbers at the second step, after `worst`.
fn diverging(mut runs: Vec<Run>, style: &str, worst: f64) -> Vec<Run> {
    for run in runs.iter_mut().filter(|run| run.row.skip == style) {
        run.samples.retain(|sample| !(sample.series.ends_with("_error") && sample.index > 1));
        for name in ["identity", "near_identity"] {
            let sample = |series: String, index, value| SampleRow {
                cell: run.row.cell.as_str().into(),
                series: series.into(),
                index,
                value,
            };
            run.samples.extend([sample(format!("{name}_error"), 2, worst), sample(format!("{name}_diverged"), 3, 1.0)]);
        }
    }
    runs
}

#[test]
fn to_diverge_is_a_result_against_whoever_diverges() {
    let learned = || identities([0.001, 0.01], [0.2, 0.3]);
    let plain = only(findings(&diverging(learned(), "none", 40.0)));
    assert_eq!((plain.verdict, plain.broken), (ClaimVerdict::Supported, 0), "{:?}", plain.conditions);
    let ratio = plain.conditions[0].estimate.expect("paired").value;
    assert!((ratio / (0.001 / 40.0) - 1.0).abs() < 0.05, "against the worst error that it had: {ratio}");
    assert_eq!(plain.remarks, ["diverged: backbone-none-22-w8 in 3 of 3 cells"]);
    let residual = only(findings(&diverging(learned(), "add", 1e-6)));
    assert_eq!(residual.verdict, ClaimVerdict::NotSupported);
    let ratio = residual.conditions[0].estimate.expect("paired").value;
    assert!(ratio > 4.0 && ratio < 6.0, "no better than to answer 0: {ratio}");
    let line = residual.measures[0].lines.iter().find(|line| line.skip == "add").expect("there");
    assert_eq!((line.values[0], line.values[4].map(|share| share.value)), (None, Some(1.0)));
    let told = table::format_claims(&[residual], Format::Terminal);
    assert!(told.contains("Here: diverged: backbone-add-22-w8 in 3 of 3 cells."), "{told}");
}

/// Without normalization stacks decide nothing, whether they diverge or not.
#[test]
fn who_diverges_without_normalization_is_told_and_decides_nothing() {
    let mut bare = diverging(identities([0.001, 0.01], [0.2, 0.3]), "add", 1e9);
    bare.iter_mut().for_each(|run| run.row.model += "-nonorm");
    let finding = only(findings(&[identities([0.001, 0.01], [0.2, 0.3]), bare].concat()));
    assert_eq!((finding.verdict, finding.remarks.len()), (ClaimVerdict::Supported, 1));
}
