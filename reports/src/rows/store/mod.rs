//! Files of rows. `runs.csv` is the commit log: a cell is done when its line stands there whole.

mod error;
mod file;
mod line;
mod samples;
mod saved;
mod version;

use std::collections::HashSet;
use std::path::Path;

use serde::Serialize;

use crate::rows::record::{RunRow, SampleRow};
use crate::rows::render;

pub use error::StoreError;
pub(crate) use error::io;
use file::{Lines, begun, whole};
pub use file::{replace, replace_by};
pub use line::FIRST_SEALED;
pub(crate) use line::line;
use line::{SealedRow, SealedRows};
use samples::{Samples, read_samples, salvage_samples};
pub use version::oldest_version;

/// Name of the file of [`RunRow`]s.
pub const RUNS: &str = "runs.csv";
/// Name of the file of [`SampleRow`]s.
pub const SAMPLES: &str = "samples.csv";

/// One cell's row and its series.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// The row.
    pub row: RunRow,
    /// Its samples in the order of writing.
    pub samples: Vec<SampleRow>,
}

/// Reads a run's directory. Rows of older schemas are brought to this one.
///
/// # Errors
/// A file that is missing, cut short, edited into something else, or of an unknown schema version.
pub fn read(dir: &Path) -> Result<Vec<Run>, StoreError> {
    let [runs, samples] = [RUNS, SAMPLES].map(|name| dir.join(name));
    let (runs, lost) = read_both(&runs, &samples, whole)?;
    match lost {
        Some(cell) => Err(StoreError::Lost { path: dir.join(RUNS), cell }),
        None => Ok(runs),
    }
}

/// [`read`] of what a killed run left: a last line without its end counts for nothing, nor do samples of a cell without
/// a row.
///
/// # Errors
/// As [`read`] for what a killed run does not leave.
pub fn read_begun(dir: &Path) -> Result<Vec<Run>, StoreError> {
    let [runs, samples] = [RUNS, SAMPLES].map(|name| dir.join(name));
    read_both(&runs, &samples, begun).map(|(runs, _)| runs)
}

/// What is whole of a run: rows that are damaged, or whose samples are, are left out where `drop` says so of their
/// cell. A line of which no cell can be read has the cell "".
///
/// # Errors
/// As [`read`] for what must not be left out, and always for a file of rows of an unknown schema version.
pub fn salvage(dir: &Path, drop: impl Fn(&str) -> bool) -> Result<Vec<Run>, StoreError> {
    let samples = begun(&dir.join(SAMPLES)).map(salvage_samples).unwrap_or_default();
    let path = dir.join(RUNS);
    let runs = begun(&path).and_then(|lines| attach(&path, lines, samples, &drop));
    runs.map(|(runs, _)| runs).map_err(|error| saved::explain(&path, error))
}

/// Opens a file of rows or of samples.
type Open = fn(&Path) -> Result<Lines, StoreError>;

/// Rows with their samples, and a cell that has samples but no row.
fn read_both(runs: &Path, samples: &Path, open: Open) -> Result<(Vec<Run>, Option<String>), StoreError> {
    // Before the samples, so that a directory without a run is said to be one.
    let lines = open(runs).map_err(|error| saved::explain(runs, error))?;
    let read = open(samples).and_then(|lines| read_samples(samples, lines));
    let by_cell = read.map_err(|error| saved::explain(samples, error))?;
    attach(runs, lines, by_cell, &|_| false).map_err(|error| saved::explain(runs, error))
}

/// Rows with their samples, except for damaged ones that are to be dropped; and a cell that has samples but no row: a
/// killed run leaves such, and so does a file of rows that was cut short.
fn attach(
    path: &Path,
    lines: Lines,
    mut by_cell: Samples,
    drop: &dyn Fn(&str) -> bool,
) -> Result<(Vec<Run>, Option<String>), StoreError> {
    let (mut seen, mut whole) = (HashSet::new(), Vec::new());
    for line in SealedRows::of(path, lines)? {
        let run = line.and_then(|SealedRow { row, line, seal }| {
            let (path, cell) = (path.to_path_buf(), row.cell.clone());
            if !seen.insert(cell.clone()) {
                return Err(StoreError::Repeated { path, line, cell });
            }
            let samples = by_cell.remove(row.cell.as_str()).unwrap_or_default();
            match seal {
                Some(seal) if !seal.holds(&samples) => Err(StoreError::Edited { path, line, cell }),
                _ => Ok(Run { row, samples }),
            }
        });
        match run {
            Ok(run) => whole.push(run),
            Err(error) if error.is_of_a_cell() && drop(error.cell()) => {}
            Err(error) => return Err(error),
        }
    }
    Ok((whole, by_cell.into_keys().min().map(|cell| cell.to_string())))
}

/// Writes both files of a run's directory, each whole or not at all.
///
/// # Errors
/// If the file system refuses.
pub fn write(dir: &Path, runs: &[Run]) -> Result<(), StoreError> {
    let samples: Vec<&SampleRow> = runs.iter().flat_map(|run| &run.samples).collect();
    write_atomically(&dir.join(SAMPLES), &samples)?;
    let path = dir.join(RUNS);
    replace_by(&path, |out| {
        for (index, run) in runs.iter().enumerate() {
            let line = line(&path, &run.row, &run.samples, index == 0).map_err(std::io::Error::other)?;
            out.write_all(&line)?;
        }
        Ok(())
    })
}

/// Writes rows to a file, whole or not at all.
///
/// # Errors
/// If the file system refuses.
pub fn write_atomically<T: Serialize>(path: &Path, rows: &[T]) -> Result<(), StoreError> {
    let text = render::csv(rows).map_err(|source| StoreError::Row { path: path.into(), source })?;
    replace(path, &text)
}
