//! `skipbench run`: plan, run, compare.

mod arguments;
mod conduct;
mod planning;

use std::process::ExitCode;

use anyhow::{Result, ensure};

use super::print;
use crate::plan;
use crate::provenance::Host;
use crate::rundir::{self, Plan};

pub(crate) use arguments::RunArgs;

pub(crate) fn run(arguments: &RunArgs) -> Result<ExitCode> {
    let host = Host::read()?;
    let (dir, plan) = match &arguments.resume {
        Some(dir) => (dir.clone(), rundir::open(dir)?),
        None => planning::plan(arguments, &host)?,
    };
    if arguments.list {
        return list(&plan, arguments.json);
    }
    if arguments.resume.is_none() {
        rundir::create(&dir, &plan, &host)?;
    }
    let _lock = rundir::lock(&dir)?;
    let begun_on = rundir::host(&dir)?;
    ensure!(
        begun_on.id == host.id,
        "{}: the run was begun on another machine ({}, {} processors); rows of two machines do not compare, so start a new run",
        dir.display(),
        begun_on.cpu,
        begun_on.logical_cpus
    );
    conduct::go(arguments, &dir, plan, &host)
}

fn list(plan: &Plan, json: bool) -> Result<ExitCode> {
    if json {
        super::print_json(&plan.cells)?;
        return Ok(ExitCode::SUCCESS);
    }
    for planned in &plan.cells {
        print(&format!("{} {}\n", planned.cell.id(), plan::path(&planned.cell)))?;
    }
    Ok(ExitCode::SUCCESS)
}
