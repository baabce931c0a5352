//! The gate: what changed is found, what cannot be judged is refused, nothing else is said.

use skipbench_ci::bless::{BlessError, bless};
use skipbench_ci::config::{Config, Inconclusive};
use skipbench_ci::finding::{Finding, Verdict};
use skipbench_ci::gate::{Judgment, judge};
use skipbench_ci::pair::PairError;
use skipbench_reports::rows::record::{RunRow, Status};
use skipbench_reports::rows::store::Run;

use super::job::{Job, Machine, Plant, row};

fn run(row: RunRow) -> Run {
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

fn judged(base: &[Run], head: &[Run]) -> Judgment {
    judge(base, head, &Config::default()).expect("judged")
}

fn changed(base: &[Run], head: &[Run]) -> Vec<(&'static str, Verdict)> {
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
fn peak_heap_may_vary_by_half_a_percent_and_no_more() {
    let base = [memory("resnet", 1_000_000)];
    assert_eq!(changed(&base, &[memory("resnet", 1_004_900)]), []);
    assert_eq!(changed(&base, &[memory("resnet", 1_005_100)]), [("heap_peak_bytes", Verdict::Regressed)]);
    assert_eq!(changed(&base, &[memory("resnet", 990_000)]), [("heap_peak_bytes", Verdict::Improved)]);
}

type Count = fn(&mut RunRow) -> &mut Option<u64>;

/// Every count of work.
const WORK: [(&str, Count); 6] = [
    ("work_allocations", |row| &mut row.work_allocations),
    ("work_allocated_bytes", |row| &mut row.work_allocated_bytes),
    ("work_kernel_calls", |row| &mut row.work_kernel_calls),
    ("work_kernel_macs", |row| &mut row.work_kernel_macs),
    ("work_kernel_bytes", |row| &mut row.work_kernel_bytes),
    ("work_instructions", |row| &mut row.work_instructions),
];

/// A memory cell with so much of that work.
fn worked(of: Count, work: Option<u64>) -> Run {
    let mut run = memory("resnet", 1_000_000);
    *of(&mut run.row) = work;
    run
}

#[test]
fn work_may_vary_by_half_a_percent_and_no_more() {
    for (name, of) in WORK {
        let base = [worked(of, Some(1_000_000))];
        let against = |work| changed(&base, &[worked(of, work)]);
        assert_eq!(against(Some(1_004_900)), []);
        assert_eq!(against(Some(1_005_100)), [(name, Verdict::Regressed)]);
        assert_eq!(against(Some(994_900)), [(name, Verdict::Improved)]);
        assert_eq!(against(None), [(name, Verdict::Regressed)], "no longer counted");
        assert_eq!(changed(&[worked(of, None)], &base), [], "an older base");
    }
}

#[test]
fn on_another_machine_only_what_kernels_were_asked_for_is_judged() {
    for (name, of) in WORK {
        let there = |work| {
            let mut run = worked(of, work);
            run.row.host = "m2".into();
            changed(&[worked(of, Some(1_000_000))], &[run])
        };
        let heap = ("heap_peak_bytes", Verdict::Refused);
        if name.starts_with("work_kernel_") {
            assert_eq!(there(Some(1_005_100)), [(name, Verdict::Regressed), heap]);
        } else {
            assert_eq!(there(Some(1_005_100)), [heap, (name, Verdict::Refused)]);
        }
        let lacking = if name == "work_instructions" { Verdict::Refused } else { Verdict::Regressed };
        assert!(there(None).contains(&(name, lacking)), "{name}: a machine may have no counter, but it has a heap");
    }
}

#[test]
fn whatever_is_exact_must_be_equal_whichever_way_it_differs() {
    let base = [memory("resnet", 1_000_000)];
    let own = &base[0].row;
    let heads = [
        ("params", RunRow { params: Some(999), ..own.clone() }),
        ("params", RunRow { params: Some(1001), ..own.clone() }),
        ("macs", RunRow { macs: None, ..own.clone() }),
        ("output_shape", RunRow { output_shape: "64x11".into(), ..own.clone() }),
        ("loss", RunRow { loss: Some(2.5 + 1e-15), ..own.clone() }),
        ("loss", RunRow { loss: None, ..own.clone() }),
    ];
    for (metric, head) in heads {
        assert_eq!(changed(&base, &[run(head)]), [(metric, Verdict::Regressed)]);
    }
}

#[test]
fn another_machine_has_the_same_counts_nearly_the_same_loss_and_a_heap_of_its_own() {
    let base = [memory("resnet", 1_000_000)];
    let there = |loss: f64| run(RunRow { host: "m2".into(), loss: Some(loss), ..memory("resnet", 2_000_000).row });
    assert_eq!(changed(&base, &[there(2.501)]), [("heap_peak_bytes", Verdict::Refused)]);
    assert_eq!(judged(&base, &[there(2.501)]).exit_code(), 0, "the rest was judged, and passes");
    let far = changed(&base, &[there(2.51)]);
    assert_eq!(far, [("loss", Verdict::Regressed), ("heap_peak_bytes", Verdict::Refused)]);
}

#[test]
fn what_an_older_base_does_not_have_is_not_judged() {
    let older = RunRow { output_shape: String::new(), ..memory("resnet", 1_000_000).row };
    assert_eq!(changed(&[run(older)], &[memory("resnet", 1_000_000)]), []);
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

fn times(job: &Job) -> Vec<Finding> {
    let judgment = judged(&job.base, &job.head);
    judgment.findings.into_iter().filter(|finding| finding.metric == "step_ns_median").collect()
}

#[test]
fn times_of_another_machine_hour_or_order_are_refused_with_the_reason() {
    let job = || Job::new(Machine::QUIET, Plant::Slower(2.0), 1);
    assert!(
        times(&job()).iter().any(|finding| finding.verdict == Verdict::Regressed),
        "taken in turns, they are judged"
    );
    let change = |edit: fn(&mut RunRow)| {
        let mut job = job();
        job.head.iter_mut().for_each(|run| edit(&mut run.row));
        times(&job)
    };
    for (reason, found) in [
        ("two machines", change(|row| row.host = "m2".into())),
        ("two hours", change(|row| row.started = row.started.replace("2026-11-24", "2026-11-25"))),
        ("two hours", change(|row| row.started = "at noon".into())),
    ] {
        assert!(
            found.iter().all(|finding| finding.verdict == Verdict::Refused && finding.why.contains(reason)),
            "{found:?}"
        );
    }
    let mut at_once = job();
    for run in at_once.base.iter_mut().chain(&mut at_once.head) {
        run.row.wall_ns = 30_000_000_000;
    }
    assert!(
        times(&at_once).iter().all(|finding| finding.verdict == Verdict::Refused && finding.why.contains("at once"))
    );
    // The head a second before the base, every time.
    let mut ordered = job();
    for (base, head) in ordered.base.clone().iter().filter(|run| !run.row.twin).zip(&mut ordered.head) {
        head.row.started = base.row.started.replace('Z', ".5Z");
    }
    assert!(times(&ordered).iter().all(|finding| finding.why.contains("did not take turns")));
}

#[test]
fn times_without_a_noise_floor_enough_rounds_or_below_the_limit_are_inconclusive() {
    let inconclusive = |job: &Job, reason: &str| {
        let found = times(job);
        let all = found.iter().all(|one| one.verdict == Verdict::Inconclusive && one.why.contains(reason));
        assert!(all && !found.is_empty(), "{reason}: {found:?}");
        assert_eq!(judged(&job.base, &job.head).exit_code(), 3);
    };
    let mut alone = Job::new(Machine::QUIET, Plant::Nothing, 1);
    alone.base.retain(|run| !run.row.twin);
    inconclusive(&alone, "a second time");
    let mut few = Job::new(Machine::QUIET, Plant::Nothing, 1);
    few.base.retain(|run| run.row.round < 4);
    few.head.retain(|run| run.row.round < 4);
    inconclusive(&few, "4 pairs");
    inconclusive(&Job::new(Machine::HOSTED, Plant::Nothing, 1), "above the limit of 3.0 %");
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
fn a_faster_head_is_improved() {
    let job = Job::new(Machine::QUIET, Plant::Slower(0.8), 1);
    assert_eq!(times(&job).iter().filter(|finding| finding.verdict == Verdict::Improved).count(), 1);
    assert_eq!(judged(&job.base, &job.head).exit_code(), 0);
}

#[test]
fn accuracy_may_be_lower_by_less_than_the_margin() {
    let verdict = |base: [u64; 4], head: [u64; 4]| {
        let seeds = |all: [u64; 4]| (1..).zip(all).map(|(seed, correct)| trained(seed, correct)).collect::<Vec<Run>>();
        let findings = judged(&seeds(base), &seeds(head)).findings;
        let accuracy = findings.iter().find(|finding| finding.metric == "test_accuracy").expect("judged");
        (accuracy.verdict, accuracy.why.clone())
    };
    let base = [950, 960, 955, 953];
    assert_eq!(verdict(base, base).0, Verdict::Pass, "equal, to the image");
    assert_eq!(verdict(base, [948, 957, 954, 951]).0, Verdict::Pass, "two tenths of a point less");
    assert_eq!(verdict(base, [910, 915, 912, 909]).0, Verdict::Regressed);
    assert_eq!(verdict(base, [990, 998, 995, 993]).0, Verdict::Improved);
    let (unsure, why) = verdict(base, [900, 990, 880, 970]);
    assert!(unsure == Verdict::Inconclusive && why.contains("4 seeds"), "{why}");
    // Alike in every seed: the spread of one image, and whatever 0.9 − 0.88 is in binary.
    assert_eq!(verdict([900; 4], [883; 4]).0, Verdict::Pass);
    assert_eq!(verdict([900; 4], [880; 4]).0, Verdict::Inconclusive, "the margin itself is neither kept nor passed");
    assert_eq!(verdict([900; 4], [876; 4]).0, Verdict::Regressed);
    let one = judged(&[trained(1, 950)], &[trained(1, 949)]).findings;
    assert!(one.iter().any(|finding| finding.verdict == Verdict::Inconclusive && finding.why.contains("single seed")));
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
