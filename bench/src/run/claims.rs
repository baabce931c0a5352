//! Runs claims: every suite of a claim is a run in its own directory below the claims' directory.

use std::fs::File;
use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};
use skipbench_reports::claims::Claim;

use super::provenance::Host;
use super::request::Request;
use super::rundir::{self, Plan};
use super::{ask, planning};
use crate::suite::claims::suites;

/// One suite of a claim, planned.
pub(crate) struct PlannedSuite {
    pub(crate) claim: Claim,
    /// Name of the suite.
    pub(crate) name: &'static str,
    pub(crate) plan: Plan,
}

/// Returns the directory of a claim's suite below the claims' own.
pub(crate) fn dir_of(dir: &Path, suite: &str) -> PathBuf {
    dir.join(suite.trim_start_matches("claim-"))
}

/// Plans all suites of `claims` as `request` asks, except for those in which its filter leaves no cell.
///
/// # Errors
/// Returns an error for a suite, a device or data that is not available, or for a filter that leaves no cell at all.
pub(crate) fn planned(
    claims: impl Iterator<Item = Claim>,
    deep: bool,
    request: &Request,
    host: &Host,
    say: &dyn Fn(&str),
) -> Result<Vec<PlannedSuite>> {
    let mut devices = request.devices.clone();
    if devices.is_empty() {
        // Once for all of them, so that what `auto` takes is said once.
        devices = ask::devices(&["auto".to_owned()], say)?.iter().map(ToString::to_string).collect();
    }
    let mut planned = Vec::new();
    for claim in claims {
        for suite in suites(claim.name, deep) {
            let request = Request { suite: suite.name.to_owned(), devices: devices.clone(), ..request.clone() };
            planned.push(PlannedSuite { claim, name: suite.name, plan: planning::plan(&request, host, say)? });
        }
    }
    planned.retain(|suite| !suite.plan.cells.is_empty());
    let filter = request.filter.as_deref().unwrap_or_default();
    ensure!(
        !planned.is_empty(),
        "--filter '{filter}' leaves no cell of any claim; `skipbench claims --list` shows all"
    );
    Ok(planned)
}

/// Returns the suites of `claims` that an earlier session planned below `dir`.
///
/// # Errors
/// Returns an error if there is none, or if a plan cannot be read.
pub(crate) fn begun(claims: impl Iterator<Item = Claim>, dir: &Path) -> Result<Vec<PlannedSuite>> {
    let mut begun = Vec::new();
    for claim in claims {
        for suite in suites(claim.name, true) {
            let dir = dir_of(dir, suite.name);
            if rundir::is_begun(&dir) {
                begun.push(PlannedSuite { claim, name: suite.name, plan: rundir::open(&dir)? });
            }
        }
    }
    ensure!(!begun.is_empty(), "{}: no claims to resume; start them with `skipbench claims --out`", dir.display());
    Ok(begun)
}

/// Creates the directory of every suite. The locks keep every other skipbench out of them.
///
/// # Errors
/// Returns an error for a directory that holds something else.
pub(crate) fn create(suites: &[PlannedSuite], dir: &Path, host: &Host) -> Result<Vec<File>> {
    rundir::refuse_run(dir)?;
    suites.iter().map(|suite| rundir::create(&dir_of(dir, suite.name), &suite.plan, host)).collect()
}

/// Opens the directory of every suite again, as [`create`] makes it.
///
/// # Errors
/// Returns an error for a plan that cannot be continued, or a word of `again` that names no cell.
pub(crate) fn reopen(suites: &mut [PlannedSuite], dir: &Path, again: &[String]) -> Result<Vec<File>> {
    let mut locks = Vec::new();
    for suite in suites.iter_mut() {
        // Read again: now nobody else is writing it.
        let (lock, plan) = rundir::resume(&dir_of(dir, suite.name))?;
        locks.push(lock);
        suite.plan = plan;
    }
    let dirs: Vec<PathBuf> = suites.iter().map(|suite| dir_of(dir, suite.name)).collect();
    let plans: Vec<(&Path, &Plan)> = dirs.iter().map(PathBuf::as_path).zip(suites.iter().map(|s| &s.plan)).collect();
    rundir::ensure_known(again, &plans)?;
    Ok(locks)
}
