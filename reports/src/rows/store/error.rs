//! Why rows could not be read or written.

use std::path::{Path, PathBuf};

use crate::rows::migrate::OLDEST;
use crate::rows::record::SCHEMA_VERSION;

/// Why rows could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The file system refused.
    #[error("{path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A line is not a row.
    #[error("{path}: {source}. The file was cut short or edited by hand; {}", measure_anew(.path))]
    Row {
        /// The file.
        path: PathBuf,
        /// Which line, which column, and why.
        source: csv::Error,
    },
    /// A column holds what it cannot hold.
    #[error(
        "{path}: line {line}, column {column}: {problem}; the file was edited by hand, or is of another program; {}",
        measure_anew(.path)
    )]
    Field {
        /// The file.
        path: PathBuf,
        /// The line.
        line: u64,
        /// The column.
        column: String,
        /// What is wrong with it.
        problem: String,
    },
    /// There are rows without a file of samples.
    #[error("{path}: not found, though there are rows; {}", measure_anew(.path))]
    NoSamples {
        /// The file.
        path: PathBuf,
    },
    /// A row or its samples are not those that were written.
    #[error(
        "{path}: line {line}: cell {cell} does not agree with its digest: the row, or its samples, were edited by hand or lost; measure the cell anew by `skipbench run --resume {} --again {cell}`, or all that are damaged by `--retry-failed`",
        path.parent().unwrap_or(path).display()
    )]
    Edited {
        /// The file.
        path: PathBuf,
        /// The line.
        line: u64,
        /// The cell.
        cell: String,
    },
    /// A cell is listed twice in the file.
    #[error("{path}: line {line}: cell {cell} is listed twice; the file was put together by hand")]
    Repeated {
        /// The file.
        path: PathBuf,
        /// The line.
        line: u64,
        /// The cell.
        cell: String,
    },
    /// A cell's samples have no row.
    #[error(
        "{path}: no row of cell {cell}, of which there are samples: the file was cut short; `skipbench run --resume` mends what a killed run left"
    )]
    Lost {
        /// The file.
        path: PathBuf,
        /// The cell.
        cell: String,
    },
    /// The last line has no end.
    #[error("{path}: the last line is cut short; `skipbench run --resume` mends a file that a killed run left")]
    Torn {
        /// The file.
        path: PathBuf,
    },
    /// Another program saved the file in its own way.
    #[error(
        "{path}: saved {how} by another program, such as a spreadsheet, while rows are text with commas in UTF-8; take the file as skipbench wrote it"
    )]
    Resaved {
        /// The file.
        path: PathBuf,
        /// How.
        how: &'static str,
    },
    /// Version control left both sides of a conflict in the file.
    #[error(
        "{path}: line {line} is the marker of a merge conflict; resolve the conflict by taking one side's file whole"
    )]
    Conflict {
        /// The file.
        path: PathBuf,
        /// The line.
        line: u64,
    },
    /// A version that this program does not know wrote a row.
    #[error(
        "{path}: line {line} has schema version {found}, but this skipbench reads versions {OLDEST} to {SCHEMA_VERSION}; use the skipbench that wrote it, or a newer one"
    )]
    Version {
        /// The file.
        path: PathBuf,
        /// The line.
        line: u64,
        /// Its version, as it stands there.
        found: String,
    },
}

impl StoreError {
    /// Whether it is one line's alone, without which the others are as good.
    pub(super) fn is_of_a_cell(&self) -> bool {
        matches!(self, Self::Row { .. } | Self::Field { .. } | Self::Edited { .. } | Self::Repeated { .. })
    }

    /// Of a file of samples that could not be opened.
    pub(super) fn of_samples(self) -> Self {
        match self {
            Self::Io { path, source } if source.kind() == std::io::ErrorKind::NotFound => Self::NoSamples { path },
            other => other,
        }
    }

    /// The cell, where it is known.
    pub(super) fn cell(&self) -> &str {
        match self {
            Self::Edited { cell, .. } | Self::Repeated { cell, .. } | Self::Lost { cell, .. } => cell,
            _ => "",
        }
    }
}

/// What helps where a file of a run is damaged.
fn measure_anew(path: &Path) -> String {
    let dir = path.parent().unwrap_or(path).display();
    format!("restore it, or measure what is damaged anew by `skipbench run --resume {dir} --retry-failed`")
}

pub(crate) fn io(path: &Path, source: std::io::Error) -> StoreError {
    StoreError::Io { path: path.into(), source }
}
