//! `skipbench run`: plan, run, compare.

mod arguments;

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Result, ensure};
use skipbench_reports::analyses::compare::rows;
use skipbench_reports::analyses::scaling;
use skipbench_reports::report::Report;

use super::rows::read;
use super::{compare, print, print_json, say, terminal};
use crate::run::provenance::Host;
use crate::run::rundir::{self, Plan};
use crate::run::runner::Stop;
use crate::run::session::{self, Ending};
use crate::run::{derived, plan, planning};

pub(crate) use arguments::{RunArgs, SharedArgs};

/// What a Ctrl-C raises.
pub(super) static STOP: Stop = Stop::new();

/// Exit code of what a Ctrl-C ended.
pub(super) const INTERRUPTED: u8 = 130;

/// Makes a Ctrl-C end sessions in good order. Once a process.
pub(super) fn listen() -> Result<()> {
    Ok(ctrlc::set_handler(|| {
        let message = match STOP.raise() {
            0 => "\nfinishing the cells in hand; Ctrl-C again stops them now",
            _ => "\nstopping",
        };
        eprintln!("{message}");
    })?)
}

pub(crate) fn run(arguments: &RunArgs) -> Result<ExitCode> {
    let (host, shared) = (Host::read()?, &arguments.shared);
    let (dir, plan) = match &shared.resume {
        Some(dir) => (dir.clone(), rundir::open(dir)?),
        None => planning::plan(&arguments.request()?, &host, &say)?,
    };
    ensure!(
        !plan.cells.is_empty(),
        "--filter '{}' leaves no cell; `skipbench run {} --list` shows all",
        shared.filter.as_deref().unwrap_or_default(),
        arguments.suite
    );
    if shared.list {
        return list(&plan, shared.json);
    }
    if shared.resume.is_none() {
        rundir::create(&dir, &plan, &host)?;
    }
    listen()?;
    match session::run(&dir, plan, &host, shared.options(), &STOP, &say)? {
        Ending::Complete(precision) => conclude(&dir, precision, shared.json),
        Ending::Interrupted(left) => {
            eprintln!("stopped with {left} cell(s) to go; go on with: skipbench run --resume {}", dir.display());
            Ok(ExitCode::from(INTERRUPTED))
        }
    }
}

pub(super) fn list(plan: &Plan, json: bool) -> Result<ExitCode> {
    if json {
        print_json(&plan.cells)?;
        return Ok(ExitCode::SUCCESS);
    }
    for planned in &plan.cells {
        print(&format!("{} {}\n", planned.cell.id(), plan::path(&planned.cell)))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Writes what is derived from the rows and shows it. Cells without a measurement, from this or an earlier session,
/// make the exit status 1.
fn conclude(dir: &Path, precision: Option<String>, json: bool) -> Result<ExitCode> {
    let report = Report::new(read(&[dir.to_owned()])?);
    derived::write(dir, &report)?;
    if json {
        let value = serde_json::json!({
            "event": "done", "dir": dir, "broken": report.broken, "precision": precision, "notes": report.notes,
            "comparison": rows(&report.comparisons), "scaling": scaling::rows(&report.curves),
        });
        print(&format!("{value}\n"))?;
    } else {
        print(&compare::text(&report.compared(), terminal()))?;
        print(&precision.map_or(String::new(), |precision| format!("{precision}\n")))?;
        print(&format!("rows: {}\n", dir.display()))?;
    }
    if report.broken > 0 {
        let (broken, dir) = (report.broken, dir.display());
        eprintln!(
            "{broken} cell(s) could not be measured; try them again with: skipbench run --resume {dir} --retry-failed"
        );
    }
    Ok(ExitCode::from(u8::from(report.broken > 0)))
}
