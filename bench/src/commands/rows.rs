//! Reads directories of runs that are given as arguments.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use clap::Args;
use skipbench_reports::report::Report;
use skipbench_reports::rows::latest::latest;
use skipbench_reports::rows::series::{STEP_NS, TURN_ASLEEP_CPU_NS};
use skipbench_reports::rows::store::{self, Run};

use super::say;
use crate::run::rundir;

/// Directories where runs are looked for if none is named.
const USUAL: [&str; 2] = ["reports/records", rundir::RESULTS];

/// Directories of runs that must be named.
#[derive(Debug, Args)]
pub(super) struct RunDirs {
    /// Directories of runs.
    #[arg(required = true, value_name = "DIR")]
    dirs: Vec<PathBuf>,
}

impl RunDirs {
    pub(super) fn paths(&self) -> &[PathBuf] {
        &self.dirs
    }

    /// Returns everything that their rows say.
    pub(super) fn report(&self) -> Result<Report> {
        Ok(Report::of(each(&self.dirs, |run| run)?))
    }

    /// Returns the rows, with the samples that notes on comparisons are from, and a sentence on each record that is
    /// left out because a later one repeats it.
    pub(super) fn runs(&self) -> Result<(Vec<Run>, Vec<String>)> {
        Ok(latest(each(&self.dirs, with_steps)?))
    }
}

/// Directories of runs, or every run that is here.
#[derive(Debug, Args)]
pub(super) struct AnyRunDirs {
    /// Directories of runs. Default: every run below reports/records and skipbench-results.
    #[arg(value_name = "DIR")]
    dirs: Vec<PathBuf>,
}

impl AnyRunDirs {
    /// Returns everything that their rows say.
    pub(super) fn report(&self) -> Result<Report> {
        let found = if self.dirs.is_empty() { below(&USUAL.map(PathBuf::from))? } else { self.dirs.clone() };
        ensure!(
            !found.is_empty(),
            "no run below {}; name its directory, or make one with `skipbench run`",
            USUAL.join(" or ")
        );
        Ok(Report::of(each(&found, |run| run)?))
    }
}

/// Reads the rows of several runs. For a directory that is no run, it reads every run below it. It says which records
/// are left out because later ones repeat them.
pub(super) fn read(dirs: &[PathBuf]) -> Result<Vec<Run>> {
    let (runs, superseded) = latest(each(dirs, |run| run)?);
    superseded.iter().for_each(|note| say(&format!("note: {note}")));
    Ok(runs)
}

/// Keeps a run without all other samples, which in a large run are much of what would be in memory.
fn with_steps(mut run: Run) -> Run {
    run.samples.retain(|sample| [STEP_NS, TURN_ASLEEP_CPU_NS].contains(&&*sample.series));
    run.samples.shrink_to_fit();
    run
}

/// Returns what `keep` makes of the rows of each run, each by itself.
fn each(dirs: &[PathBuf], keep: fn(Run) -> Run) -> Result<Vec<(PathBuf, Vec<Run>)>> {
    let mut runs = Vec::new();
    for dir in dirs {
        let found = below(std::slice::from_ref(dir))?;
        // Where there is none, reading says what is missing.
        let found = if found.is_empty() { vec![dir.clone()] } else { found };
        for dir in found {
            runs.push((dir.clone(), store::read_as(&dir, keep)?));
        }
    }
    ensure!(runs.iter().any(|(_, runs)| !runs.is_empty()), "no rows yet: the run has not finished a cell");
    Ok(runs)
}

/// Returns every directory with rows below `roots`, in the order of their names.
fn below(roots: &[PathBuf]) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for root in roots.iter().filter(|root| root.is_dir()) {
        collect(root, &mut found).with_context(|| root.display().to_string())?;
    }
    Ok(found)
}

fn collect(dir: &Path, found: &mut Vec<PathBuf>) -> std::io::Result<()> {
    if dir.join(store::RUNS).is_file() {
        found.push(dir.to_owned());
        return Ok(());
    }
    let mut inner: Vec<PathBuf> =
        fs::read_dir(dir)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    inner.sort();
    inner.iter().filter(|path| path.is_dir()).try_for_each(|path| collect(path, found))
}
