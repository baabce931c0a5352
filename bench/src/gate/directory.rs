//! Manages the directory of a gate's job. Its content is deleted before a new job only if the gate itself made it.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use skipbench_reports::rows::store;

use crate::run::rundir;

/// Default directory of a job.
const USUAL: &str = "target/gate/job";

/// Name of the file that marks a directory as made by the gate.
const MARKER: &str = ".skipbench-gate";

/// Text of the marker.
const MARK: &str = "skipbench gate made this directory, and empties it before the next job.\n";

/// Names of the sides of a job.
const SIDES: [&str; 3] = ["base", "head", "relinked"];

/// Names of the files that the gate writes into a side.
const WRITTEN: [&str; 5] = [store::RUNS, store::SAMPLES, "host.toml", "plan.json", MARKER];

/// Returns the directory that a job asked for.
pub(super) fn chosen(out: Option<&Path>) -> PathBuf {
    out.unwrap_or(Path::new(USUAL)).to_owned()
}

/// Refuses a directory that holds what the gate did not make. It changes nothing.
///
/// # Errors
/// Returns an error if it does, or if it cannot be read.
pub(super) fn check(dir: &Path) -> Result<()> {
    let at = || dir.display().to_string();
    if fs::symlink_metadata(dir).is_err() {
        return Ok(());
    }
    let marked = dir.join(MARKER).is_file();
    let empty = fs::read_dir(dir).with_context(at)?.next().is_none();
    ensure!(
        marked || empty,
        "{0}: it holds files that belong to no job of the gate, and they are not deleted; give another --out, or \
         move it away",
        at()
    );
    SIDES.iter().try_for_each(|side| check_side(&dir.join(side)))
}

fn check_side(side: &Path) -> Result<()> {
    let at = || side.display().to_string();
    let Ok(metadata) = fs::symlink_metadata(side) else { return Ok(()) };
    ensure!(metadata.is_dir(), "{}: the gate made no such file, and does not delete it; move it away", at());
    let names: Vec<_> = fs::read_dir(side).with_context(at)?.collect::<std::io::Result<Vec<_>>>().with_context(at)?;
    let marked = names.is_empty() || side.join(MARKER).is_file();
    ensure!(marked, "{}: the gate did not make it, and does not delete it; move it away", at());
    let foreign = names.iter().map(fs::DirEntry::file_name).find(|name| WRITTEN.iter().all(|written| name != written));
    if let Some(name) = foreign {
        anyhow::bail!("{}: the gate did not make {}, and does not delete it; move it away", at(), name.display());
    }
    Ok(())
}

/// Prepares the directory for a job: removes what the gate wrote from all sides, and keeps every other job out.
///
/// # Errors
/// Returns the errors of [`check`], and an error if another job is at work there, or if the file system refuses.
pub(super) fn prepare(dir: &Path) -> Result<(PathBuf, File)> {
    check(dir)?;
    fs::create_dir_all(dir).with_context(|| dir.display().to_string())?;
    // First of all files, so that a job that is killed here can be repeated.
    mark(dir)?;
    let lock = rundir::lock(dir)?;
    check(dir)?;
    for side in SIDES.map(|side| dir.join(side)) {
        for name in WRITTEN.iter().map(|name| side.join(name)).filter(|path| path.exists()) {
            // The marker last: the rest is the gate's only with it.
            fs::remove_file(&name).with_context(|| name.display().to_string())?;
        }
        fs::create_dir_all(&side).with_context(|| side.display().to_string())?;
        mark(&side)?;
    }
    Ok((dir.canonicalize().with_context(|| dir.display().to_string())?, lock))
}

fn mark(dir: &Path) -> Result<()> {
    Ok(store::replace(&dir.join(MARKER), MARK)?)
}
