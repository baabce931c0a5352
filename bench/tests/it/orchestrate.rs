//! From plan to rows with a fake runner: no process, no network, milliseconds.

use std::path::Path;
use std::sync::Mutex;

use skipbench::internals::cell::{Cell, Measured, Outcome, Progress, Sample, Task};
use skipbench::internals::run::PlannedCell;
use skipbench::internals::run::Provenance;
use skipbench::internals::run::{CellFailure, CellResult, Runner, Stop};
use skipbench::internals::run::{Executor, Observer, Tally};
use skipbench_reports::rows::journal::Journal;
use skipbench_reports::rows::record::{RunRow, Status};
use skipbench_reports::rows::store::read;

use super::cell;

/// Gives 90 % of right answers, fails where told to, and stops the run after so many cells.
struct Fake<'a> {
    fails: &'a str,
    stop_after: usize,
    ran: Mutex<Vec<String>>,
}

impl Runner for Fake<'_> {
    fn run(&self, cell: &Cell, _: &Path, stop: &Stop, tell: &dyn Fn(Progress)) -> Option<CellResult> {
        tell(Progress { done: 1, total: 2, epoch: 1, epochs: 1, loss: None });
        let mut ran = self.ran.lock().expect("no thread panics");
        ran.push(cell.label());
        if ran.len() == self.stop_after {
            stop.raise();
        }
        if cell.model == self.fails {
            return Some(Err(CellFailure { status: Status::Crashed, error: "died".into() }));
        }
        let measured = Measured { test_correct: Some(900), test_total: Some(1000), ..Measured::default() };
        let samples = vec![Sample::new("loss", 1, 0.25)];
        Some(Ok(Outcome { device_name: "fake".into(), measured, samples }))
    }
}

#[derive(Default)]
struct Heard(Vec<String>);

impl Observer for Heard {
    fn started(&mut self, _: usize, planned: &PlannedCell) {
        self.0.push(format!("start {}", planned.cell.seed));
    }
    fn progressed(&mut self, _: usize, planned: &PlannedCell, _: Progress) {
        self.0.push(format!("progress {}", planned.cell.seed));
    }
    fn finished(&mut self, _: usize, _: &PlannedCell, row: &RunRow) {
        self.0.push(format!("row {}", row.seed));
    }
}

fn planned(models: &[&str], concurrent: usize) -> Vec<PlannedCell> {
    let one = |(index, model): (usize, &&str)| {
        let cell = Cell { seed: index as u64 + 1, concurrent, ..cell(model, Task::Train) };
        PlannedCell { cell, reference: "resnet8-w4".into(), budget: "params".into() }
    };
    models.iter().enumerate().map(one).collect()
}

fn run(dir: &Path, planned: &[PlannedCell], fake: &Fake, stop: &Stop) -> (Tally, Heard) {
    let provenance = Provenance {
        suite: "s".into(),
        suite_sha256: "h".into(),
        host: "m".into(),
        command: "c".into(),
        pilot_sets: None,
        plan: String::new(),
    };
    let (mut journal, _) = Journal::open(dir).expect("fresh");
    let mut heard = Heard::default();
    let executor = Executor { runner: fake, dir, provenance: &provenance, stop };
    let tally = executor.run(planned, &mut journal, &mut heard).expect("rows are written");
    (tally, heard)
}

#[test]
fn every_cell_gives_a_row_and_a_failure_costs_only_its_own() {
    let dir = tempfile::tempdir().expect("temp");
    let fake = Fake { fails: "plain8-w4", stop_after: 99, ran: Mutex::default() };
    let (tally, heard) = run(dir.path(), &planned(&["resnet8-w4", "plain8-w4", "resnet8-w4"], 1), &fake, &Stop::new());
    assert_eq!(tally, Tally { measured: 2, broken: 1, left: 0 });
    let runs = read(dir.path()).expect("whole");
    let statuses: Vec<_> =
        runs.iter().map(|run| (run.row.status, run.row.error.as_str(), run.row.test_correct)).collect();
    assert_eq!(statuses, [(Status::Ok, "", Some(900)), (Status::Crashed, "died", None), (Status::Ok, "", Some(900))]);
    assert_eq!(runs[0].samples[0].value, 0.25);
    assert!(runs.iter().all(|run| run.row.suite == "s" && run.row.host == "m" && !run.row.started.is_empty()));
    assert_eq!(heard.0[..3], ["start 1", "progress 1", "row 1"]);
}

#[test]
fn a_stop_finishes_the_row_in_hand_and_begins_no_other() {
    let dir = tempfile::tempdir().expect("temp");
    let fake = Fake { fails: "", stop_after: 2, ran: Mutex::default() };
    let (tally, _) = run(dir.path(), &planned(&["resnet8-w4"; 5], 1), &fake, &Stop::new());
    assert_eq!(tally, Tally { measured: 2, broken: 0, left: 3 });
    assert_eq!(read(dir.path()).expect("whole").len(), 2);
}

#[test]
fn cells_that_share_the_machine_are_each_run_once() {
    let dir = tempfile::tempdir().expect("temp");
    let fake = Fake { fails: "", stop_after: 99, ran: Mutex::default() };
    let (tally, _) = run(dir.path(), &planned(&["resnet8-w4"; 12], 3), &fake, &Stop::new());
    assert_eq!(tally.measured, 12);
    let mut ran = fake.ran.into_inner().expect("no thread panics");
    ran.sort();
    ran.dedup();
    assert_eq!(ran.len(), 12);
}
