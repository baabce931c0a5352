//! Times of programs that took turns, and of such as did not.

use skipbench_ci::config::{Config, Limits};
use skipbench_ci::finding::{Finding, Verdict};
use skipbench_ci::gate::{judge, judge_times};
use skipbench_ci::sets::SetTimes;
use skipbench_reports::rows::record::RunRow;

use super::gate::{judged, memory, run};
use super::job::{Job, Machine, Plant, row};

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
fn a_faster_head_is_improved() {
    let job = Job::new(Machine::QUIET, Plant::Slower(0.8), 1);
    assert_eq!(times(&job).iter().filter(|finding| finding.verdict == Verdict::Improved).count(), 1);
    assert_eq!(judged(&job.base, &job.head).exit_code(), 0);
}

#[test]
fn a_single_time_is_not_told_to_be_one_of_many() {
    let doubtful = |count: usize| {
        let sets = || SetTimes { head_ratios: vec![1.0, 1.3, 1.0, 1.2], ..SetTimes::default() };
        let times = (0..count).map(|number| (format!("step {number}"), Ok(sets()))).collect();
        judge_times(times, &Config::default()).findings[0].why.clone()
    };
    let (one, two) = (doubtful(1), doubtful(2));
    assert!(one.contains("beyond the limit of +3.0 %, but sets that differ so much can give that by chance"), "{one}");
    assert!(two.contains("but among the 2 times of this job"), "{two}");
}
