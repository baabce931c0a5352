//! Runs one session at a run: from its start or resumption to its end or a Ctrl-C. It includes the sets that are added
//! for precision.

use std::collections::HashSet;
use std::path::Path;

use anyhow::{Result, bail, ensure};
use skipbench_reports::analyses::quantity::format_number_of;
use skipbench_reports::rows::journal::Journal;
use skipbench_reports::rows::record::RunRow;
use skipbench_reports::rows::store;

use super::ask;
use super::orchestrate::{Executor, Observer, Tally};
use super::plan::PlannedCell;
use super::process::Processes;
use super::progress::{Show, observer};
use super::provenance::{Host, Provenance};
use super::request::Options;
use super::rundir::{self, Anew, Plan};
use super::runner::Stop;
use super::shard::hosts;
use super::sitting::alone::alone;
use super::sitting::precision::{self, Goal};
use super::sitting::{Contest, together};
use crate::system::interrupt::Interrupted;

/// Says how a session ended.
#[derive(Debug)]
pub(crate) enum Ending {
    /// Every cell has a row. A sentence says what precision was reached, if one was asked for.
    Complete(Option<String>),
    /// This many cells are left.
    Interrupted(usize),
}

/// Runs a plan in its directory, from its start or from where it was left. The directory was made for it, and the
/// caller holds it locked. `note` receives what the user should know.
///
/// # Errors
/// Returns an error for another machine or process at work on the run, a device that computes incorrectly, or a row
/// that cannot be written.
pub(crate) fn run(
    dir: &Path,
    plan: Plan,
    host: &Host,
    options: Options,
    stop: &Stop,
    note: &dyn Fn(&str),
) -> Result<Ending> {
    match plan.shard {
        Some(_) => hosts::arrive(dir, &plan, host)?,
        None => ensure_same_machine(dir, host)?,
    }
    let named: Result<Vec<_>> = options.again.iter().map(|word| rundir::cell(dir, &plan, word)).collect();
    let named: Vec<String> = named?.into_iter().flatten().map(|planned| planned.cell.id()).collect();
    let anew = Anew { broken: options.retry_failed, cells: &named, host: &host.id };
    let (journal, done) = rundir::journal(dir, &plan, anew)?;
    let provenance = provenance(&plan, host);
    let runner = Processes::of_this_program();
    let executor = Executor { runner: &runner, dir, provenance: &provenance, stop };
    let done: HashSet<String> = done.into_iter().map(|row| row.cell).collect();
    let open: Vec<PlannedCell> =
        plan.cells.iter().filter(|planned| !done.contains(&planned.cell.id())).cloned().collect();
    if let Err(error) = ask::check(&open, note) {
        return if error.is::<Interrupted>() { Ok(Ending::Interrupted(open.len())) } else { Err(error) };
    }
    let goal = plan.goal;
    let mut session = Session { executor, journal, show: options.show, plan, apart: HashSet::new(), note };
    let ending = match goal {
        None => Ending::of(session.run(&open)?.left, None),
        Some(goal) => session.until_precise(&open, &goal)?,
    };
    // Empty by now, unless some cell failed: the folder of a measured one went with its row.
    let _ = std::fs::remove_dir(dir.join("checkpoints"));
    if let (Some(reason), Ending::Interrupted(left)) = (stop.reason(), &ending) {
        bail!(
            "{reason}; continue with the {} left: skipbench run --resume {}",
            format_number_of(*left, "cell"),
            dir.display()
        );
    }
    Ok(ending)
}

fn ensure_same_machine(dir: &Path, host: &Host) -> Result<()> {
    let begun_on = rundir::host(dir)?;
    ensure!(
        begun_on.id == host.id,
        "{}: the run was begun on another machine ({}, {} processors); rows of two machines cannot be compared; start a new run",
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
        pilot_sets: plan.goal.map(|goal| goal.pilot),
        plan: plan.shard.as_ref().map_or_else(String::new, |shard| shard.plan.clone()),
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
    /// Contests whose members cannot run together.
    apart: HashSet<Contest>,
    note: &'a dyn Fn(&str),
}

impl Session<'_> {
    fn run(&mut self, cells: &[PlannedCell]) -> Result<Tally> {
        let mut observer = observer(self.show, cells);
        let (mut tally, mut first) = (Tally::default(), 0);
        for part in cells.chunk_by(together) {
            if !self.executor.stop.soon() {
                self.part(part, first, observer.as_mut(), &mut tally)?;
            }
            first += part.len();
        }
        tally.left = cells.len() - tally.measured - tally.broken;
        Ok(tally)
    }

    /// Runs one set, or neighbors that are measured alone.
    fn part(
        &mut self,
        cells: &[PlannedCell],
        first: usize,
        observer: &mut dyn Observer,
        tally: &mut Tally,
    ) -> Result<()> {
        let Some(contest) = Contest::of(&cells[0].cell) else {
            return Ok(self.executor.run_from(first, cells, &mut self.journal, observer, tally)?);
        };
        if !self.apart.contains(&contest) {
            let Some(why) = self.executor.sit(cells, first, &mut self.journal, observer, tally)? else { return Ok(()) };
            (self.note)(&format!("note: {contest}: measured alone, one after the other, because {why}"));
            self.apart.insert(contest);
        }
        let alone = alone(cells, &self.plan.cells);
        self.replace(cells, &alone)?;
        Ok(self.executor.run_from(first, &alone, &mut self.journal, observer, tally)?)
    }

    /// Plans `others` instead of `cells`.
    fn replace(&mut self, cells: &[PlannedCell], others: &[PlannedCell]) -> Result<()> {
        for planned in &mut self.plan.cells {
            if let Some(index) = cells.iter().position(|cell| cell == planned) {
                *planned = others[index].clone();
            }
        }
        rundir::update(self.executor.dir, &self.plan)
    }

    /// Runs sets of the pilot and more of them until `goal` is reached, then the rest.
    fn until_precise(&mut self, open: &[PlannedCell], goal: &Goal) -> Result<Ending> {
        let (sets, rest): (Vec<PlannedCell>, Vec<PlannedCell>) =
            open.iter().cloned().partition(|planned| planned.cell.set.is_some());
        let left = self.run(&sets)?.left;
        if left > 0 {
            return Ok(Ending::Interrupted(left + rest.len()));
        }
        match self.more_sets(goal)? {
            Ending::Interrupted(left) => Ok(Ending::Interrupted(left + rest.len())),
            Ending::Complete(precision) => Ok(Ending::of(self.run(&rest)?.left, precision)),
        }
    }

    /// Runs one set after the other, first of the contest with the fewest, until `goal` or its time is reached.
    fn more_sets(&mut self, goal: &Goal) -> Result<Ending> {
        loop {
            let rows: Vec<RunRow> = store::read(self.executor.dir)?.into_iter().map(|run| run.row).collect();
            let needs = precision::needs(&rows, &self.plan.cells, goal);
            let (spent, longest) = precision::spent(&rows);
            let next = needs.iter().filter(|need| need.has < need.needs).min_by_key(|need| need.has);
            let Some(next) = next.filter(|_| spent + longest <= goal.max_time_s as f64) else {
                let added = precision::added(&rows, goal.pilot);
                return Ok(Ending::Complete(Some(precision::describe(goal, &needs, added))));
            };
            let cells = precision::next(next, &self.plan.cells);
            self.plan.cells.extend(cells.iter().cloned());
            rundir::update(self.executor.dir, &self.plan)?;
            let left = self.run(&cells)?.left;
            if left > 0 {
                return Ok(Ending::Interrupted(left));
            }
        }
    }
}
