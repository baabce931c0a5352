//! One session at a run: from its start or resumption to its end or a Ctrl-C. Cells, and the rounds that are added for
//! precision.

use std::collections::HashSet;
use std::path::Path;
use std::time::Instant;

use anyhow::{Result, bail, ensure};
use skipbench_reports::rows::journal::Journal;
use skipbench_reports::rows::store;

use super::ask;
use super::orchestrate::{Executor, Tally};
use super::plan::PlannedCell;
use super::process::Processes;
use super::progress::{Show, observer};
use super::provenance::{Host, Provenance};
use super::request::Options;
use super::rounds::{self, Goal, Wide};
use super::rundir::{self, Anew, Plan};
use super::runner::Stop;
use crate::system::interrupt::Interrupted;

/// How a session ended.
#[derive(Debug)]
pub(crate) enum Ending {
    /// Every cell has a row; a sentence on the precision that was reached, if one was asked for.
    Complete(Option<String>),
    /// So many cells are to go.
    Interrupted(usize),
}

/// Runs a plan in its directory, which was made for it and which the caller holds locked, from its start or from where
/// it was left. `note` hears what the user should know.
///
/// # Errors
/// Another machine or process at work on the run, a device that computes wrong, a row that cannot be written.
pub(crate) fn run(
    dir: &Path,
    plan: Plan,
    host: &Host,
    options: Options,
    stop: &Stop,
    note: &dyn Fn(&str),
) -> Result<Ending> {
    ensure_same_machine(dir, host)?;
    let named: Result<Vec<_>> = options.again.iter().map(|word| rundir::cell(dir, &plan, word)).collect();
    let named: Vec<String> = named?.into_iter().flatten().map(|planned| planned.cell.id()).collect();
    let anew = Anew { broken: options.retry_failed, cells: &named };
    let (journal, done) = rundir::journal(dir, anew)?;
    let provenance = provenance(&plan, host);
    let runner = Processes::of_this_program();
    let executor = Executor { runner: &runner, dir, provenance: &provenance, stop };
    let done: HashSet<String> = done.into_iter().map(|row| row.cell).collect();
    rundir::ensure_planned(dir, &plan, &done)?;
    let open: Vec<PlannedCell> =
        plan.cells.iter().filter(|planned| !done.contains(&planned.cell.id())).cloned().collect();
    if let Err(error) = ask::check(&open, note) {
        return if error.is::<Interrupted>() { Ok(Ending::Interrupted(open.len())) } else { Err(error) };
    }
    let goal = plan.goal;
    let mut session = Session { executor, journal, show: options.show, plan };
    let ending = match goal {
        None => Ending::of(session.run(&open)?.left, None),
        Some(goal) => session.until_precise(&open, &goal)?,
    };
    // Empty by now, unless some cell failed: the folder of a measured one went with its row.
    let _ = std::fs::remove_dir(dir.join("checkpoints"));
    if let (Some(reason), Ending::Interrupted(left)) = (stop.reason(), &ending) {
        bail!("{reason}; {left} cell(s) are to go; go on with: skipbench run --resume {}", dir.display());
    }
    Ok(ending)
}

fn ensure_same_machine(dir: &Path, host: &Host) -> Result<()> {
    let begun_on = rundir::host(dir)?;
    ensure!(
        begun_on.id == host.id,
        "{}: the run was begun on another machine ({}, {} processors); rows of two machines do not compare, so start a new run",
        dir.display(),
        begun_on.cpu,
        begun_on.logical_cpus
    );
    Ok(())
}

fn provenance(plan: &Plan, host: &Host) -> Provenance {
    Provenance {
        suite: plan.suite.clone(),
        suite_sha256: plan.suite_sha256.clone(),
        host: host.id.clone(),
        command: plan.command.clone(),
    }
}

impl Ending {
    fn of(left: usize, precision: Option<String>) -> Self {
        if left > 0 { Ending::Interrupted(left) } else { Ending::Complete(precision) }
    }
}

struct Session<'a> {
    executor: Executor<'a>,
    journal: Journal,
    show: Show,
    plan: Plan,
}

impl Session<'_> {
    fn run(&mut self, cells: &[PlannedCell]) -> Result<Tally> {
        let mut observer = observer(self.show, cells);
        Ok(self.executor.run(cells, &mut self.journal, observer.as_mut())?)
    }

    /// Timed cells, rounds of them until `goal` is reached, then the rest.
    fn until_precise(&mut self, open: &[PlannedCell], goal: &Goal) -> Result<Ending> {
        let (timed, untimed): (Vec<PlannedCell>, Vec<PlannedCell>) =
            open.iter().cloned().partition(|planned| planned.cell.task.is_timed());
        let left = self.run(&timed)?.left;
        if left > 0 {
            return Ok(Ending::Interrupted(left + untimed.len()));
        }
        match self.rounds(goal)? {
            Ending::Interrupted(left) => Ok(Ending::Interrupted(left + untimed.len())),
            Ending::Complete(precision) => Ok(Ending::of(self.run(&untimed)?.left, precision)),
        }
    }

    /// Rounds of timed cells, until `goal` or its time is reached.
    fn rounds(&mut self, goal: &Goal) -> Result<Ending> {
        let mut longest = 0.0_f64;
        loop {
            let runs = store::read(self.executor.dir)?;
            let wide = rounds::wide(&runs, goal);
            let cells = rounds::next(&self.plan.cells, &wide);
            let (spent, added) = rounds::spent(&runs);
            let (judged, late) = (rounds::any(&runs), spent + longest > goal.max_time_s as f64);
            if !judged || cells.is_empty() || late {
                let reached = judged.then_some((cells.is_empty(), added));
                return Ok(Ending::Complete(Some(describe_precision(goal, reached, &wide))));
            }
            let start = Instant::now();
            self.plan.cells.extend(cells.iter().cloned());
            rundir::update(self.executor.dir, &self.plan)?;
            let left = self.run(&cells)?.left;
            if left > 0 {
                return Ok(Ending::Interrupted(left));
            }
            longest = longest.max(start.elapsed().as_secs_f64());
        }
    }
}

/// A sentence on what was reached: whether the goal was, and by how many added rounds; nothing where no timed cell was
/// measured.
fn describe_precision(goal: &Goal, reached: Option<(bool, usize)>, wide: &[Wide]) -> String {
    let percent = format!("±{} %", (goal.half_width * 1e8).round() / 1e6);
    match reached {
        None => "precision: nothing to judge: no timed cell of a compared group was measured".to_owned(),
        Some((true, added)) => format!("precision: {percent} reached everywhere, {added} round(s) added"),
        Some((false, added)) => {
            let wide: Vec<String> = wide.iter().map(ToString::to_string).collect();
            let (time, wide) = (goal.max_time_s, wide.join(", "));
            format!("precision: {percent} not reached within {time} s, {added} round(s) added: {wide}")
        }
    }
}
