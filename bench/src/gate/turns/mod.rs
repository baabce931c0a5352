//! A gate's job: two programs take turns at the same cells on one machine.
//!
//! What repeats exactly — memory, training from fixed seeds — is measured once by each. What is timed is measured in rounds, cell by cell:
//! base, head and the base once more, in an order that rotates, so that none always comes first and the base's second time shows
//! how far it differs from itself. However large the suite, the two times of a pair are no farther apart than one cell.

mod measured;

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use skipbench_reports::record::RunRow;
use skipbench_reports::store;

use crate::cell::{Cell, Task};
use crate::run::plan::{self, Planned};
use crate::run::runner::Stop;

use measured::Measured;

/// The job.
#[derive(Debug)]
pub struct Job<'a> {
    /// Program before the change.
    pub base: &'a Path,
    /// Program after it.
    pub head: &'a Path,
    /// The suite's text, which both run.
    pub suite: &'a str,
    /// How often what is timed is measured.
    pub rounds: u64,
    /// Begin no further round after so long.
    pub max_time: Duration,
    /// Where `base/` and `head/` are written, each as a run's directory.
    pub dir: &'a Path,
    /// Whether to go on.
    pub stop: &'a Stop,
}

/// Whose turn it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Base,
    Head,
    /// The base once more.
    Again,
}

/// What one program does in one turn.
#[derive(Debug, Clone, Copy)]
enum Turn<'a> {
    /// All cells of a task, whose numbers do not depend on the hour.
    Once(Task),
    /// One timed cell, in one round.
    Timed(&'a Cell, u64),
}

/// Does the whole job; `tell` hears what comes next.
///
/// # Errors
/// If a program cannot run the suite, or the job is interrupted. What was measured is in `dir` all the same.
pub fn take(job: &Job<'_>, mut tell: impl FnMut(&str)) -> Result<()> {
    fs::create_dir_all(job.dir).with_context(|| job.dir.display().to_string())?;
    let path = job.dir.join("suite.toml");
    store::replace(&path, job.suite)?;
    let cells = cells(job.head, &path)?;
    let (timed, once) = turns(&cells);
    let mut measured = Measured::default();
    for task in &once {
        for side in [Side::Base, Side::Head] {
            tell(&format!("{} of the {side:?}", task.word()).to_lowercase());
            turn(job, side, Turn::Once(*task), &mut measured)?;
        }
        measured.write(job.dir)?;
    }
    let start = Instant::now();
    for round in 0..job.rounds {
        if start.elapsed() > job.max_time {
            tell(&format!("{round} rounds, for the time is over"));
            break;
        }
        tell(&format!("round {} of {}", round + 1, job.rounds));
        let mut order = [Side::Base, Side::Head, Side::Again];
        order.rotate_left((round % 3) as usize);
        for cell in &timed {
            order.into_iter().try_for_each(|side| turn(job, side, Turn::Timed(cell, round), &mut measured))?;
        }
        measured.write(job.dir)?;
    }
    Ok(())
}

/// The suite's cells.
fn cells(program: &Path, suite: &Path) -> Result<Vec<Cell>> {
    let words = ["run".as_ref(), suite.as_os_str(), "--list".as_ref(), "--json".as_ref()];
    let output = Command::new(program).args(words).stderr(Stdio::inherit()).output();
    let output = output.with_context(|| program.display().to_string())?;
    ensure!(output.status.success(), "{}: it cannot run the suite", program.display());
    let cells: Vec<Planned> = serde_json::from_slice(&output.stdout).context("the list of cells")?;
    Ok(cells.into_iter().map(|planned| planned.cell).filter(|cell| !cell.twin).collect())
}

/// The timed cells, of the first seed alone, for a round is a repetition; and the tasks of the others.
fn turns(cells: &[Cell]) -> (Vec<&Cell>, Vec<Task>) {
    let (timed, others): (Vec<&Cell>, Vec<&Cell>) = cells.iter().partition(|cell| cell.task.is_timed());
    let first = timed.first().map(|cell| cell.seed);
    let mut once: Vec<Task> = Vec::new();
    for cell in others {
        if !once.contains(&cell.task) {
            once.push(cell.task);
        }
    }
    (timed.into_iter().filter(|cell| Some(cell.seed) == first).collect(), once)
}

/// One program's turn.
fn turn(job: &Job<'_>, side: Side, turn: Turn<'_>, measured: &mut Measured) -> Result<()> {
    if job.stop.soon() {
        bail!("interrupted");
    }
    let dir = tempfile::tempdir_in(job.dir)?;
    let run = dir.path().join("run");
    let program = if side == Side::Head { job.head } else { job.base };
    let words = turn.words();
    let output = Command::new(program)
        .args(["run".as_ref(), job.dir.join("suite.toml").as_os_str(), "--quiet".as_ref()])
        .args(["--filter", &words, "--out"])
        .arg(&run)
        .output()
        .with_context(|| program.display().to_string())?;
    let errors = String::from_utf8_lossy(&output.stderr);
    // 1: some cell could not be measured, which its row says.
    ensure!(
        matches!(output.status.code(), Some(0 | 1)),
        "the {side:?} could not run {words} ({}): {}",
        program.display(),
        errors.trim()
    );
    measured.take(side, turn, &run)
}

impl Turn<'_> {
    /// What picks its cells out of the suite's.
    fn words(&self) -> String {
        match self {
            Turn::Once(task) => format!("/{}/", task.word()),
            Turn::Timed(cell, _) => plan::path(cell),
        }
    }

    /// Whether the row is of this turn, and not of a cell whose name only begins or ends like it.
    fn wants(&self, row: &RunRow) -> bool {
        let Turn::Timed(cell, _) = self else { return true };
        let value = cell.sweep.as_ref().map(|point| point.value);
        let names = [row.group.as_str(), &row.model, &row.task, &row.device];
        names == [cell.group.as_str(), &cell.model, cell.task.word(), &cell.device.to_string()]
            && (row.seed, row.sweep_value, row.twin) == (cell.seed, value, false)
    }

    fn round(&self) -> Option<u64> {
        match self {
            Turn::Once(_) => None,
            Turn::Timed(_, round) => Some(*round),
        }
    }
}
