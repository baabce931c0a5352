//! A run's directory: the plan, the machine and the rows. Enough to go on with it, or to compare it, years later.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};
use skipbench_reports::rows::journal::Journal;
use skipbench_reports::rows::record::{RunRow, Status};
use skipbench_reports::rows::store;

use crate::run::plan::PlannedCell;
use crate::run::provenance::Host;
use crate::run::rounds::Goal;

const PLAN: &str = "plan.json";

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
    Ok(store::replace(&dir.join(PLAN), &serde_json::to_string_pretty(plan)?)?)
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
    let bytes = fs::read(&path).with_context(|| format!("{}: no run to go on with", path.display()))?;
    serde_json::from_slice(&bytes).with_context(|| format!("{}: the plan is damaged; start a new run", path.display()))
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
