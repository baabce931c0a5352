//! Stores rows in files. `runs.csv` is the commit log: a cell is done when its whole line is there.

mod error;
mod file;
mod line;
mod misread;
mod samples;
mod saved;
mod version;

use std::collections::HashSet;
use std::path::Path;

use serde::Serialize;

use crate::input;
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

/// Holds one cell's row and its series.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// Row of the cell.
    pub row: RunRow,
    /// Samples of the cell, in the order of writing.
    pub samples: Vec<SampleRow>,
}

/// Reads a run's directory. Rows of older schemas are brought to this one.
///
/// # Errors
/// Returns an error for a file that is missing, cut short, edited into something else, or of an unknown schema version.
pub fn read(dir: &Path) -> Result<Vec<Run>, StoreError> {
    read_as(dir, |run| run)
}

/// [`read`], but of every run that is kept which `keep` makes of it: a large directory's is never in memory whole.
///
/// # Errors
/// As [`read`].
pub fn read_as(dir: &Path, mut keep: impl FnMut(Run) -> Run) -> Result<Vec<Run>, StoreError> {
    let [runs, samples] = [RUNS, SAMPLES].map(|name| dir.join(name));
    let (runs, lost) = read_both(&runs, &samples, whole, &mut keep)?;
    match lost {
        Some(cell) => Err(StoreError::Lost { path: dir.join(RUNS), cell }),
        None => Ok(runs),
    }
}

/// Does the same as [`read`] for what a killed run left. A last line without its end is ignored, and so are samples of
/// a cell without a row.
///
/// # Errors
/// Returns the errors of [`read`] for what a killed run does not leave.
pub fn read_begun(dir: &Path) -> Result<Vec<Run>, StoreError> {
    let [runs, samples] = [RUNS, SAMPLES].map(|name| dir.join(name));
    read_both(&runs, &samples, begun, &mut |run| run).map(|(runs, _)| runs)
}

/// Reads what is whole of a run. Rows that are damaged, or whose samples are, are left out where `drop` says so for
/// their cell. A line in which no cell can be read has the cell "".
///
/// # Errors
/// Returns the errors of [`read`] for what must not be left out, and always for a file of rows of an unknown schema
/// version.
pub fn salvage(dir: &Path, drop: impl Fn(&str) -> bool) -> Result<Vec<Run>, StoreError> {
    let samples = begun(&dir.join(SAMPLES), input::SAMPLES).map(salvage_samples).unwrap_or_default();
    let path = dir.join(RUNS);
    let runs = begun(&path, input::ROWS).and_then(|lines| attach(&path, lines, samples, &drop, &mut |run| run));
    runs.map(|(runs, _)| runs).map_err(|error| saved::explain(&path, error))
}

/// Opens a file of rows or of samples, of so many bytes at most.
type Open = fn(&Path, u64) -> Result<Lines, StoreError>;

/// Reads rows with their samples, and a cell that has samples but no row.
fn read_both(
    runs: &Path,
    samples: &Path,
    open: Open,
    keep: &mut dyn FnMut(Run) -> Run,
) -> Result<(Vec<Run>, Option<String>), StoreError> {
    // Before the samples, so that a directory without a run is said to be one.
    let lines = open(runs, input::ROWS).map_err(|error| saved::explain(runs, error))?;
    let read = open(samples, input::SAMPLES).map_err(StoreError::of_samples);
    let read = read.and_then(|lines| read_samples(samples, lines));
    let by_cell = read.map_err(|error| saved::explain(samples, error))?;
    attach(runs, lines, by_cell, &|_| false, keep).map_err(|error| saved::explain(runs, error))
}

/// Attaches samples to rows, except for damaged ones that are to be dropped. Also returns a cell that has samples but
/// no row: a killed run leaves such samples, and so does a file of rows that was cut short.
fn attach(
    path: &Path,
    lines: Lines,
    mut by_cell: Samples,
    drop: &dyn Fn(&str) -> bool,
    keep: &mut dyn FnMut(Run) -> Run,
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
            Ok(run) => whole.push(keep(run)),
            Err(error) if error.is_of_a_cell() && drop(error.cell()) => {}
            Err(error) => return Err(error),
        }
    }
    Ok((whole, by_cell.into_keys().min().map(|cell| cell.to_string())))
}

/// Writes both files of a run's directory, each completely or not at all.
///
/// # Errors
/// Returns an error if the file system refuses.
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

/// Writes rows to a file, completely or not at all.
///
/// # Errors
/// Returns an error if the file system refuses.
pub fn write_atomically<T: Serialize>(path: &Path, rows: &[T]) -> Result<(), StoreError> {
    let text = render::csv(rows).map_err(|source| StoreError::Row { path: path.into(), source })?;
    replace(path, &text)
}
