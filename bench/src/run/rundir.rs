//! Manages a run's directory: the plan, the machine and the rows. They are enough to continue it, or to compare it,
//! years later.

use std::collections::HashSet;
use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use skipbench_reports::input;
use skipbench_reports::rows::journal::Journal;
use skipbench_reports::rows::record::{RunRow, Status};
use skipbench_reports::rows::store;

use crate::run::plan::PlannedCell;
use crate::run::plan_file::read;
pub(crate) use crate::run::plan_file::{Merged, PLAN, Plan, document, is_begun, open, update};
use crate::run::provenance::Host;
use crate::run::shard::hosts::left_behind;
use crate::run::sitting::together;

/// Name of the file by which one skipbench keeps others out of a directory.
pub(crate) const LOCK: &str = "lock";

/// Directory of results, unless the command line names another.
pub(crate) const RESULTS: &str = "skipbench-results";

/// Creates `skipbench-results/<name>-<time>`, with `-2` and so on where another run took that name, which can happen
/// within one second.
///
/// # Errors
/// Returns an error if the file system refuses.
pub(crate) fn create_free(name: &str) -> Result<PathBuf> {
    let time = jiff::Timestamp::now().strftime("%Y%m%dT%H%M%SZ").to_string();
    fs::create_dir_all(RESULTS).with_context(|| RESULTS.to_owned())?;
    for number in 1.. {
        let nth = if number > 1 { format!("-{number}") } else { String::new() };
        let dir = Path::new(RESULTS).join(format!("{name}-{time}{nth}"));
        match fs::create_dir(&dir) {
            Ok(()) => return Ok(dir),
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error).with_context(|| dir.display().to_string()),
        }
    }
    bail!("{RESULTS}: every name is taken")
}

/// Files that a run overwrites, besides its plan and its rows.
const WRITTEN: [&str; 7] =
    [store::SAMPLES, "comparison.csv", "frontier.csv", "rank.csv", "roofline.csv", "scaling.csv", "claims.csv"];

/// Creates the directory of a new run and keeps every other skipbench out of it. Of two that start at once one gets it,
/// and the other never sees it half-made.
///
/// # Errors
/// Returns an error if there is a run already, or files that the run would overwrite, or if the file system refuses.
pub(crate) fn create(dir: &Path, plan: &Plan, host: &Host) -> Result<File> {
    fs::create_dir_all(dir).with_context(|| dir.display().to_string())?;
    let lock = lock(dir)?;
    refuse_run(dir)?;
    let host = toml::to_string(host)?;
    let machine = dir.join("host.toml");
    let foreign =
        fs::exists(&machine).unwrap_or(true) && input::text(&machine, input::SETTINGS).ok().as_ref() != Some(&host);
    let others = WRITTEN.into_iter().find(|name| dir.join(name).exists());
    if let Some(name) = others.or(foreign.then_some("host.toml")) {
        bail!("{0} holds no run, but it holds {name}, which a run would overwrite; give another --out", dir.display());
    }
    store::replace(&machine, &host)?;
    update(dir, plan)?;
    Ok(lock)
}

/// # Errors
/// Returns an error if `dir` holds a run.
pub(crate) fn refuse_run(dir: &Path) -> Result<()> {
    ensure!(
        !dir.join(PLAN).exists() && !dir.join(store::RUNS).exists(),
        "{0} holds a run already; continue it with `skipbench run --resume {0}`, or give another --out",
        dir.display()
    );
    Ok(())
}

/// Opens a run to continue it, and keeps every other skipbench out meanwhile, because another one may be writing the
/// plan.
///
/// # Errors
/// Returns an error if another one is at work there, or if there is no plan, or it is damaged.
pub(crate) fn resume(dir: &Path) -> Result<(File, Plan)> {
    // Nothing is left behind in a directory that is none.
    ensure!(is_begun(dir), "{}: no run to resume", dir.join(PLAN).display());
    let lock = lock(dir)?;
    let (plan, sealed) = read(dir)?;
    ensure!(
        plan.merged.is_none(),
        "{}: it was put together from shards; go on with those (`skipbench run --resume SHARD`), and merge them anew",
        dir.display()
    );
    if !sealed {
        // Its rows are written in this version's schema from now on, beside which every plan has a seal.
        update(dir, &plan)?;
    }
    Ok((lock, plan))
}

/// Returns the one cell of `plan` whose identity begins with `word`, if there is one.
///
/// # Errors
/// Returns an error if there are several.
pub(crate) fn cell<'a>(dir: &Path, plan: &'a Plan, word: &str) -> Result<Option<&'a PlannedCell>> {
    let found: Vec<_> = plan.cells.iter().filter(|planned| planned.cell.id().starts_with(word)).collect();
    ensure!(found.len() < 2, "{}: {} cells begin with `{word}`; give more characters", dir.display(), found.len());
    Ok(found.first().copied())
}

/// # Errors
/// Returns an error for a word of `--again` that names no cell of the plans.
pub(crate) fn ensure_known(again: &[String], plans: &[(&Path, &Plan)]) -> Result<()> {
    for word in again {
        let mut known = false;
        for (dir, plan) in plans {
            known |= cell(dir, plan, word)?.is_some();
        }
        ensure!(known, "--again {word}: no cell begins with that; runs.csv and plan.json name them");
    }
    Ok(())
}

