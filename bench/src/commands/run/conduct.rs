//! Running a plan to its end: cells, rounds that are added for precision, the comparison.

use std::collections::HashSet;
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context, Result};
use serde::Serialize;
use skipbench_reports::compare::rows;
use skipbench_reports::journal::Journal;
use skipbench_reports::rank::By;
use skipbench_reports::report::Report;
use skipbench_reports::table::Style;
use skipbench_reports::{frontier, rank, scaling, store};

use super::{RunArgs, planning};
use crate::commands::rows::read;
use crate::commands::{compare, print};
use crate::run::orchestrate::{Session, Summary};
use crate::run::plan::Planned;
use crate::run::progress::{Show, observer};
use crate::run::provenance::{Host, Provenance};
use crate::run::rounds::{self, Goal};
use crate::run::rundir::{self, Plan};
use crate::run::runner::{Processes, Stop};

static STOP: Stop = Stop::new();

/// Exit code of what a Ctrl-C ended.
pub(crate) const INTERRUPTED: u8 = 130;

/// How a sitting ended.
#[derive(Debug)]
pub(crate) enum Sat {
    /// Every cell has a row; a sentence on the precision that was reached, if one was asked for.
    Whole(Option<String>),
    /// So many cells are to go.
    Left(usize),
}

/// Makes a Ctrl-C end sittings in good order. Once a process.
pub(crate) fn listen() -> Result<()> {
    Ok(ctrlc::set_handler(|| {
        let message = match STOP.raise() {
            0 => "\nfinishing the cells in hand; Ctrl-C again stops them now",
            _ => "\nstopping",
        };
        eprintln!("{message}");
    })?)
}

pub(super) fn go(arguments: &RunArgs, dir: &Path, plan: Plan, host: &Host) -> Result<Sat> {
    let (journal, done) = rundir::journal(dir, arguments.shared.retry_failed)?;
    let provenance = Provenance {
        suite: plan.suite.clone(),
        suite_sha256: plan.suite_sha256.clone(),
        host: host.id.clone(),
        command: plan.command.clone(),
    };
    let runner = Processes::new(std::env::current_exe().context("finding this program")?);
    let session = Session { runner: &runner, dir, provenance: &provenance, stop: &STOP };
    let done: HashSet<String> = done.into_iter().map(|row| row.cell).collect();
    let goal = plan.goal;
    let open: Vec<Planned> = plan.cells.iter().filter(|planned| !done.contains(&planned.cell.id())).cloned().collect();
    planning::check(&open)?;
    let mut sitting = Sitting { session, journal, show: show(arguments), plan };
    let (left, precision) = match goal {
        None => (sitting.run(&open)?.left, None),
        Some(goal) => sitting.until_precise(&open, &goal)?,
    };
    // Empty by now, unless some cell failed: the folder of a measured one went with its row.
    let _ = std::fs::remove_dir(dir.join("checkpoints"));
    Ok(if left > 0 { Sat::Left(left) } else { Sat::Whole(precision) })
}

fn show(arguments: &RunArgs) -> Show {
    match (arguments.shared.quiet, arguments.shared.json) {
        (true, _) => Show::Quiet,
        (_, true) => Show::Json,
        _ => Show::Usual,
    }
}

/// One sitting at a run: from its start or resumption to its end or a Ctrl-C.
struct Sitting<'a> {
    session: Session<'a>,
    journal: Journal,
    show: Show,
    plan: Plan,
}

impl Sitting<'_> {
    fn run(&mut self, cells: &[Planned]) -> Result<Summary> {
        let mut observer = observer(self.show, cells);
        Ok(self.session.run(cells, &mut self.journal, observer.as_mut())?)
    }

    /// Timed cells, rounds of them until `goal` is reached, then the rest. Gives the cells left and a sentence on what
    /// was reached.
    fn until_precise(&mut self, open: &[Planned], goal: &Goal) -> Result<(usize, Option<String>)> {
        let (timed, untimed): (Vec<Planned>, Vec<Planned>) =
            open.iter().cloned().partition(|planned| planned.cell.task.is_timed());
        let left = self.run(&timed)?.left;
        if left > 0 {
            return Ok((left + untimed.len(), None));
        }
        let (left, reached) = self.rounds(goal)?;
        if left > 0 {
            return Ok((left + untimed.len(), None));
        }
        Ok((self.run(&untimed)?.left, Some(reached)))
    }

    fn rounds(&mut self, goal: &Goal) -> Result<(usize, String)> {
        let percent = format!("±{} %", (goal.half_width * 1e8).round() / 1e6);
        let mut longest = 0.0_f64;
        loop {
            let runs = store::read(self.session.dir)?;
            let (spent, added) = rounds::spent(&runs);
            let wide = rounds::wide(&runs, goal);
            let cells = rounds::next(&self.plan.cells, &wide);
            if !rounds::any(&runs) {
                return Ok((
                    0,
                    "precision: nothing to judge: no timed cell of a compared group was measured".to_owned(),
                ));
            }
            if cells.is_empty() {
                return Ok((0, format!("precision: {percent} reached everywhere, {added} round(s) added")));
            }
            if spent + longest > goal.max_time_s as f64 {
                let wide: Vec<String> = wide.iter().map(ToString::to_string).collect();
                let (time, wide) = (goal.max_time_s, wide.join(", "));
                return Ok((
                    0,
                    format!("precision: {percent} not reached within {time} s, {added} round(s) added: {wide}"),
                ));
            }
            let start = Instant::now();
            self.plan.cells.extend(cells.iter().cloned());
            rundir::update(self.session.dir, &self.plan)?;
            let left = self.run(&cells)?.left;
            if left > 0 {
                return Ok((left, String::new()));
            }
            longest = longest.max(start.elapsed().as_secs_f64());
        }
    }
}

/// Writes what is derived from the rows and shows it. Cells without a measurement, from this or an earlier sitting, make
/// the exit status 1.
pub(super) fn conclude(arguments: &RunArgs, dir: &Path, precision: Option<String>) -> Result<ExitCode> {
    let report = Report::new(read(&[dir.to_owned()])?);
    write(dir, "comparison.csv", &rows(&report.comparisons))?;
    write(dir, "frontier.csv", &frontier::rows(&report.frontiers))?;
    write(dir, "rank.csv", &rank::rows(&report.rankings, By::Style))?;
    write(dir, "roofline.csv", &report.roofs)?;
    write(dir, "scaling.csv", &scaling::rows(&report.curves))?;
    if arguments.shared.json {
        let value = serde_json::json!({
            "event": "done", "dir": dir, "broken": report.broken, "precision": precision, "notes": report.notes,
            "comparison": rows(&report.comparisons), "scaling": scaling::rows(&report.curves),
        });
        print(&format!("{value}\n"))?;
    } else {
        print(&compare::text(&report, Style::Terminal))?;
        print(&precision.map_or(String::new(), |precision| format!("{precision}\n")))?;
        print(&format!("rows: {}\n", dir.display()))?;
    }
    if report.broken > 0 {
        eprintln!(
            "{} cell(s) could not be measured; try them again with: skipbench run --resume {} --retry-failed",
            report.broken,
            dir.display()
        );
    }
    Ok(ExitCode::from(u8::from(report.broken > 0)))
}

/// What no row says has no file.
fn write<T: Serialize>(dir: &Path, name: &str, rows: &[T]) -> Result<()> {
    if !rows.is_empty() {
        store::write_atomically(&dir.join(name), rows)?;
    }
    Ok(())
}
