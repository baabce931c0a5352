//! The directory of a run that was put together.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use skipbench_reports::rows::store;

use super::Whole;
use crate::run::rundir;
use crate::run::shard::hosts::{self, HOST};
use crate::system::files;

/// Writes the run completely or not at all. If all rows are of one machine, it is described as in any other run.
///
/// # Errors
/// Returns an error if there is something already, or if the file system refuses.
pub(crate) fn write(whole: &Whole, out: &Path) -> Result<()> {
    ensure_free(out)?;
    let parent = out.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(parent).with_context(|| parent.display().to_string())?;
    let made = files::temporary_dir_in(parent).with_context(|| parent.display().to_string())?;
    store::write(made.path(), &whole.runs)?;
    match whole.hosts.as_slice() {
        [host] => store::replace(&made.path().join(HOST), &toml::to_string(host)?)?,
        hosts => hosts::write(made.path(), hosts)?,
    }
    rundir::update(made.path(), &whole.plan)?;
    let made = made.keep();
    fs::rename(&made, out).inspect_err(|_| drop(fs::remove_dir_all(&made))).with_context(|| out.display().to_string())
}

/// # Errors
/// Returns an error if there is something at `out`.
pub(crate) fn ensure_free(out: &Path) -> Result<()> {
    let free = !out.exists() || fs::read_dir(out).is_ok_and(|mut entries| entries.next().is_none());
    ensure!(free, "{}: there is something already, and nothing is overwritten; give another --out", out.display());
    Ok(())
}
