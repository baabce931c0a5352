//! Rounds on a fake machine with known times, drift and noise: the known ratio comes out, as precisely as was asked
//! for.

use std::path::Path;
use std::sync::Mutex;

use skipbench::internals::cell::{Cell, Measured, Outcome, Progress, Task};
use skipbench::internals::run::PlannedCell;
use skipbench::internals::run::Provenance;
use skipbench::internals::run::{CellResult, Runner, Stop};
use skipbench::internals::run::{Executor, Observer};
use skipbench::internals::run::{Goal, next, wide};
use skipbench_reports::analyses::compare::{Comparison, ComparisonVerdict, compare};
use skipbench_reports::analyses::group::group;
use skipbench_reports::analyses::metric::Metric;
use skipbench_reports::rows::journal::Journal;
use skipbench_reports::rows::record::RunRow;
use skipbench_reports::rows::store::read;

use super::cell;

/// A machine on which the plain network takes 10 ms and the residual one `ratio` times as long, that becomes a tenth of
/// a percent slower with every cell, and whose every cell strays by `noise`.
struct Machine {
    ratio: f64,
    noise: f64,
    cells: Mutex<u32>,
}

impl Runner for Machine {
    fn run(&self, cell: &Cell, _: &Path, _: &Stop, _: &dyn Fn(Progress)) -> Option<CellResult> {
        let mut count = self.cells.lock().expect("no thread panics");
        *count += 1;
        // The fraction of multiples of the golden ratio: even in [0, 1), and the same every time.
        let even = (f64::from(*count) * 0.618_033_988_749_895).fract();
        let own = if cell.model == "resnet8-w4" { self.ratio } else { 1.0 };
        let time = 1e7 * own * 1.001f64.powi(*count as i32) * (1.0 + self.noise * (2.0 * even - 1.0));
        let measured = Measured { params: Some(1), step_ns_median: Some(time as u64), ..Measured::default() };
        Some(Ok(Outcome { device_name: "fake".into(), measured, samples: Vec::new() }))
    }
}

struct Deaf;

impl Observer for Deaf {
    fn started(&mut self, _: usize, _: &PlannedCell) {}
    fn progressed(&mut self, _: usize, _: &PlannedCell, _: Progress) {}
    fn finished(&mut self, _: usize, _: &PlannedCell, _: &RunRow) {}
}

/// One round: the reference, the other, and the reference's twin.
fn first_round() -> Vec<PlannedCell> {
    let plan = |model: &str, twin: bool| PlannedCell {
        cell: Cell { twin, ..cell(model, Task::TrainStep) },
        reference: "plain8-w4".into(),
        budget: String::new(),
    };
    vec![plan("plain8-w4", false), plan("resnet8-w4", false), plan("plain8-w4", true)]
}

/// Runs rounds until `goal` is reached, forty at most; gives their number and the comparison.
fn run(machine: &Machine, goal: &Goal) -> (usize, Comparison) {
    let dir = tempfile::tempdir().expect("temp");
    let provenance = Provenance { suite: "s".into(), suite_sha256: "h".into(), host: "m".into(), command: "c".into() };
    let (mut journal, _) = Journal::open(dir.path()).expect("fresh");
    let stop = Stop::new();
    let executor = Executor { runner: machine, dir: dir.path(), provenance: &provenance, stop: &stop };
    let (mut planned, mut open) = (first_round(), first_round());
    for rounds in 1..40 {
        executor.run(&open, &mut journal, &mut Deaf).expect("rows are written");
        let runs = read(dir.path()).expect("whole");
        let wide = wide(&runs, goal);
        if wide.is_empty() {
            return (rounds, compare(&group(&runs)).remove(0));
        }
        open = next(&planned, &wide);
        planned.extend(open.iter().cloned());
    }
    panic!("never precise enough");
}

#[test]
fn a_known_ratio_comes_out_as_precisely_as_was_asked_for() {
    let goal = Goal { half_width: 0.01, max_time_s: 1 };
    let (rounds, comparison) = run(&Machine { ratio: 1.25, noise: 0.02, cells: Mutex::new(0) }, &goal);
    let entry = comparison.members[1].entry(Metric::TrainThroughput).expect("timed");
    let ratio = entry.ratio.expect("pairs").estimate;
    assert!(
        ratio.half_width().expect("interval") <= 0.01 && ratio.n == rounds && rounds > 3,
        "{rounds} rounds: {ratio:?}"
    );
    assert!(!ratio.excludes(0.8), "0.8 times as many images a second: {ratio:?}");
    assert_eq!(entry.verdict, ComparisonVerdict::Lower);
}

#[test]
fn less_noise_needs_fewer_rounds() {
    let goal = Goal { half_width: 0.01, max_time_s: 1 };
    let of = |noise| run(&Machine { ratio: 1.25, noise, cells: Mutex::new(0) }, &goal).0;
    assert!(of(0.002) < of(0.03));
}

#[test]
fn two_names_for_one_network_are_not_called_different() {
    let goal = Goal { half_width: 0.02, max_time_s: 1 };
    let (_, comparison) = run(&Machine { ratio: 1.0, noise: 0.02, cells: Mutex::new(0) }, &goal);
    let entry = comparison.members[1].entry(Metric::TrainThroughput).expect("timed");
    assert!(
        matches!(entry.verdict, ComparisonVerdict::NoDifferenceShown | ComparisonVerdict::WithinNoise),
        "{entry:?}"
    );
    assert!(comparison.noise_floor(Metric::TrainThroughput).is_some());
}

#[test]
fn seeds_take_turns_and_every_second_round_runs_backwards() {
    let mut planned = Vec::new();
    for seed in [1, 2] {
        let mut round: Vec<PlannedCell> = first_round();
        for planned in &mut round {
            planned.cell.seed = seed;
        }
        if seed == 2 {
            round.reverse();
        }
        planned.extend(round);
    }
    let wide = vec![skipbench::internals::run::Wide {
        group: "group".into(),
        model: "resnet8-w4".into(),
        task: Task::TrainStep,
        device: "flex".into(),
        half_width: None,
    }];
    let mut seen = Vec::new();
    for _ in 0..3 {
        let cells = next(&planned, &wide);
        let first = &cells[0].cell;
        seen.push((first.seed, first.round, first.model.clone(), first.twin));
        assert_eq!(cells.len(), 3, "pairs stay whole");
        planned.extend(cells);
    }
    let forwards = |seed, round| (seed, round, "plain8-w4".to_owned(), false);
    let backwards = |seed, round| (seed, round, "plain8-w4".to_owned(), true);
    assert_eq!(seen, [forwards(1, 1), backwards(2, 1), forwards(1, 2)]);
    let mut ids: Vec<String> = planned.iter().map(|planned| planned.cell.id()).collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), planned.len(), "every repetition is a cell of its own");
}
