//! Files of rows. `runs.csv` is the commit log: a cell is done when its line stands there whole.

mod error;
mod file;
mod line;
mod version;

use std::collections::{HashMap, HashSet};
use std::path::Path;

use serde::Serialize;

use crate::rows::record::{RunRow, SampleRow};
use crate::rows::render;

pub use error::StoreError;
pub(crate) use error::io;
pub use file::replace;
use file::{begun, whole};
pub(crate) use line::line;
use line::{SealedRow, read_runs};
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
    let [runs, samples] = [RUNS, SAMPLES].map(|name| whole(&dir.join(name)));
    let (runs, lost) = attach(dir, &runs?, &read_samples(&dir.join(SAMPLES), &samples?)?, &|_| false)?;
    match lost {
        Some(cell) => Err(StoreError::Lost { path: dir.join(RUNS), cell }),
        None => Ok(runs),
    }
}

/// [`read`] of what a killed run left: a last line without its end counts for nothing, nor do samples of a cell without
/// a row.
pub(crate) fn read_begun(dir: &Path) -> Result<Vec<Run>, StoreError> {
    let samples = dir.join(SAMPLES);
    let samples = read_samples(&samples, &begun(&samples)?)?;
    attach(dir, &begun(&dir.join(RUNS))?, &samples, &|_| false).map(|(runs, _)| runs)
}

/// What is whole of a run: rows that are damaged, or whose samples are, are left out where `drop` says so of their cell.
/// A line of which no cell can be read has the cell "".
///
/// # Errors
/// As [`read`] for what must not be left out, and always for a file of rows of an unknown schema version.
pub fn salvage(dir: &Path, drop: impl Fn(&str) -> bool) -> Result<Vec<Run>, StoreError> {
    // Whatever is wrong with samples, the digest of their row knows it.
    let text = begun(&dir.join(SAMPLES)).unwrap_or_default();
    let samples: Vec<SampleRow> =
        csv::Reader::from_reader(text.as_bytes()).into_deserialize().filter_map(Result::ok).collect();
    attach(dir, &begun(&dir.join(RUNS))?, &samples, &drop).map(|(runs, _)| runs)
}

/// Rows with their samples, but for damaged ones that are to be dropped; and a cell that has samples but no row: a killed
/// run leaves such, and so does a file of rows that was cut short.
fn attach(
    dir: &Path,
    runs: &str,
    samples: &[SampleRow],
    drop: &dyn Fn(&str) -> bool,
) -> Result<(Vec<Run>, Option<String>), StoreError> {
    let path = dir.join(RUNS);
    let mut by_cell = HashMap::<&str, Vec<SampleRow>>::new();
    for sample in samples {
        by_cell.entry(&sample.cell).or_default().push(sample.clone());
    }
    let (mut seen, mut whole) = (HashSet::new(), Vec::new());
    for line in read_runs(&path, runs)? {
        let run = line.and_then(|SealedRow { row, line, seal }| {
            let (path, cell) = (path.clone(), row.cell.clone());
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
    Ok((whole, by_cell.into_keys().min().map(str::to_owned)))
}

fn read_samples(path: &Path, text: &str) -> Result<Vec<SampleRow>, StoreError> {
    let rows: Result<Vec<SampleRow>, csv::Error> =
        csv::Reader::from_reader(text.as_bytes()).into_deserialize().collect();
    rows.map_err(|source| StoreError::Row { path: path.into(), source })
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
