//! One share as it is read.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use skipbench_reports::rows::store::{self, Run};

use crate::run::provenance::Host;
use crate::run::rundir::{self, Plan};
use crate::run::shard::{Shard, hosts};

/// A share, whole or not.
pub(super) struct Part {
    pub(super) dir: PathBuf,
    pub(super) plan: Plan,
    pub(super) shard: Shard,
    pub(super) hosts: Vec<Host>,
    /// Its rows by cell, without those of sets of which some row is lacking.
    pub(super) runs: HashMap<String, Box<Run>>,
}

/// The shares in `dirs`, or in their folders.
///
/// # Errors
/// A directory without one, or a share that cannot be read.
pub(super) fn read_all(dirs: &[PathBuf]) -> Result<Vec<Part>> {
    let mut parts = Vec::new();
    for dir in dirs {
        if rundir::is_begun(dir) {
            parts.push(read(dir)?.with_context(|| format!("{}: merged already; name the shards", dir.display()))?);
            continue;
        }
        let before = parts.len();
        for inner in folders(dir)? {
            parts.extend(read(&inner)?);
        }
        ensure!(
            parts.len() > before,
            "{}: no share of a plan; `skipbench run --shard K/N --out DIR` makes them",
            dir.display()
        );
    }
    Ok(parts)
}

/// Folders of `dir` with a plan.
fn folders(dir: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(dir).with_context(|| dir.display().to_string())?;
    let mut folders = Vec::new();
    for entry in entries {
        let path = entry.with_context(|| dir.display().to_string())?.path();
        if rundir::is_begun(&path) {
            folders.push(path);
        }
    }
    folders.sort();
    Ok(folders)
}

/// Returns the share in `dir`, or nothing if several were merged there.
fn read(dir: &Path) -> Result<Option<Part>> {
    let plan = rundir::open(dir)?;
    if plan.merged.is_some() {
        return Ok(None);
    }
    let Some(shard) = plan.shard.clone() else {
        bail!("{}: a whole run and no share of a plan; leave it out", dir.display());
    };
    ensure!(
        shard.places.len() == plan.cells.len() && (1..=shard.place.of).contains(&shard.place.number),
        "{}: its plan has {} cells, but {} places for them, as share {}; run the share anew",
        dir.display(),
        plan.cells.len(),
        shard.places.len(),
        shard.place
    );
    let runs = rows(dir, &plan)?;
    Ok(Some(Part { dir: dir.to_owned(), shard, hosts: hosts::read(dir)?, runs, plan }))
}

/// What is whole of its rows: a share that was killed may have a line without its end, and a set without a row.
fn rows(dir: &Path, plan: &Plan) -> Result<HashMap<String, Box<Run>>> {
    if !dir.join(store::RUNS).exists() {
        return Ok(HashMap::new());
    }
    let runs = store::read_begun(dir)?;
    rundir::ensure_planned(dir, plan, &runs.iter().map(|run| run.row.cell.clone()).collect::<HashSet<_>>())?;
    let torn = rundir::torn_sets(plan, &runs.iter().map(|run| run.row.cell.as_str()).collect());
    let named = runs.into_iter().map(|run| (run.row.cell.clone(), Box::new(run)));
    Ok(named.filter(|(cell, _)| !torn.contains(cell)).collect())
}
