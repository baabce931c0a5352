//! A gate's job: two programs take turns at the same cells on one machine.
//!
//! What repeats exactly — memory, training from fixed seeds — is measured once by each. What is timed is measured in
//! rounds, cell by cell: base, head and the base once more, in an order that rotates, so that none always comes first
//! and the base's second time shows how far it differs from itself. However large the suite, the two times of a pair
//! are no farther apart than one cell.

mod collected;
mod turn;

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, bail, ensure};
use skipbench_reports::rows::store;

use super::job::Job;
use crate::cell::{Cell, Task};
use crate::run::plan::PlannedCell;
use crate::run::runner::Stop;

use collected::Collected;
use turn::{Selection, Side};

/// Does the whole job; `tell` hears what comes next.
///
/// # Errors
/// If a program cannot run the suite, or the job is interrupted. What was measured is in the job's directory all the
/// same.
pub(crate) fn run(job: &Job, stop: &Stop, mut tell: impl FnMut(&str)) -> Result<()> {
    let path = job.dir.join("suite.toml");
    store::replace(&path, &job.suite)?;
    let cells = cells(&job.head, &path)?;
    let (timed, untimed) = divide(&cells);
    let mut interleaving = Interleaving { job, stop, collected: Collected::default() };
    for task in untimed {
        for side in [Side::Base, Side::Head] {
            tell(&format!("{} of the {side:?}", task.word()).to_lowercase());
            interleaving.turn(side, Selection::Task(task))?;
        }
        interleaving.collected.write(&job.dir)?;
    }
    let start = Instant::now();
    for round in 0..job.rounds {
        if start.elapsed() > job.max_time {
            tell(&format!("{round} rounds, for the time is over"));
            break;
        }
        tell(&format!("round {} of {}", round + 1, job.rounds));
        interleaving.round(&timed, round)?;
    }
    Ok(())
}

/// The suite's cells.
fn cells(program: &Path, suite: &Path) -> Result<Vec<Cell>> {
    let words = ["run".as_ref(), suite.as_os_str(), "--list".as_ref(), "--json".as_ref()];
    let output = Command::new(program).args(words).stderr(Stdio::inherit()).output();
    let output = output.with_context(|| program.display().to_string())?;
    ensure!(output.status.success(), "{}: it cannot run the suite", program.display());
    let cells: Vec<PlannedCell> = serde_json::from_slice(&output.stdout).context("the list of cells")?;
    Ok(cells.into_iter().map(|planned| planned.cell).filter(|cell| !cell.twin).collect())
}

/// The timed cells, of the first seed alone, for a round is a repetition; and the tasks of the others.
fn divide(cells: &[Cell]) -> (Vec<&Cell>, Vec<Task>) {
    let (timed, others): (Vec<&Cell>, Vec<&Cell>) = cells.iter().partition(|cell| cell.task.is_timed());
    let first = timed.first().map(|cell| cell.seed);
    let mut tasks: Vec<Task> = Vec::new();
    for cell in others {
        if !tasks.contains(&cell.task) {
            tasks.push(cell.task);
        }
    }
    (timed.into_iter().filter(|cell| Some(cell.seed) == first).collect(), tasks)
}

/// A job that goes on.
struct Interleaving<'a> {
    job: &'a Job,
    stop: &'a Stop,
    collected: Collected,
}

impl Interleaving<'_> {
    /// Every timed cell once by each side.
    fn round(&mut self, cells: &[&Cell], round: u64) -> Result<()> {
        let mut order = [Side::Base, Side::Head, Side::Again];
        order.rotate_left((round % 3) as usize);
        for cell in cells {
            order.into_iter().try_for_each(|side| self.turn(side, Selection::Timed(cell, round)))?;
        }
        self.collected.write(&self.job.dir)
    }

    /// One program's turn.
    fn turn(&mut self, side: Side, selection: Selection<'_>) -> Result<()> {
        if self.stop.soon() {
            bail!("interrupted");
        }
        let dir = tempfile::tempdir_in(&self.job.dir)?;
        let run = dir.path().join("run");
        let program = if side == Side::Head { &self.job.head } else { &self.job.base };
        let filter = selection.filter();
        let output = Command::new(program)
            .args(["run".as_ref(), self.job.dir.join("suite.toml").as_os_str(), "--quiet".as_ref()])
            .args(["--filter", &filter, "--out"])
            .arg(&run)
            .output()
            .with_context(|| program.display().to_string())?;
        let errors = String::from_utf8_lossy(&output.stderr);
        // 1: some cell could not be measured, which its row says.
        ensure!(
            matches!(output.status.code(), Some(0 | 1)),
            "the {side:?} could not run {filter} ({}): {}",
            program.display(),
            errors.trim()
        );
        self.collected.take(side, selection, &run)
    }
}
