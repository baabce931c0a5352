//! `skipbench record`: keeps a finished run for good, so that documents can quote it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail, ensure};
use clap::Args;
use serde_json::json;
use skipbench_reports::rows::record::{RunRow, Status};
use skipbench_reports::rows::store;

use super::{print, print_json};
use crate::run::provenance::Host;
use crate::run::rundir::{self, Plan};

/// Arguments of `record`.
#[derive(Debug, Args)]
pub(crate) struct RecordArgs {
    /// Directory of a finished run of a whole suite.
    dir: PathBuf,
    /// Where records are kept: each in MACHINE/DATE-SUITE below, the second of a day in MACHINE/DATE-2-SUITE, never to
    /// be changed.
    #[arg(long, value_name = "DIR", default_value = "reports/records")]
    into: PathBuf,
    /// As JSON.
    #[arg(long)]
    json: bool,
}

/// What is kept: rows, and the plan, by which each cell can be replayed. The rest of a run's directory is derived from
/// it, or only of use while it runs.
const KEPT: [&str; 4] = [store::RUNS, store::SAMPLES, "host.toml", "plan.json"];

pub(crate) fn run(arguments: &RecordArgs) -> Result<ExitCode> {
    let dir = &arguments.dir;
    let rows: Vec<RunRow> = store::read(dir)?.into_iter().map(|run| run.row).collect();
    let first = worth_keeping(dir, &rows)?;
    let host = rundir::host(dir)?;
    let date: String = first.started.chars().take(10).collect();
    let record = free(dir, &arguments.into.join(machine(&host)), &date, &first.suite)?;
    keep(dir, &record).with_context(|| record.display().to_string())?;
    let broken = rows.iter().filter(|row| row.status != Status::Ok).count();
    if arguments.json {
        print_json(&json!({
            "record": record, "suite": first.suite, "date": date, "cells": rows.len(), "broken": broken,
            "git_revision": first.git_revision,
        }))?;
    } else {
        print(&format!("{}\n", record.display()))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The first name that no record has. Reports take the latest of those that measure the same.
fn free(dir: &Path, machine: &Path, date: &str, suite: &str) -> Result<PathBuf> {
    let rows = fs::read(dir.join(store::RUNS))?;
    let mut number = 1;
    loop {
        let nth = if number > 1 { format!("-{number}") } else { String::new() };
        let record = machine.join(format!("{date}{nth}-{suite}"));
        if !record.exists() {
            return Ok(record);
        }
        let same = fs::read(record.join(store::RUNS)).is_ok_and(|kept| kept == rows);
        ensure!(!same, "{}: this run is kept there already, and records are never changed", record.display());
        number += 1;
    }
}

/// The first row of a run that is whole and whose source can be found again.
fn worth_keeping<'a>(dir: &Path, rows: &'a [RunRow]) -> Result<&'a RunRow> {
    let Some(first) = rows.first() else { bail!("{}: no rows yet", dir.display()) };
    let Plan { cells, left_out, .. } = rundir::open(dir)?;
    ensure!(
        rows.len() == cells.len(),
        "{}: {} of {} cells have a row; finish the run first",
        dir.display(),
        rows.len(),
        cells.len()
    );
    whole(dir, cells.len(), &left_out)?;
    let traced = |row: &RunRow| row.git_dirty == Some(false) && !row.git_revision.is_empty();
    ensure!(
        rows.iter().all(traced),
        "{}: its source was not a clean commit, so that nobody can build it again; commit, build and run anew",
        dir.display()
    );
    Ok(first)
}

/// A part of a suite would be read as all of it: a record bears the suite's name.
fn whole(dir: &Path, cells: usize, left_out: &[String]) -> Result<()> {
    let Some(first) = left_out.first() else { return Ok(()) };
    bail!(
        "{}: --filter left out {} of the suite's {} cells, the first {first}; run the suite without --filter, or make what was measured a suite of its own",
        dir.display(),
        left_out.len(),
        cells + left_out.len()
    )
}

fn machine(host: &Host) -> String {
    format!("{}-{}cpu-{}", host.arch, host.logical_cpus, host.id)
}

/// Copies, whole or not at all.
fn keep(dir: &Path, record: &Path) -> Result<()> {
    let parent = record.parent().context("a record has a folder above it")?;
    fs::create_dir_all(parent)?;
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o777));
    let copy = builder.tempdir_in(parent)?;
    for name in KEPT {
        fs::copy(dir.join(name), copy.path().join(name)).with_context(|| name.to_owned())?;
    }
    let copy = copy.keep();
    fs::rename(&copy, record).inspect_err(|_| drop(fs::remove_dir_all(&copy)))?;
    Ok(())
}
