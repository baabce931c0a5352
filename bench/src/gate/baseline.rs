//! A baseline: a base that is kept in the repository, until a head takes its place. It has the rows, the machine and a
//! mark that says how many rows there are and covers all of them together.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use skipbench_ci::bless::{Blessing, bless};
use skipbench_reports::input;
use skipbench_reports::rows::document;
use skipbench_reports::rows::store::{self, Run};

use super::evidence;
use crate::run::rundir::PLAN;

/// What makes a directory a baseline.
pub(super) const MARK: &str = "baseline.json";

/// The machine, beside a baseline's rows.
const HOST: &str = "host.toml";

#[derive(Debug, Serialize, Deserialize)]
struct Mark {
    cells: usize,
    /// SHA-256 of the lines of `runs.csv`. Each ends with the seal of its row and samples.
    rows_sha256: String,
}

/// What `head` changes of `base`, which need not be there yet.
///
/// # Errors
/// Rows that cannot be read, or that are no baseline.
pub(crate) fn blessing(base: &Path, head: &Path) -> Result<Blessing> {
    refuse_others(base)?;
    let old = if base.join(store::RUNS).exists() { store::read(base)? } else { Vec::new() };
    Ok(bless(&old, &evidence::blessed(base, head)?)?)
}

/// Refuses a directory whose files a baseline would take the place of, though they are none of a baseline's.
fn refuse_others(base: &Path) -> Result<()> {
    let at = base.display();
    ensure!(!base.join(PLAN).exists(), "{at}: it holds a run, which a baseline would replace; give another --base");
    let whole = if is_one(base) { mark(base).is_ok() } else { base.join(store::RUNS).exists() };
    let foreign = [MARK, store::SAMPLES, HOST].into_iter().find(|name| !whole && base.join(name).exists());
    match foreign {
        Some(name) => {
            bail!("{at}: {name} belongs to no baseline, and a baseline would replace it; give another --base")
        }
        None => Ok(()),
    }
}

/// Writes a base anew, its mark last: it is whole once that is there.
///
/// # Errors
/// A head that does not say on which machine it was measured, or a file system that refuses.
pub(crate) fn write(base: &Path, head: &Path, runs: &[Run]) -> Result<()> {
    let host = head.join(HOST);
    ensure!(host.exists(), "{}: not found; a baseline must say on which machine it was measured", host.display());
    fs::create_dir_all(base).with_context(|| base.display().to_string())?;
    let text = input::text(&host, input::SETTINGS).with_context(|| host.display().to_string())?;
    store::replace(&base.join(HOST), &text)?;
    store::write(base, runs)?;
    let mark = Mark { cells: runs.len(), rows_sha256: digest(base)? };
    Ok(store::replace(&base.join(MARK), &document::format(&mark)?)?)
}

/// Whether `dir` is a baseline.
pub(super) fn is_one(dir: &Path) -> bool {
    dir.join(MARK).exists()
}

/// Compares the rows, of which there are `count`, with the mark.
///
/// # Errors
/// If they are not those that were blessed.
pub(super) fn check(dir: &Path, count: usize) -> Result<()> {
    let mark = mark(dir)?;
    ensure!(
        mark.cells == count && mark.rows_sha256 == digest(dir)?,
        "{}: the baseline's {count} rows are not the {} that were blessed; restore its files, or bless a run again",
        dir.display(),
        mark.cells
    );
    Ok(())
}

fn mark(dir: &Path) -> Result<Mark> {
    let path = dir.join(MARK);
    let text = input::text(&path, input::SETTINGS).with_context(|| path.display().to_string())?;
    let document = document::parse(&text).with_context(|| path.display().to_string())?;
    ensure!(document.sealed, "{}: no digest; bless the run again", path.display());
    serde_json::from_value(document.value).with_context(|| path.display().to_string())
}

/// Lines and not bytes: Git may change how they end.
fn digest(dir: &Path) -> Result<String> {
    let path = dir.join(store::RUNS);
    let at = || path.display().to_string();
    let (file, _) = input::open(&path, input::ROWS).with_context(at)?;
    let mut hash = Sha256::new();
    for line in BufReader::new(file).lines() {
        hash.update(line.with_context(at)?);
        hash.update("\n");
    }
    Ok(crate::system::text::hex(&hash.finalize()))
}
