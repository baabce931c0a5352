//! Files of rows. `runs.csv` is the commit log: a cell is done when its line stands there whole.

mod error;
mod file;
mod line;
mod samples;
mod saved;

use std::collections::HashSet;
use std::path::Path;

use serde::Serialize;

use crate::rows::record::{RunRow, SampleRow};
use crate::rows::render;

pub use error::StoreError;
pub(crate) use error::io;
pub use file::replace;
pub(crate) use line::line;
use line::{SealedRow, SealedRows};
use samples::read_samples;

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
    let (runs, lost) = read_begun(dir)?;
    match lost {
        Some(cell) => Err(StoreError::Lost { path: dir.join(RUNS), cell }),
        None => Ok(runs),
    }
}

/// [`read`], and a cell that has samples but no row: a killed run leaves such, and so does a file of rows that was cut
/// short.
pub(crate) fn read_begun(dir: &Path) -> Result<(Vec<Run>, Option<String>), StoreError> {
    let (path, samples) = (dir.join(RUNS), dir.join(SAMPLES));
    let lines = SealedRows::open(&path).map_err(|error| saved::explain(&path, error))?;
    let mut by_cell = read_samples(&samples).map_err(|error| saved::explain(&samples, error))?;
    let mut seen = HashSet::new();
    let attach = |line: Result<SealedRow, StoreError>| {
        let SealedRow { row, line, seal } = line?;
        let (path, cell) = (path.clone(), row.cell.clone());
        if !seen.insert(cell.clone()) {
            return Err(StoreError::Repeated { path, line, cell });
        }
        let samples = by_cell.remove(cell.as_str()).unwrap_or_default();
        match seal {
            Some(seal) if !seal.holds(&samples) => Err(StoreError::Edited { path, line, cell }),
            _ => Ok(Run { row, samples }),
        }
    };
    let runs: Result<Vec<Run>, StoreError> = lines.map(attach).collect();
    let runs = runs.map_err(|error| saved::explain(&path, error))?;
    Ok((runs, by_cell.into_keys().min().map(|cell| cell.to_string())))
}

/// Writes both files of a run's directory, each whole or not at all.
///
/// # Errors
/// If the file system refuses.
pub fn write(dir: &Path, runs: &[Run]) -> Result<(), StoreError> {
    let samples: Vec<&SampleRow> = runs.iter().flat_map(|run| &run.samples).collect();
    write_atomically(&dir.join(SAMPLES), &samples)?;
    let path = dir.join(RUNS);
    let mut text = Vec::new();
    for run in runs {
        text.extend(line(&path, &run.row, &run.samples, text.is_empty())?);
    }
    replace(&path, &String::from_utf8_lossy(&text))
}

/// Writes rows to a file, whole or not at all.
///
/// # Errors
/// If the file system refuses.
pub fn write_atomically<T: Serialize>(path: &Path, rows: &[T]) -> Result<(), StoreError> {
    let text = render::csv(rows).map_err(|source| StoreError::Row { path: path.into(), source })?;
    replace(path, &text)
}
