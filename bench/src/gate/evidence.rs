//! What the gate judges by: a run's directory or a baseline, with all that says where its numbers come from. What lacks
//! a part, or was edited, is an error and never judged.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use skipbench_reports::analyses::quantity::format_number_of;
use skipbench_reports::rows::store::{self, FIRST_SEALED, Run};

use super::baseline;
use crate::run::plan_file;
use crate::run::rundir::{self, PLAN};

/// Reads the base, of every row of which that is kept which `keep` gives. Its rows may be of an older schema, which had
/// no seals: `note` hears so.
///
/// # Errors
/// A file that is missing, damaged or edited.
pub(crate) fn base(dir: &Path, note: impl Fn(&str), keep: impl FnMut(Run) -> Run) -> Result<Vec<Run>> {
    let version = version(dir)?;
    if version < FIRST_SEALED {
        note(&format!(
            "note: {}: rows of schema version {version}, which had no seals: an edit would go unnoticed",
            dir.display()
        ));
    }
    read(dir, keep)
}

/// Reads the head likewise, whose rows and plan must be sealed.
///
/// # Errors
/// As [`base`], and rows of an older schema.
pub(crate) fn head(dir: &Path, keep: impl FnMut(Run) -> Run) -> Result<Vec<Run>> {
    let version = version(dir)?;
    let first = plan_file::FIRST_SEALED.max(FIRST_SEALED);
    ensure!(
        version >= first,
        "{}: rows of schema version {version}, which had no seals or whose plan had none, so an edit would go unnoticed; the gate takes a head of version {first} or later: measure it again",
        dir.join(store::RUNS).display()
    );
    read(dir, keep)
}

fn version(dir: &Path) -> Result<u32> {
    store::oldest_version(dir).with_context(|| dir.display().to_string())
}

fn read(dir: &Path, keep: impl FnMut(Run) -> Run) -> Result<Vec<Run>> {
    let runs = store::read_as(dir, keep).with_context(|| dir.display().to_string())?;
    rundir::host(dir).context("the gate must know on which machine a run was measured")?;
    if baseline::is_one(dir) {
        baseline::check(dir, runs.len())?;
    } else {
        ensure!(
            dir.join(PLAN).exists(),
            "{0}: not found. A run has its plan and a baseline has {1}; a baseline of an earlier skipbench gets it with `skipbench gate --base {2} --head {2} --bless`",
            dir.join(PLAN).display(),
            baseline::MARK,
            dir.display()
        );
        rundir::document(dir)?;
    }
    Ok(runs)
}

/// Compares how many cells a finished run planned with how many rows it has: rows that are gone with their samples
/// leave no other trace.
///
/// # Errors
/// If there are fewer.
pub(crate) fn ensure_finished(dir: &Path, rows: usize) -> Result<()> {
    if baseline::is_one(dir) {
        return Ok(());
    }
    let cells = rundir::document(dir)?["cells"].as_array().map_or(0, Vec::len);
    ensure!(
        rows >= cells,
        "{0}: {1}, but the plan has {2}; run it to the end first: skipbench run --resume {0}",
        dir.display(),
        format_number_of(rows, "row"),
        format_number_of(cells, "cell")
    );
    Ok(())
}

/// What stands in place of a plan's check where a head becomes a base: a baseline without its mark may get it from
/// itself.
///
/// # Errors
/// As [`head`].
pub(crate) fn blessed(base: &Path, head: &Path) -> Result<Vec<Run>> {
    let same = fs::canonicalize(base).ok().zip(fs::canonicalize(head).ok()).is_some_and(|(base, head)| base == head);
    if same && !head.join(PLAN).exists() && !baseline::is_one(head) {
        rundir::host(head)?;
        return store::read(head).with_context(|| head.display().to_string());
    }
    self::head(head, |run| run)
}
