//! Runs `skipbench run`: plan, run, compare.

mod arguments;
mod selection;
mod shard;

use std::fs::File;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Result, ensure};
use skipbench_reports::analyses::compare::rows;
use skipbench_reports::analyses::quantity::format_number_of;
use skipbench_reports::analyses::scaling;
use skipbench_reports::report::Report;
use skipbench_reports::table;

use super::rows::read;
use super::{compare, print, print_json, say, terminal};
use crate::run::plan::path;
use crate::run::provenance::Host;
use crate::run::request::Request;
use crate::run::rundir::{self, Plan};
use crate::run::session::{self, Ending};
use crate::run::{derived, planning};
use crate::system::interrupt::{self, INTERRUPTED, STOP};

pub(crate) use arguments::{RunArgs, SharedArgs};
pub(crate) use selection::Selection;

/// Makes a Ctrl-C end sessions in good order. It is called once per process, before anything is asked or planned.
pub(super) fn listen() -> Result<()> {
    interrupt::listen(|before| match before {
        0 if STOP.lets_go() => {
            say("\nleaving: what trains saves a checkpoint after its step; the same command goes on")
        }
        0 => say(
            "\nfinishing the current cells; a set stops after its turn and is measured again later; Ctrl-C again stops at once",
        ),
        _ if STOP.lets_go() => {}
        _ => say("\nstopping"),
    })
}

pub(crate) fn run(arguments: &RunArgs) -> Result<ExitCode> {
    let (host, shared) = (Host::read()?, &arguments.shared);
    listen()?;
    if let Some(dir) = &shared.resume {
        return resume(dir, &host, shared);
    }
    if let Some(asked) = arguments.shard {
        return shard::run(arguments, asked, &host);
    }
    let plan = plan(&arguments.request()?, &host)?;
    if shared.list {
        return list(&plan, shared.json);
    }
    let dir = shared.out.clone().map_or_else(|| rundir::create_free(&plan.suite), Ok)?;
    let lock = rundir::create(&dir, &plan, &host)?;
    session(&dir, lock, plan, &host, shared)
}

/// Makes the plan of what is asked for. It holds at least one cell.
pub(super) fn plan(request: &Request, host: &Host) -> Result<Plan> {
    let plan = planning::plan(request, host, &say)?;
    ensure!(
        !plan.cells.is_empty(),
        "--filter '{}' leaves no cell; `skipbench run {} --list` shows all",
        request.filter.as_deref().unwrap_or_default(),
        request.suite
    );
    Ok(plan)
}

/// Continues the run in `dir`, or lists its cells.
fn resume(dir: &Path, host: &Host, shared: &SharedArgs) -> Result<ExitCode> {
    if shared.list {
        return list(&rundir::open(dir)?, shared.json);
    }
    let (lock, plan) = rundir::resume(dir)?;
    rundir::ensure_known(&shared.again, &[(dir, &plan)])?;
    if let Some(own) = plan.shard.clone() {
        return shard::session(dir, plan, own.place, host, shared);
    }
    session(dir, lock, plan, host, shared)
}

/// Runs one session at the run. Its directory is locked until the session ends.
fn session(dir: &Path, _lock: File, plan: Plan, host: &Host, shared: &SharedArgs) -> Result<ExitCode> {
    match session::run(dir, plan, host, shared.options(), &STOP, &say)? {
        Ending::Complete(precision) => conclude(dir, precision, shared.json),
        Ending::Interrupted(left) => {
            say(&format!(
                "stopped with {} left; continue with: skipbench run --resume {}",
                format_number_of(left, "cell"),
                dir.display()
            ));
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
        print(&format!("{} {}\n", planned.cell.id(), path(&planned.cell)))?;
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
        print(&format!("\n{}", table::format_conclusion(&report, terminal())))?;
        print(&precision.map_or(String::new(), |precision| format!("{precision}\n")))?;
        print(&format!("rows: {}\n", dir.display()))?;
    }
    if report.broken > 0 {
        let (broken, dir) = (report.broken, dir.display());
        say(&format!(
            "{} could not be measured; try again with: skipbench run --resume {dir} --retry-failed",
            format_number_of(broken, "cell")
        ));
    }
    Ok(ExitCode::from(u8::from(report.broken > 0)))
}
