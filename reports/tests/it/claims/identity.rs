//! `identity`: errors of stacks that learn it.

use skipbench_reports::claims::{Verdict, findings};
use skipbench_reports::store::Run;

use super::{cell, jitter, only, with};

pub(super) fn identities(add: [f64; 2], none: [f64; 2]) -> Vec<Run> {
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
    assert_eq!(verdict([0.001, 0.01], [0.2, 0.3]), Verdict::Supported);
    assert_eq!(verdict([0.2, 0.01], [0.001, 0.3]), Verdict::NotSupported);
    assert_eq!(verdict([0.2, 0.3], [0.2, 0.3]), Verdict::Inconclusive);
}
