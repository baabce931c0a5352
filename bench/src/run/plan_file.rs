//! Reads and writes a run's plan as a file: what it set out to do, sealed.

use std::fs::File;
use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use skipbench_reports::input;
use skipbench_reports::rows::document::{self, Document, long};
use skipbench_reports::rows::store;

use crate::run::plan::PlannedCell;
use crate::run::shard::Shard;
use crate::run::sitting::precision::Goal;

/// Name of the file of a run's plan.
pub(crate) const PLAN: &str = "plan.json";

/// Describes what a run set out to do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Plan {
    /// Name of the suite.
    pub suite: String,
    /// SHA-256 of the suite's text.
    pub suite_sha256: String,
    /// Command of the run.
    pub command: String,
    /// How precise the timed cells' comparison must be, if that was asked for.
    pub goal: Option<Goal>,
    /// Cells, in order. Sets that were added come last.
    pub cells: Vec<PlannedCell>,
    /// Labels of the suite's cells that the command line left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<String>,
    /// Plan that the cells are a share of; `None` if they are all of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shard: Option<Shard>,
    /// Shares that it was put together from, if it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub merged: Option<Merged>,
}

/// Says which shares a run was put together from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Merged {
    /// Identity of the plan that was cut.
    pub plan: String,
    /// Number of shares of that plan.
    pub shards: usize,
    /// Number of cells of the whole plan.
    pub total: usize,
}

impl Plan {
    /// Returns all of it except for the cells.
    fn head(&self) -> Self {
        let Self { suite, suite_sha256, command, goal, cells: _, left_out, shard, merged } = self;
        let (suite, suite_sha256, command) = (suite.clone(), suite_sha256.clone(), command.clone());
        let (left_out, shard, merged) = (left_out.clone(), shard.clone(), merged.clone());
        Self { suite, suite_sha256, command, goal: *goal, cells: Vec::new(), left_out, shard, merged }
    }

    /// Returns the first 16 hexadecimal digits of a SHA-256. It covers the suite, every cell's identity in order, and
    /// what the cell is compared with, but not the command: machines may give it in other words.
    pub(crate) fn identity(&self) -> String {
        let mut hash = Sha256::new();
        let mut take = |text: &str| hash.update(format!("{}:{text},", text.len()));
        [&self.suite, &self.suite_sha256].into_iter().for_each(|text| take(text));
        for PlannedCell { cell, reference, budget } in &self.cells {
            [&cell.id(), reference, budget].into_iter().for_each(|text| take(text));
        }
        crate::system::text::hex(&hash.finalize())[..16].to_owned()
    }
}

/// Key of a plan's cells, of which there may be very many.
const CELLS: &str = "cells";

/// Writes the plan again, with the sets that were added, or with cells alone instead of a set.
///
/// # Errors
/// Returns an error if the file system refuses.
pub(crate) fn update(dir: &Path, plan: &Plan) -> Result<()> {
    let head = plan.head();
    let write = |out: &mut dyn Write| long::write(out, &head, CELLS, &plan.cells).map_err(std::io::Error::other);
    Ok(store::replace_by(&dir.join(PLAN), write)?)
}

/// Returns whether a run was begun there.
pub(crate) fn is_begun(dir: &Path) -> bool {
    dir.join(PLAN).exists()
}

/// Reads what a run set out to do.
///
/// # Errors
/// Returns an error if there is no plan, or it is damaged.
pub(crate) fn open(dir: &Path) -> Result<Plan> {
    read(dir).map(|(plan, _)| plan)
}

/// Reads the plan, and whether it has a seal.
///
/// # Errors
/// Returns the errors of [`open`].
pub(super) fn read(dir: &Path) -> Result<(Plan, bool)> {
    let path = dir.join(PLAN);
    ensure!(path.exists(), "{}: no run to resume", path.display());
    let open = || input::open(&path, input::PLAN).map(|(file, _)| file);
    // What is no ordinary file is no damaged plan.
    open().with_context(|| path.display().to_string())?;
    let long = long::read::<Plan, PlannedCell, File>(open, CELLS).with_context(|| describe_damage(&path))?;
    ensure_sealed(dir, long.sealed)?;
    Ok((Plan { cells: long.list, ..long.head }, long.sealed))
}

fn describe_damage(path: &Path) -> String {
    format!("{}: the plan is damaged; restore it, or start a new run", path.display())
}

/// First schema version of rows whose plan always has a seal.
pub(crate) const FIRST_SEALED: u32 = 5;

/// Reads a run's plan as JSON. Plans of earlier versions have no seal, and are read beside rows of their age. For those
/// only the rows tell what was edited ([`ensure_planned`](super::rundir::ensure_planned)).
///
/// # Errors
/// Returns an error if there is none, or if it is not as it was written.
pub(crate) fn document(dir: &Path) -> Result<serde_json::Value> {
    let parsed = parse(dir)?;
    ensure_sealed(dir, parsed.sealed)?;
    Ok(parsed.value)
}

fn ensure_sealed(dir: &Path, sealed: bool) -> Result<()> {
    let is_old = || dir.join(store::RUNS).exists() && store::oldest_version(dir).is_ok_and(|age| age < FIRST_SEALED);
    ensure!(
        sealed || is_old(),
        "{}: its last key, digest, is missing, so an edit would go unnoticed; restore the file, or start a new run",
        dir.join(PLAN).display()
    );
    Ok(())
}

fn parse(dir: &Path) -> Result<Document> {
    let path = dir.join(PLAN);
    let text = input::text(&path, input::PLAN).with_context(|| path.display().to_string())?;
    document::parse(&text).with_context(|| describe_damage(&path))
}
