//! A gate's job: two programs take turns at the same cells on one machine.
//!
//! What repeats exactly — memory, training from fixed seeds — is measured once by each. What is timed is measured in
//! rounds, cell by cell: base, head and the base once more, in an order that rotates, so that none always comes first
//! and the base's second time shows how far it differs from itself. However large the suite, the two times of a pair
//! are no farther apart than one cell.

mod collected;
mod turn;

use std::process::{Command, Output, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use skipbench_reports::rows::store;

use super::job::Job;
use crate::cell::{Cell, Task};
use crate::lockstep::process::guard;
use crate::run::plan::PlannedCell;
use crate::run::runner::Stop;
use crate::system::executable::{self, Executable};
use crate::system::interrupt::{INTERRUPTED, Interrupted};

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
    let (timed, untimed) = divide(&job.cells);
    let mut interleaving = Interleaving { job, stop, collected: Collected::default() };
    for task in untimed {
        for side in [Side::Base, Side::Head] {
            tell(&format!("{} of the {}", task.word(), side.word()));
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

/// The cells of the suite of that text, as a program has them.
///
/// # Errors
/// If it cannot run the suite.
pub(super) fn list(program: &Executable, suite: &str) -> Result<Vec<Cell>> {
    let file = tempfile::Builder::new().suffix(".toml").tempfile()?;
    store::replace(file.path(), suite)?;
    let words = ["run".as_ref(), file.path().as_os_str(), "--list".as_ref(), "--json".as_ref()];
    let output = guarded(program)?.args(words).stderr(Stdio::inherit()).output();
    let (name, output) = (program.name().display(), output.with_context(|| program.name().display().to_string())?);
    ensure_not_interrupted(&output)?;
    ensure!(output.status.success(), "{name}: it cannot run the suite");
    let cells: Vec<PlannedCell> = serde_json::from_slice(&output.stdout).context("the list of cells")?;
    Ok(cells.into_iter().map(|planned| planned.cell).filter(|cell| !cell.twin).collect())
}

/// A command that starts a program which ends with this one, also where this one is killed.
fn guarded(program: &Executable) -> Result<Command> {
    Ok(guard(executable::own()?.command()?, program.path()?))
}

fn ensure_not_interrupted(output: &Output) -> Result<()> {
    if output.status.code() == Some(i32::from(INTERRUPTED)) {
        return Err(Interrupted.into());
    }
    Ok(())
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
            return Err(Interrupted.into());
        }
        let dir = tempfile::tempdir_in(&self.job.dir)?;
        let run = dir.path().join("run");
        let program = if side == Side::Head { &self.job.head } else { &self.job.base };
        let filter = selection.filter();
        let output = guarded(program)?
            .args(["run".as_ref(), self.job.dir.join("suite.toml").as_os_str(), "--quiet".as_ref()])
            .args(["--filter", &filter, "--out"])
            .arg(&run)
            .output()
            .with_context(|| program.name().display().to_string())?;
        ensure_not_interrupted(&output)?;
        let errors = String::from_utf8_lossy(&output.stderr);
        // 1: some cell could not be measured, which its row says.
        ensure!(
            matches!(output.status.code(), Some(0 | 1)),
            "the {} could not run {filter} ({}): {}",
            side.word(),
            program.name().display(),
            errors.trim()
        );
        self.collected.take(side, selection, &run)
    }
}
