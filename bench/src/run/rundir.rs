//! A run's directory: the plan, the machine and the rows. Enough to go on with it, or to compare it, years later.

use std::collections::HashSet;
use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use serde::{Deserialize, Serialize};
use skipbench_reports::rows::document;
use skipbench_reports::rows::journal::Journal;
use skipbench_reports::rows::record::{RunRow, Status};
use skipbench_reports::rows::store;

use crate::run::plan::PlannedCell;
use crate::run::provenance::Host;
use crate::run::rounds::Goal;

/// Name of the file of a run's plan.
pub(crate) const PLAN: &str = "plan.json";

/// What a run set out to do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Plan {
    /// The suite's name.
    pub suite: String,
    /// SHA-256 of its text.
    pub suite_sha256: String,
    /// The command.
    pub command: String,
    /// How precise the timed cells' comparison shall be, if that was asked for.
    pub goal: Option<Goal>,
    /// The cells, in order; rounds that were added stand last.
    pub cells: Vec<PlannedCell>,
    /// Labels of the suite's cells that the command line left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<String>,
}

/// `reports/out/<suite>-<time>`.
pub(crate) fn default_path(suite: &str) -> PathBuf {
    let time = jiff::Timestamp::now().strftime("%Y%m%dT%H%M%SZ");
    Path::new("reports/out").join(format!("{suite}-{time}"))
}

/// Makes the directory of a new run.
///
/// # Errors
/// If there is a run already, or the file system refuses.
pub(crate) fn create(dir: &Path, plan: &Plan, host: &Host) -> Result<()> {
    if dir.join(PLAN).exists() || dir.join(store::RUNS).exists() {
        bail!(
            "{0} holds a run already; go on with it by `skipbench run --resume {0}`, or give another --out",
            dir.display()
        );
    }
    fs::create_dir_all(dir).with_context(|| dir.display().to_string())?;
    store::replace(&dir.join("host.toml"), &toml::to_string(host)?)?;
    update(dir, plan)
}

/// Writes the plan anew, with the rounds that were added.
///
/// # Errors
/// If the file system refuses.
pub(crate) fn update(dir: &Path, plan: &Plan) -> Result<()> {
    Ok(store::replace(&dir.join(PLAN), &document::format(plan)?)?)
}

/// Whether a run was begun there.
pub(crate) fn is_begun(dir: &Path) -> bool {
    dir.join(PLAN).exists()
}

/// Reads what a run set out to do.
///
/// # Errors
/// If there is no plan, or it is damaged.
pub(crate) fn open(dir: &Path) -> Result<Plan> {
    let path = dir.join(PLAN);
    ensure!(path.exists(), "{}: no run to go on with", path.display());
    serde_json::from_value(document(dir)?)
        .with_context(|| format!("{}: the plan is damaged; start a new run", path.display()))
}

/// A run's plan as JSON, whoever wrote it. Plans of earlier versions have no seal, and are read; of those only the rows
/// tell what was edited ([`ensure_planned`]).
///
/// # Errors
/// If there is none, or it is not as it was written.
pub(crate) fn document(dir: &Path) -> Result<serde_json::Value> {
    let path = dir.join(PLAN);
    let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    let parsed = document::parse(&text);
    Ok(parsed
        .with_context(|| format!("{}: the plan is damaged; restore it, or start a new run", path.display()))?
        .value)
}

/// Compares rows with the plan by the identity of their cells, which is a digest of everything that a cell is made from:
/// a plan that was edited has other cells than those that were measured.
///
/// # Errors
/// If a row is of no cell of the plan.
pub(crate) fn ensure_planned(dir: &Path, plan: &Plan, rows: &HashSet<String>) -> Result<()> {
    let planned: HashSet<String> = plan.cells.iter().map(|planned| planned.cell.id()).collect();
    let strange = rows.difference(&planned).count();
    ensure!(
        strange == 0,
        "{}: {strange} of {} rows are of no cell of {PLAN}: it was edited, or is of another version of skipbench, and to go on would measure those cells twice; start a new run",
        dir.display(),
        rows.len()
    );
    Ok(())
}

/// The machine that a run began on.
///
/// # Errors
/// If `host.toml` is missing or damaged.
pub(crate) fn host(dir: &Path) -> Result<Host> {
    let path = dir.join("host.toml");
    let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    toml::from_str(&text).with_context(|| format!("{}: damaged", path.display()))
}

/// Keeps every other skipbench out of the run's directory until this one ends, however it ends.
///
/// # Errors
/// If another one is at work there.
pub(crate) fn lock(dir: &Path) -> Result<File> {
    let path = dir.join("lock");
    let file = File::create(&path).with_context(|| path.display().to_string())?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => bail!("{}: another skipbench is at work on this run", dir.display()),
        Err(TryLockError::Error(error)) => Err(error).with_context(|| path.display().to_string()),
    }
}

/// Opens the rows for appending and gives those that are there; with `retry`, those that failed are taken out first.
///
/// # Errors
/// If the rows cannot be read or written.
pub(crate) fn journal(dir: &Path, retry: bool) -> Result<(Journal, Vec<RunRow>)> {
    if retry {
        Journal::open(dir)?;
        let mut runs = store::read(dir)?;
        runs.retain(|run| run.row.status == Status::Ok);
        store::write(dir, &runs)?;
    }
    Ok(Journal::open(dir)?)
}
