//! A gate's job: two programs take turns at the same cells on one machine.
//!
//! What repeats exactly — memory, training from fixed seeds — is measured once by each. What is timed is measured in rounds, task by task:
//! base, head and the base once more, in an order that rotates, so that none always comes first and the base's second time shows
//! how far it differs from itself.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use skipbench_reports::store::{self, Run};

use crate::cell::Task;
use crate::plan::Planned;
use crate::runner::Stop;

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

/// What a job has measured so far.
#[derive(Debug, Default)]
struct Measured {
    base: Vec<Run>,
    head: Vec<Run>,
    plans: [Vec<Value>; 2],
    host: String,
}

/// Does the whole job; `tell` hears what comes next.
///
/// # Errors
/// If a program cannot run the suite, or the job is interrupted. What was measured is in `dir` all the same.
pub fn take(job: &Job<'_>, mut tell: impl FnMut(&str)) -> Result<()> {
    fs::create_dir_all(job.dir).with_context(|| job.dir.display().to_string())?;
    let path = job.dir.join("suite.toml");
    store::replace(&path, job.suite)?;
    let (timed, once) = tasks(job.head, &path)?;
    let mut measured = Measured::default();
    for task in &once {
        for side in [Side::Base, Side::Head] {
            tell(&format!("{} of the {side:?}", task.word()).to_lowercase());
            turn(job, side, (*task, None), &mut measured)?;
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
        for task in &timed {
            let mut order = [Side::Base, Side::Head, Side::Again];
            order.rotate_left((round % 3) as usize);
            order.into_iter().try_for_each(|side| turn(job, side, (*task, Some(round)), &mut measured))?;
        }
        measured.write(job.dir)?;
    }
    Ok(())
}

/// The suite's tasks: those that are timed, and the others.
fn tasks(program: &Path, suite: &Path) -> Result<(Vec<Task>, Vec<Task>)> {
    let words = ["run".as_ref(), suite.as_os_str(), "--list".as_ref(), "--json".as_ref()];
    let output = Command::new(program).args(words).stderr(Stdio::inherit()).output();
    let output = output.with_context(|| program.display().to_string())?;
    ensure!(output.status.success(), "{}: it cannot run the suite", program.display());
    let cells: Vec<Planned> = serde_json::from_slice(&output.stdout).context("the list of cells")?;
    let mut tasks: Vec<Task> = Vec::new();
    for planned in cells {
        if !tasks.contains(&planned.cell.task) {
            tasks.push(planned.cell.task);
        }
    }
    Ok(tasks.into_iter().partition(|task| task.is_timed()))
}

/// One program at one task: of what is timed the cells of the first seed alone, for a round is a repetition.
fn turn(job: &Job<'_>, side: Side, (task, round): (Task, Option<u64>), measured: &mut Measured) -> Result<()> {
    if job.stop.soon() {
        bail!("interrupted");
    }
    let dir = tempfile::tempdir_in(job.dir)?;
    let run = dir.path().join("run");
    let seed = if round.is_some() { " seed=1" } else { "" };
    let program = if side == Side::Head { job.head } else { job.base };
    let output = Command::new(program)
        .args(["run".as_ref(), job.dir.join("suite.toml").as_os_str(), "--quiet".as_ref(), "--filter".as_ref()])
        .arg(format!("/{}/{seed}", task.word()))
        .arg("--out")
        .arg(&run)
        .output()
        .with_context(|| program.display().to_string())?;
    let errors = String::from_utf8_lossy(&output.stderr);
    // 1: some cell could not be measured, which its row says.
    ensure!(
        matches!(output.status.code(), Some(0 | 1)),
        "the {side:?} could not run {} ({}): {}",
        task.word(),
        program.display(),
        errors.trim()
    );
    measured.take(side, round, &run)
}

impl Measured {
    fn take(&mut self, side: Side, round: Option<u64>, dir: &Path) -> Result<()> {
        for mut run in store::read(dir)? {
            run.row.round = round.unwrap_or(run.row.round);
            run.row.twin = side == Side::Again;
            // The same cell in every round: its identity must tell them apart, as its label does.
            if let Some(round) = round.filter(|round| *round > 0 || side == Side::Again) {
                let again = if side == Side::Again { "a" } else { "" };
                let cell = format!("{}-{round}{again}", run.row.cell);
                run.samples.iter_mut().for_each(|sample| sample.cell.clone_from(&cell));
                run.row.cell = cell;
            }
            if side == Side::Head { self.head.push(run) } else { self.base.push(run) }
        }
        if side != Side::Again && round.unwrap_or(0) == 0 {
            let plan: Value = serde_json::from_slice(&fs::read(dir.join("plan.json"))?)?;
            self.plans[usize::from(side == Side::Head)].push(plan);
            self.host = fs::read_to_string(dir.join("host.toml"))?;
        }
        Ok(())
    }

    fn write(&self, dir: &Path) -> Result<()> {
        for (name, runs, plans) in [("base", &self.base, &self.plans[0]), ("head", &self.head, &self.plans[1])] {
            write(&dir.join(name), runs, plans)?;
            store::replace(&dir.join(name).join("host.toml"), &self.host)?;
        }
        Ok(())
    }
}

/// As a run's directory, which `compare` reads and `replay` finds its cells in.
fn write(dir: &PathBuf, runs: &[Run], plans: &[Value]) -> Result<()> {
    fs::create_dir_all(dir).with_context(|| dir.display().to_string())?;
    store::write(dir, runs)?;
    let Some(mut whole) = plans.first().cloned() else { return Ok(()) };
    let cells = plans.iter().filter_map(|plan| plan["cells"].as_array()).flatten().cloned();
    whole["cells"] = cells.collect();
    Ok(store::replace(&dir.join("plan.json"), &serde_json::to_string_pretty(&whole)?)?)
}
