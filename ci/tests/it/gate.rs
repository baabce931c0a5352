//! The gate: what changed is found, what cannot be judged is refused, nothing else is said.

use skipbench_ci::bless::{BlessError, bless};
use skipbench_ci::config::{Config, Inconclusive, Limits};
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
    job.judged().findings.into_iter().filter(|finding| finding.metric == "step_ns_median").collect()
}

type Edit = fn(&mut RunRow);

#[test]
fn times_that_did_not_take_turns_are_refused_with_the_reason() {
    let job = || Job::new(Machine::QUIET, Plant::Slower(2.0), 1);
    assert!(
        times(&job()).iter().any(|finding| finding.verdict == Verdict::Regressed),
        "taken in turns, they are judged"
    );
    let alone = |row: &mut RunRow| (row.round, row.set) = (row.set.unwrap_or_default(), None);
    let in_a_run = |row: &mut RunRow| row.time_reference = "resnet20".into();
    let edits: [(&str, Edit); 3] =
        [("two machines", |row| row.host = "m2".into()), ("two separate runs", in_a_run), ("earlier skipbench", alone)];
    for (reason, edit) in edits {
        let mut job = job();
        job.head.iter_mut().filter(|run| run.row.set.is_some()).for_each(|run| edit(&mut run.row));
        if reason == "earlier skipbench" {
            job.base.iter_mut().filter(|run| run.row.set.is_some()).for_each(|run| edit(&mut run.row));
        }
        let found = times(&job);
        let all = found.iter().all(|one| one.verdict == Verdict::Refused && one.why.contains(reason));
        assert!(all && found.len() == 8, "{reason}: {found:?}");
    }
}

#[test]
fn an_epoch_is_refused_for_it_takes_no_turns() {
    let epoch = run(RunRow { epoch_ns_median: Some(5_000_000_000), ..row("net", "train-epoch", &mut 0) });
    let found = judged(std::slice::from_ref(&epoch), &[epoch.clone(), memory("net", 1)]).findings;
    assert!(
        found.iter().any(|one| one.verdict == Verdict::Refused && one.why.contains("gate train-step")),
        "{found:?}"
    );
}

#[test]
fn what_a_single_set_or_a_noisy_machine_leaves_open_says_what_would_help() {
    let inconclusive = |job: &Job, reason: &str| {
        let found: Vec<Finding> = times(job).into_iter().filter(|one| one.verdict == Verdict::Inconclusive).collect();
        assert!(!found.is_empty() && found.iter().all(|one| one.why.contains(reason)), "{reason}: {found:?}");
        assert_eq!(job.judged().exit_code(), 3);
    };
    inconclusive(&Job::with_sets(Machine::QUIET, Plant::Nothing, 1, 1), "a single set has no interval");
    inconclusive(&Job::new(Machine::HOSTED, Plant::Nothing, 1), "--sets");
}

#[test]
fn a_floor_above_the_limit_does_not_silence_a_verdict_that_its_interval_carries() {
    let mut job = Job::new(Machine::QUIET, Plant::Slower(1.3), 1);
    for (index, twin) in job.base.iter_mut().filter(|run| run.row.twin).enumerate() {
        twin.row.time_ratio = Some(if index % 2 == 0 { 1.2 } else { 0.9 });
    }
    let found = times(&job);
    assert!(found.iter().all(|one| one.noise_floor > Some(one.limit)), "{found:?}");
    assert_eq!(found.iter().filter(|one| one.verdict == Verdict::Regressed).count(), 1);
    assert_eq!(found.iter().filter(|one| one.verdict == Verdict::Pass).count(), 7);
    // Without a second time of the base there is no floor, but a verdict.
    job.base.retain(|run| !run.row.twin);
    assert!(times(&job).iter().all(|one| one.noise_floor.is_none() && one.verdict != Verdict::Inconclusive));
}

#[test]
fn what_layout_alone_does_is_the_least_limit() {
    let mut job = Job::new(Machine::QUIET, Plant::Slower(1.06), 1);
    let verdict = |job: &Job| {
        let found = times(job);
        let planted = found.iter().find(|one| one.cell.contains("net3")).expect("the planted cell");
        (planted.verdict, planted.limit, planted.layout.is_some())
    };
    assert_eq!(verdict(&job), (Verdict::Regressed, 0.03, true));
    for run in job.relinked.iter_mut().filter(|run| run.row.model == "net3") {
        run.row.time_ratio = Some(1.0 / 1.1);
    }
    let (of_layout, limit, _) = verdict(&job);
    assert!(of_layout == Verdict::Pass && (limit - 0.1).abs() < 1e-9, "{of_layout:?}, {limit}");
    job.relinked.clear();
    assert_eq!(verdict(&job), (Verdict::Regressed, 0.03, false));
}

#[test]
fn the_chance_of_the_limits_is_asked_of_a_regression_after_correction() {
    let job = Job::new(Machine::BUSY, Plant::Slower(1.06), 3);
    let regressed = |chance: f64| {
        let limits = Limits { chance, ..Limits::default() };
        let config = Config { limits, ..Config::default() };
        judge(&job.base, &job.head, &config).expect("judged").count(Verdict::Regressed)
    };
    assert_eq!((regressed(0.01), regressed(1e-9)), (1, 0));
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
