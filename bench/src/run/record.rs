//! Keeps a finished run permanently, as a record.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use skipbench_reports::input;
use skipbench_reports::rows::record::{RunRow, Status};
use skipbench_reports::rows::store;

use super::provenance::Host;
use super::rundir::{self, Plan};
use super::shard::hosts;
use crate::system::files;

/// Files that are kept: rows, and the plan, by which each cell can be replayed. The rest of a run's directory is
/// derived from these, or only useful while it runs.
const KEPT: [&str; 4] = [store::RUNS, store::SAMPLES, "host.toml", "plan.json"];

/// A record that was made.
pub(crate) struct Record {
    /// Directory of the record.
    pub(crate) path: PathBuf,
    /// The day on which the run began.
    pub(crate) date: String,
    /// Number of cells, and number of those that could not be measured.
    pub(crate) cells: usize,
    pub(crate) broken: usize,
    /// Name of the suite, and commit of the program that ran it.
    pub(crate) suite: String,
    pub(crate) git_revision: String,
}

/// Keeps the run in `dir` below `records`.
///
/// # Errors
/// Returns an error for a run that is not whole, whose source cannot be found again, or that is kept already.
pub(crate) fn keep(dir: &Path, records: &Path) -> Result<Record> {
    let rows: Vec<RunRow> = store::read(dir)?.into_iter().map(|run| run.row).collect();
    ensure!(
        rundir::open(dir)?.shard.is_none(),
        "{}: a share of a plan; merge all of them, and keep that",
        dir.display()
    );
    let machines = hosts::read(dir)?.len();
    ensure!(
        machines == 0,
        "{}: measured on {machines} machines; a record is of one, so run the suite on one and keep that",
        dir.display()
    );
    let RunRow { suite, git_revision, started, .. } = worth_keeping(dir, &rows)?.clone();
    let date: String = started.chars().take(10).collect();
    let path = place(dir, &records.join(machine(&rundir::host(dir)?)), &date, &suite)?;
    let broken = rows.iter().filter(|row| row.status != Status::Ok).count();
    Ok(Record { path, date, cells: rows.len(), broken, suite, git_revision })
}

/// Copies the run to the first name that is free. Another process may take that name meanwhile. Then the next one is
/// tried, unless what took it is this run.
fn place(dir: &Path, machine: &Path, date: &str, suite: &str) -> Result<PathBuf> {
    loop {
        let path = free(dir, machine, date, suite)?;
        match copy(dir, &path) {
            Err(_) if path.exists() => {}
            copied => return copied.map(|()| path.clone()).with_context(|| path.display().to_string()),
        }
    }
}

/// Returns the first name that no record has. Reports use the latest of those that measure the same.
fn free(dir: &Path, machine: &Path, date: &str, suite: &str) -> Result<PathBuf> {
    let rows = input::bytes(&dir.join(store::RUNS), input::ROWS)?;
    let mut number = 1;
    loop {
        let nth = if number > 1 { format!("-{number}") } else { String::new() };
        let record = machine.join(format!("{date}{nth}-{suite}"));
        if !record.exists() {
            return Ok(record);
        }
        let same = input::bytes(&record.join(store::RUNS), input::ROWS).is_ok_and(|kept| kept == rows);
        ensure!(!same, "{}: this run is kept there already, and records are never changed", record.display());
        number += 1;
    }
}

/// Returns the first row of a run that is whole and whose source can be found again.
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
        "{}: its source was not a clean commit, so it cannot be built again; commit, build and run again",
        dir.display()
    );
    Ok(first)
}

/// Checks that all of a suite was run. A part would be read as all of it, because a record has the suite's name.
fn whole(dir: &Path, cells: usize, left_out: &[String]) -> Result<()> {
    let Some(first) = left_out.first() else { return Ok(()) };
    bail!(
        "{}: --filter left out {} of the suite's {} cells, the first {first}; run the suite without --filter, or make \
         what was measured its own suite",
        dir.display(),
        left_out.len(),
        cells + left_out.len()
    )
}

fn machine(host: &Host) -> String {
    format!("{}-{}cpu-{}", host.arch, host.logical_cpus, host.id)
}

/// Copies the run, completely or not at all.
fn copy(dir: &Path, record: &Path) -> Result<()> {
    let parent = record.parent().context("a record has a folder above it")?;
    fs::create_dir_all(parent)?;
    let copied = files::temporary_dir_in(parent)?;
    for name in KEPT {
        fs::copy(dir.join(name), copied.path().join(name)).with_context(|| name.to_owned())?;
    }
    let copied = copied.keep();
    fs::rename(&copied, record).inspect_err(|_| drop(fs::remove_dir_all(&copied)))?;
    Ok(())
}
