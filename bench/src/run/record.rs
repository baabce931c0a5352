//! A record: what is kept of a finished run for good.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use skipbench_reports::rows::record::{RunRow, Status};
use skipbench_reports::rows::store;

use super::provenance::Host;
use super::rundir::{self, Plan};
use super::shard::hosts;

/// What is kept: rows, and the plan, by which each cell can be replayed. The rest of a run's directory is derived from
/// it, or only of use while it runs.
const KEPT: [&str; 4] = [store::RUNS, store::SAMPLES, "host.toml", "plan.json"];

/// A record that was made.
pub(crate) struct Record {
    /// Its directory.
    pub(crate) path: PathBuf,
    /// The day on which the run began.
    pub(crate) date: String,
    /// Cells, and those among them that could not be measured.
    pub(crate) cells: usize,
    pub(crate) broken: usize,
    /// The suite, and the commit of the program that ran it.
    pub(crate) suite: String,
    pub(crate) git_revision: String,
}

/// Keeps the run in `dir` below `records`.
///
/// # Errors
/// A run that is not whole, whose source cannot be found again, or that is kept already.
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

/// Copies the run to the first name that is free. Another process may take that name meanwhile: then the next one is
/// sought, unless what took it is this run.
fn place(dir: &Path, machine: &Path, date: &str, suite: &str) -> Result<PathBuf> {
    loop {
        let path = free(dir, machine, date, suite)?;
        match copy(dir, &path) {
            Err(_) if path.exists() => {}
            copied => return copied.map(|()| path.clone()).with_context(|| path.display().to_string()),
        }
    }
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
        "{}: its source was not a clean commit, so it cannot be built again; commit, build and run again",
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
fn copy(dir: &Path, record: &Path) -> Result<()> {
    let parent = record.parent().context("a record has a folder above it")?;
    fs::create_dir_all(parent)?;
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o777));
    let copied = builder.tempdir_in(parent)?;
    for name in KEPT {
        fs::copy(dir.join(name), copied.path().join(name)).with_context(|| name.to_owned())?;
    }
    let copied = copied.keep();
    fs::rename(&copied, record).inspect_err(|_| drop(fs::remove_dir_all(&copied)))?;
    Ok(())
}
