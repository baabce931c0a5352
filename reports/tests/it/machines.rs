//! Rows of one plan from several machines: accuracy and memory are pooled, times never meet.

use skipbench_reports::analyses::compare::{compare, rows};
use skipbench_reports::analyses::frontier::frontiers;
use skipbench_reports::analyses::group::group;
use skipbench_reports::analyses::metric::Metric;
use skipbench_reports::analyses::notes::notes;
use skipbench_reports::report::Report;
use skipbench_reports::rows::record::RunRow;
use skipbench_reports::rows::store::Run;

use super::{timed, trained};

/// The run as `host` measured it in a share of a plan.
fn on(host: &str, run: Run) -> Run {
    Run { row: RunRow { host: host.into(), plan: "0123456789abcdef".into(), ..run.row }, ..run }
}

/// Three seeds of two networks, each of which another machine trained.
fn accuracy() -> Vec<Run> {
    let of = |seed: u64| {
        let host = format!("m{seed}");
        [on(&host, trained("resnet", seed, 900 + seed)), on("m9", trained("dense", seed, 950 + seed))]
    };
    (1..=3).flat_map(of).collect()
}

#[test]
fn accuracy_of_one_plan_is_pooled_and_of_two_runs_it_is_not() {
    let groups = group(&accuracy());
    assert_eq!(groups.len(), 1);
    let lines = rows(&compare(&groups));
    let dense = lines.iter().find(|line| line.model == "dense" && line.metric == "test_accuracy").expect("measured");
    assert_eq!((dense.n, dense.pairs), (3, 3));
    let whole = |run: Run| Run { row: RunRow { plan: String::new(), ..run.row }, ..run };
    assert_eq!(group(&accuracy().into_iter().map(whole).collect::<Vec<Run>>()).len(), 4, "a group a machine");
}

/// The plant: one machine is ten times as fast. If times met, the ratio would be 10 or a tenth.
#[test]
fn times_of_two_machines_never_meet() {
    let mut runs = accuracy();
    for seed in 1..=3 {
        runs.push(on("slow", timed("resnet", seed, 100_000_000)));
        runs.push(on("fast", timed("dense", seed, 10_000_000)));
    }
    let report = Report::new(runs);
    for comparison in &report.comparisons {
        for member in &comparison.members {
            let ratio = member.entry(Metric::TrainThroughput).and_then(|entry| entry.ratio.as_ref());
            // A reference is compared with itself.
            assert!(ratio.is_none_or(|ratio| ratio.estimate.value == 1.0), "{}: {ratio:?}", member.model);
        }
    }
    for frontier in frontiers(&report.groups).iter().filter(|frontier| frontier.cost == Metric::TrainThroughput) {
        assert!(frontier.points.len() < 2, "{frontier:?}");
    }
    let hosts: Vec<&str> = report.origins.iter().map(|(_, origin)| origin.host.as_str()).collect();
    assert!(["slow", "fast", "m1", "m9"].iter().all(|host| hosts.contains(host)), "{hosts:?}");
}

#[test]
fn a_group_that_one_machine_timed_has_its_times_beside_the_accuracy() {
    let mut runs = accuracy();
    for seed in 1..=3 {
        runs.push(on("m5", timed("resnet", seed, 100_000_000)));
        runs.push(on("m5", timed("dense", seed, 50_000_000 + seed)));
    }
    let groups = group(&runs);
    assert_eq!((groups.len(), groups[0].identity.origin.host.as_str()), (1, "m5"));
    let points = |cost: Metric| frontiers(&groups).into_iter().find(|frontier| frontier.cost == cost);
    assert_eq!(points(Metric::TrainThroughput).expect("both").points.len(), 2);
}

/// A slow machine is as fast as it ever is: it is held against itself.
#[test]
fn a_slower_machine_is_no_machine_that_slowed_down() {
    let with = |host: &str, seed: u64, ceiling: f64| {
        let run = on(host, timed("resnet", seed, 1_000_000));
        let row =
            RunRow { ceiling_flops_per_s: Some(ceiling), warmup_ns: Some(1), warmup_steady: Some(true), ..run.row };
        Run { row, samples: Vec::new() }
    };
    let both = |seed: u64| [with("fast", seed, 100e9), with("slow", seed, 20e9)];
    let said = notes(&(1..=5).flat_map(both).collect::<Vec<Run>>());
    assert!(!said.iter().any(|note| note.contains("slower than usual")), "{said:?}");
}
