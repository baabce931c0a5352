//! `skipbench run`: plan, run, compare.

mod arguments;
mod conduct;
mod planning;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Result, ensure};

use super::print;
use crate::run::plan;
use crate::run::provenance::Host;
use crate::run::rundir::{self, Plan};

pub(crate) use arguments::{RunArgs, SharedArgs};
pub(crate) use conduct::{INTERRUPTED, Sat, listen};
pub(crate) use planning::devices;

pub(crate) fn run(arguments: &RunArgs) -> Result<ExitCode> {
    let host = Host::read()?;
    let (dir, plan) = prepare(arguments, &host)?;
    ensure!(
        !plan.cells.is_empty(),
        "--filter '{}' leaves no cell; `skipbench run {} --list` shows all",
        arguments.shared.filter.as_deref().unwrap_or_default(),
        arguments.suite
    );
    if arguments.shared.list {
        return list(&plan, arguments.shared.json);
    }
    if arguments.shared.resume.is_none() {
        rundir::create(&dir, &plan, &host)?;
    }
    listen()?;
    match sit(arguments, &dir, plan, &host)? {
        Sat::Whole(precision) => conduct::conclude(arguments, &dir, precision),
        Sat::Left(left) => {
            eprintln!("stopped with {left} cell(s) to go; go on with: skipbench run --resume {}", dir.display());
            Ok(ExitCode::from(INTERRUPTED))
        }
    }
}

/// The run's directory and its plan, which holds no cell where `--filter` leaves none.
pub(crate) fn prepare(arguments: &RunArgs, host: &Host) -> Result<(PathBuf, Plan)> {
    match &arguments.shared.resume {
        Some(dir) => Ok((dir.clone(), rundir::open(dir)?)),
        None => planning::plan(arguments, host),
    }
}

/// Runs a plan in its directory, which was made for it, from its start or from where it was left.
pub(crate) fn sit(arguments: &RunArgs, dir: &Path, plan: Plan, host: &Host) -> Result<Sat> {
    let _lock = rundir::lock(dir)?;
    let begun_on = rundir::host(dir)?;
    ensure!(
        begun_on.id == host.id,
        "{}: the run was begun on another machine ({}, {} processors); rows of two machines do not compare, so start a new run",
        dir.display(),
        begun_on.cpu,
        begun_on.logical_cpus
    );
    conduct::go(arguments, dir, plan, host)
}

pub(crate) fn list(plan: &Plan, json: bool) -> Result<ExitCode> {
    if json {
        super::print_json(&plan.cells)?;
        return Ok(ExitCode::SUCCESS);
    }
    for planned in &plan.cells {
        print(&format!("{} {}\n", planned.cell.id(), plan::path(&planned.cell)))?;
    }
    Ok(ExitCode::SUCCESS)
}
