//! What was timed in sets, and what was timed alone, is never put together.

use std::path::PathBuf;

use skipbench_reports::analyses::compare::compare;
use skipbench_reports::analyses::diff::diff;
use skipbench_reports::analyses::group::group;
use skipbench_reports::analyses::metric::Metric;
use skipbench_reports::analyses::notes::notes;
use skipbench_reports::analyses::scaling::curves;
use skipbench_reports::figure::figures;
use skipbench_reports::report::Report;
use skipbench_reports::rows::latest::latest;
use skipbench_reports::rows::record::RunRow;
use skipbench_reports::rows::store::Run;

use super::super::{timed, trained};
use super::sitting;

fn old() -> Vec<Run> {
    (1..=3).flat_map(|seed| [timed("resnet", seed, 50_000_000), timed("dense", seed, 100_000_000)]).collect()
}

fn new() -> Vec<Run> {
    sitting("train-step", &[("dense", &[1.25, 1.251, 1.249])])
}

#[test]
fn rounds_and_sets_of_one_model_make_two_groups() {
    for runs in [[old(), new()].concat(), [new(), old()].concat()] {
        let mut found: Vec<(usize, f64)> = compare(&group(&runs))
            .iter()
            .map(|one| one.members[1].entry(Metric::TrainThroughput).and_then(|entry| entry.ratio).expect("a ratio"))
            .map(|ratio| (ratio.estimate.n, (ratio.estimate.value * 100.0).round()))
            .collect();
        found.sort_by(|a, b| a.1.total_cmp(&b.1));
        assert_eq!(found, [(3, 50.0), (3, 80.0)]);
    }
}

#[test]
fn accuracies_by_seed_and_times_by_set_stand_in_one_group() {
    let trained: Vec<Run> =
        (1..=3).flat_map(|seed| [trained("resnet", seed, 950), trained("dense", seed, 960)]).collect();
    let groups = group(&[trained, new()].concat());
    assert_eq!(groups.len(), 1);
    assert_eq!(groups[0].members[1].mean(Metric::Params).expect("counted").n, 3, "a set counts no parameters anew");
}

#[test]
fn a_member_that_was_timed_alone_has_a_time_but_no_ratio_and_is_named() {
    let runs = [new(), vec![timed("large", 1, 90_000_000), timed("large", 2, 91_000_000)]].concat();
    let compared = compare(&group(&runs));
    assert_eq!(compared.len(), 1);
    let large = compared[0].members[2].entry(Metric::TrainThroughput).expect("timed");
    assert_eq!((large.value.n, large.ratio), (2, None));
    let notes = notes(&runs);
    assert_eq!(
        notes,
        ["timed alone while others of the group took turns, and so not compared with them in time: large train-step \
          in pair. To compare them too, free memory or make the group smaller."]
    );
}

#[test]
fn turns_that_were_left_out_are_told() {
    let mut runs = new();
    runs[0].row.dropped_turns = Some(3);
    assert_eq!(
        notes(&runs),
        ["3 of 240 turns are left out of the ratios, because something else delayed the machine. If it is more than \
          a few, measure again on a quieter machine."]
    );
}

/// Two runs were in no set together, whatever the numbers of their sets.
#[test]
fn a_diff_of_two_runs_goes_by_absolute_times() {
    let mut after = new();
    after.iter_mut().for_each(|run| run.row.step_ns_median = run.row.step_ns_median.map(|ns| ns * 2));
    let diff = diff(&group(&new()), &group(&after));
    let dense = diff.changes.iter().find(|change| change.model == "dense" && change.metric == Metric::TrainThroughput);
    let ratio = dense.and_then(|change| change.ratio).expect("sets of both").estimate;
    assert!((ratio.value - 0.5).abs() < 1e-6, "{ratio:?}");
}

#[test]
fn a_point_of_a_sweep_counts_its_sets_or_else_its_rounds() {
    let at = |run: Run, value: u64| Run {
        row: RunRow { sweep: "depth".into(), sweep_line: "dense".into(), sweep_value: Some(value), ..run.row },
        ..run
    };
    let sets = new().into_iter().filter(|run| run.row.model == "dense");
    let runs: Vec<Run> = sets.map(|run| at(run, 8)).chain(old().into_iter().map(|run| at(run, 8))).collect();
    let curves = curves(&runs);
    let curve = curves.iter().find(|curve| curve.metric == Metric::TrainThroughput).expect("timed");
    let second = 100.0 * 1e9 / (5e7 * 1.33_f64.powi(2) * 1.251);
    assert!((curve.points[0].1 / second - 1.0).abs() < 1e-6, "{:?}", curve.points);
}

/// Parts of a step, one millisecond in sets and nine alone.
#[test]
fn parts_of_a_step_in_sets_are_not_averaged_with_others() {
    let part = |run: Run, ms: u64| Run { row: RunRow { forward_ns_median: Some(ms * 1_000_000), ..run.row }, ..run };
    let runs: Vec<Run> =
        new().into_iter().map(|run| part(run, 1)).chain(old().into_iter().map(|run| part(run, 9))).collect();
    let figures = figures(&Report::new(runs));
    let parts = figures.iter().find(|figure| figure.id.starts_with("parts")).expect("drawn");
    let forward = &parts.series[0].points;
    assert!(forward.iter().all(|point| (point.x.value - 1.0).abs() < 1e-9), "{forward:?}");
}

/// Seeds take turns over sets, so that a later record with fewer sets than seeds still measured the same.
#[test]
fn a_record_in_sets_takes_the_place_of_one_in_rounds_but_not_the_other_way_round() {
    let record = |day: &str, runs: Vec<Run>| (PathBuf::from(format!("m/2026-11-{day}-test")), runs);
    let two: Vec<Run> = new().into_iter().filter(|run| run.row.set < Some(3)).collect();
    let (runs, notes) = latest(vec![record("24", old()), record("25", two.clone())]);
    assert_eq!((runs.len(), notes.len()), (4, 1), "{notes:?}");
    let (runs, notes) = latest(vec![record("24", two), record("25", old())]);
    assert_eq!((runs.len(), notes.len()), (10, 0), "{notes:?}");
}
