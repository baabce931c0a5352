//! The gate as a whole: what changed is found, what cannot be paired is refused, nothing else is said.

use skipbench_ci::bless::{BlessError, bless};
use skipbench_ci::config::{Config, Inconclusive};
use skipbench_ci::finding::{Finding, Verdict};
use skipbench_ci::gate::{Judgment, judge};
use skipbench_ci::pair::PairError;
use skipbench_reports::rows::record::{RunRow, Status};
use skipbench_reports::rows::store::Run;

use super::job::{Job, Machine, Plant, row};

pub(crate) fn run(row: RunRow) -> Run {
    Run { row, samples: Vec::new() }
}

pub(crate) fn memory(model: &str, heap_peak_bytes: u64) -> Run {
    run(RunRow {
        params: Some(1000),
        macs: Some(2000),
        output_shape: "64x10".into(),
        loss: Some(2.5),
        heap_peak_bytes: Some(heap_peak_bytes),
        ..row(model, "peak-memory-train", &mut 0)
    })
}

pub(crate) fn trained(seed: u64, correct: u64) -> Run {
    run(RunRow { seed, test_correct: Some(correct), test_total: Some(1000), ..row("net", "train", &mut 0) })
}

pub(crate) fn judged(base: &[Run], head: &[Run]) -> Judgment {
    judge(base, head, &Config::default()).expect("judged")
}

pub(crate) fn changed(base: &[Run], head: &[Run]) -> Vec<(&'static str, Verdict)> {
    let told = |finding: Finding| (finding.metric, finding.verdict);
    judged(base, head).findings.into_iter().filter(|one| one.verdict != Verdict::Pass).map(told).collect()
}

#[test]
fn the_same_run_passes() {
    let runs = [memory("resnet", 1_000_000), memory("dense", 3_000_000)];
    assert_eq!(changed(&runs, &runs), []);
    assert_eq!(judged(&runs, &runs).exit_code(), 0);
}

#[test]
fn a_cell_that_is_no_longer_measured_is_a_regression_with_its_reason() {
    let base = [memory("resnet", 1_000_000)];
    let head = RunRow { status: Status::Crashed, error: "killed".into(), ..base[0].row.clone() };
    let findings = judged(&base, &[run(head)]).findings;
    assert_eq!(findings.len(), 1);
    assert!(findings[0].verdict == Verdict::Regressed && findings[0].why.contains("killed"));
}

#[test]
fn what_cannot_be_paired_is_an_error_and_never_a_pass() {
    let judge = |base: &[Run], head: &[Run]| judge(base, head, &Config::default()).map(|judgment| judgment.exit_code());
    let base = [memory("resnet", 1_000_000), memory("dense", 2_000_000)];
    assert_eq!(judge(&[], &base), Err(PairError::EmptyBase));
    let failed = run(RunRow { status: Status::Failed, ..base[0].row.clone() });
    assert_eq!(judge(&[failed], &base), Err(PairError::EmptyBase));
    assert!(matches!(judge(&base, &base[..1]), Err(PairError::Missing { others: 0, .. })), "a head with fewer cells");
    assert!(matches!(judge(&base, &[]), Err(PairError::Missing { others: 1, .. })));
    let twice = [base[0].clone(), base[0].clone(), base[1].clone()];
    assert!(matches!(judge(&base, &twice), Err(PairError::Repeated { run: "head", .. })));
    assert!(matches!(judge(&twice, &base), Err(PairError::Repeated { run: "base", .. })));
    for (what, other) in [
        ("the recipe", RunRow { recipe: "other".into(), ..base[0].row.clone() }),
        ("the data set", RunRow { data_sha256: "other".into(), ..base[0].row.clone() }),
        ("the number of threads", RunRow { threads: 7, ..base[0].row.clone() }),
    ] {
        let refused = judge(&base, &[run(other), base[1].clone()]);
        assert!(matches!(&refused, Err(PairError::OtherWork { what: found, .. }) if *found == what), "{refused:?}");
    }
}

#[test]
fn what_is_inconclusive_may_be_made_to_pass_or_to_fail() {
    let job = Job::new(Machine::HOSTED, Plant::Nothing, 1);
    let code = |inconclusive| {
        let config = Config { inconclusive, ..Config::default() };
        judge(&job.base, &job.head, &config).expect("judged").exit_code()
    };
    assert_eq!([Inconclusive::Report, Inconclusive::Pass, Inconclusive::Fail].map(code), [3, 0, 1]);
}

#[test]
fn a_blessing_says_what_it_changes_and_takes_only_what_was_measured() {
    let (base, other) = (memory("resnet", 1_000_000), memory("dense", 2_000_000));
    let head = [run(RunRow { params: Some(1001), ..base.row.clone() }), other.clone()];
    let blessing = bless(&[base.clone(), memory("plain", 1)], &head).expect("measured");
    assert_eq!(blessing.runs, head, "the head, whatever the base was");
    let cell = |model: &str| format!("pair/{model}/peak-memory-train/flex/seed=1");
    let changes =
        [(cell("plain"), "no longer there"), (cell("resnet"), "params: 1000 -> 1001"), (cell("dense"), "new")];
    assert_eq!(blessing.changes, changes.map(|(cell, what)| format!("{cell}: {what}")));
    assert_eq!(bless(&[], &head).expect("measured").runs.len(), 2, "without a base, all");
    assert_eq!(bless(&[], &[]), Err(BlessError::Empty));
    let failed = run(RunRow { status: Status::Failed, error: "no".into(), ..base.row.clone() });
    assert!(matches!(bless(std::slice::from_ref(&base), &[failed]), Err(BlessError::NotMeasured { .. })));
    assert!(matches!(bless(&[base], &[other.clone(), other]), Err(BlessError::Pair(PairError::Repeated { .. }))));
}