/// Compares rows with the plan by the identity of their cells, which is a digest of everything that a cell is made
/// from. A plan that was edited has other cells than those that were measured.
///
/// # Errors
/// Returns an error if a row belongs to no cell of the plan.
pub(crate) fn ensure_planned(dir: &Path, plan: &Plan, rows: &HashSet<String>) -> Result<()> {
    let planned: HashSet<String> = plan.cells.iter().map(|planned| planned.cell.id()).collect();
    let strange = rows.difference(&planned).count();
    ensure!(
        strange == 0,
        "{}: {strange} of {} rows belong to no cell of {PLAN}; it was edited, or belongs to another version of \
         skipbench. Continuing would measure those cells twice; start a new run",
        dir.display(),
        rows.len()
    );
    Ok(())
}

/// Returns the machine that a run began on.
///
/// # Errors
/// Returns an error if `host.toml` is missing or damaged.
pub(crate) fn host(dir: &Path) -> Result<Host> {
    let path = dir.join("host.toml");
    let lost =
        || format!("{}: it says on which machine the run was measured; restore it, or start a new run", path.display());
    let text = input::text(&path, input::SETTINGS).with_context(lost)?;
    toml::from_str(&text).with_context(|| format!("{}: damaged; restore it, or start a new run", path.display()))
}

/// Says that another skipbench is at work in a directory.
#[derive(Debug, thiserror::Error)]
#[error("{}: another skipbench is at work on this run; wait for it, or give another --out", dir.display())]
pub(crate) struct Busy {
    dir: PathBuf,
}

/// Keeps every other skipbench out of the run's directory until this one ends, in any way.
///
/// # Errors
/// Returns an error if another one is at work there.
pub(crate) fn lock(dir: &Path) -> Result<File> {
    let path = dir.join(LOCK);
    input::ensure_ordinary_if_there(&path).with_context(|| path.display().to_string())?;
    let file = File::create(&path).with_context(|| path.display().to_string())?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Busy { dir: dir.to_owned() }.into()),
        Err(TryLockError::Error(error)) => Err(error).with_context(|| path.display().to_string()),
    }
}

/// Says which rows are removed before a run continues, which makes their cells be measured again.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Anew<'a> {
    /// Whether rows that failed are removed, and those that are damaged or whose samples are.
    pub(crate) broken: bool,
    /// Cells whose rows are removed, damaged or not.
    pub(crate) cells: &'a [String],
    /// The machine that goes on: of a share, what another one timed in part is measured anew.
    pub(crate) host: &'a str,
}

/// Opens the rows for appending, without those that are measured again, and returns those that stay. A set is one
/// measurement: if it lacks a row, all its rows are measured again. If this fails, the files are unchanged.
///
/// # Errors
/// Returns an error if the rows cannot be read or written.
pub(crate) fn journal(dir: &Path, plan: &Plan, anew: Anew<'_>) -> Result<(Journal, Vec<RunRow>)> {
    let named = |cell: &str| anew.cells.iter().any(|name| name == cell);
    if dir.join(store::RUNS).exists() && (anew.broken || !anew.cells.is_empty()) {
        let mut runs = store::salvage(dir, |cell| anew.broken || named(cell))?;
        runs.retain(|run| !(named(&run.row.cell) || anew.broken && run.row.status != Status::Ok));
        store::write(dir, &runs)?;
    }
    for cell in anew.cells {
        // A cell that begins anew begins from its start.
        let _ = fs::remove_dir_all(dir.join("checkpoints").join(cell));
    }
    let (journal, rows) = Journal::open(dir)?;
    // Before a set is forgotten: rows of another plan than this are nobody's to forget.
    ensure_planned(dir, plan, &rows.iter().map(|row| row.cell.clone()).collect())?;
    let mut torn = torn_sets(plan, &rows.iter().map(|row| row.cell.as_str()).collect());
    if plan.shard.is_some() {
        torn.extend(left_behind(plan, &rows, anew.host));
    }
    if torn.is_empty() {
        return Ok((journal, rows));
    }
    drop(journal);
    let mut runs = store::read(dir)?;
    runs.retain(|run| !torn.contains(&run.row.cell));
    store::write(dir, &runs)?;
    Ok(Journal::open(dir)?)
}

/// Returns the cells of sets in which some cells are `done` and others are not.
pub(crate) fn torn_sets(plan: &Plan, done: &HashSet<&str>) -> HashSet<String> {
    let ids = |set: &[PlannedCell]| set.iter().map(|planned| planned.cell.id()).collect::<Vec<_>>();
    let sets = plan.cells.chunk_by(together).filter(|set| set[0].cell.set.is_some()).map(ids);
    let is_torn = |ids: &Vec<String>| {
        let has = |id: &String| done.contains(id.as_str());
        ids.iter().any(has) && !ids.iter().all(has)
    };
    sets.filter(is_torn).flatten().collect()
}
