//! A gate's job: two programs measure the same cells on one machine.
//!
//! What repeats exactly — memory, training from fixed seeds — is measured once by each. What is timed is measured in
//! lockstep, cell by cell: base, head and the base once more (and the base in another layout) take turns step by step,
//! in sets of fresh processes.

mod collected;
mod list;
mod rows;
mod side;

use std::process::{Command, Output, Stdio};

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use skipbench_reports::rows::store;
use skipbench_reports::table::format_line;

use super::job::Job;
use super::sitting::{Programs, sit};
use crate::cell::Task;
use crate::lockstep::process::guard::{guard, output};
use crate::run::death::{Death, RESULT};
use crate::run::provenance::{Host, Provenance};
use crate::run::runner::Stop;
use crate::system::executable::{self, Executable};
use crate::system::interrupt::{INTERRUPTED, Interrupted};

use collected::Collected;
use list::TimedCell;
pub(super) use list::{Listed, list};
use side::Side;

/// Does the whole job; `tell` hears what comes next.
///
/// # Errors
/// If a program cannot run the suite, or the job is interrupted. What was measured is in the job's directory all the
/// same.
pub(crate) fn run(job: &Job, stop: &Stop, mut tell: impl FnMut(&str)) -> Result<()> {
    store::replace(&job.dir.join("suite.toml"), &job.suite)?;
    let host = Host::read()?;
    let provenance = job.provenance(&host)?;
    let mut interleaving = Interleaving { job, stop, host, provenance, collected: Collected::default() };
    for task in list::untimed(&job.head_cells) {
        for side in [Side::Base, Side::Head] {
            tell(&format!("{} of the {}", task.word(), side.word()));
            interleaving.alone(side, task)?;
        }
        interleaving.write()?;
    }
    let cells = list::timed(&job.base_cells, &job.head_cells)?;
    let silent = interleaving.silent()?;
    for cell in &cells {
        match &silent {
            Some(why) => {
                interleaving.refuse(cell, why)?;
                interleaving.write()?;
            }
            None => interleaving.in_turns(cell, &mut tell)?,
        }
    }
    Ok(())
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

/// A job that goes on.
struct Interleaving<'a> {
    job: &'a Job,
    stop: &'a Stop,
    host: Host,
    provenance: Provenance,
    collected: Collected,
}

impl Interleaving<'_> {
    fn write(&self) -> Result<()> {
        self.collected.write(&self.job.dir, &self.host, &self.provenance)
    }

    fn program(&self, side: Side) -> Option<&Executable> {
        match side {
            Side::Base => Some(&self.job.base),
            Side::Head => Some(&self.job.head),
            Side::Relinked => self.job.relinked.as_ref(),
        }
    }

    /// One program measures all cells of a task.
    fn alone(&mut self, side: Side, task: Task) -> Result<()> {
        if self.stop.soon() {
            return Err(Interrupted.into());
        }
        let dir = tempfile::tempdir_in(&self.job.dir)?;
        let (run, filter) = (dir.path().join("run"), format!("/{}/", task.word()));
        let program = if side == Side::Head { &self.job.head } else { &self.job.base };
        let mut command = guarded(program)?;
        command.args(["run".as_ref(), self.job.dir.join("suite.toml").as_os_str(), "--quiet".as_ref()]);
        command.args(["--filter", &filter, "--out"]).arg(&run).stderr(Stdio::piped());
        let output = output(&mut command).with_context(|| program.name().display().to_string())?;
        ensure_not_interrupted(&output)?;
        // 1: some cell could not be measured, which its row says.
        ensure!(
            matches!(output.status.code(), Some(0 | 1)),
            "the {} could not run {filter} ({}): {}",
            side.word(),
            program.name().display(),
            describe_failure(&output)
        );
        self.collected.take_run(side, &run)
    }

    /// Why no time can be measured: a program that does not do steps on request.
    fn silent(&self) -> Result<Option<String>> {
        for side in [Side::Base, Side::Head] {
            let Some(program) = self.program(side) else { continue };
            let help = output(guarded(program)?.args(["steps", "--help"]).stderr(Stdio::null()))?;
            if !(help.status.success() && String::from_utf8_lossy(&help.stdout).contains("--cell")) {
                return Ok(Some(format!(
                    "the {} is a skipbench from before the step protocol, and cannot take turns",
                    side.word()
                )));
            }
        }
        Ok(None)
    }

    /// The rows of a cell that is not measured.
    fn refuse(&mut self, cell: &TimedCell<'_>, why: &str) -> Result<()> {
        for side in [Side::Base, Side::Head] {
            let listed = if side == Side::Head { cell.head } else { cell.base };
            let (run, planned) = rows::failed(listed, why, &self.provenance);
            self.collected.take(side, run, planned);
        }
        Ok(())
    }

    /// All sets of a cell, or those that were done when the user ended it: they are kept in either case.
    fn in_turns(&mut self, cell: &TimedCell<'_>, tell: &mut dyn FnMut(&str)) -> Result<()> {
        let dir = tempfile::tempdir_in(&self.job.dir)?;
        let words = |side: Side| -> Result<Option<Vec<String>>> {
            let listed = if side == Side::Head { cell.head } else { cell.base };
            let Some(program) = self.program(side) else { return Ok(None) };
            let file = dir.path().join(format!("{}.json", side.word()));
            store::replace(&file, &steps_cell(&listed.json).to_string())?;
            let program = program.path()?.to_string_lossy().into_owned();
            Ok(Some(vec![program, "steps".to_owned(), "--cell".to_owned(), file.to_string_lossy().into_owned()]))
        };
        let own = "base and head are always there";
        let (base, head) = (words(Side::Base)?.context(own)?, words(Side::Head)?.context(own)?);
        let memory_limit_bytes = Some(cell.head.planned.cell.memory_limit_bytes);
        let programs = Programs { base, head, relinked: words(Side::Relinked)?, memory_limit_bytes };
        let label = cell.head.planned.cell.label();
        let mut told = |set: u64, sets: u64| tell(&format!("{label}: set {set} of {sets} is done"));
        let sitting = sit(&programs, self.job.turns, self.stop, &mut told)?;
        for (side, run, planned) in rows::of(&sitting, cell, programs.relinked.is_some(), &self.provenance) {
            self.collected.take(side, run, planned);
        }
        if !sitting.sets.is_empty() {
            self.write()?;
        }
        sitting.ensure_whole()
    }
}

/// What a program said that could not run its cells, or how it died.
fn describe_failure(output: &Output) -> String {
    let errors = String::from_utf8_lossy(&output.stderr);
    if output.status.code() == Some(2) && !errors.trim().is_empty() {
        return format_line(&errors);
    }
    Death { status: Some(output.status), errors: &errors, owed: RESULT, memory_limit_bytes: None }.sentence()
}

/// The cell that a program is driven with, in its own words.
fn steps_cell(planned: &Value) -> &Value {
    &planned["cell"]
}
