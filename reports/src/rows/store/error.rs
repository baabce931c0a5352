//! Defines why rows could not be read or written.

use std::path::{Path, PathBuf};

use crate::rows::migrate::OLDEST;
use crate::rows::record::SCHEMA_VERSION;

/// Says why rows could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The file system refused.
    #[error("{path}: {source}")]
    Io {
        /// Path of the file.
        path: PathBuf,
        /// Cause of the failure.
        source: std::io::Error,
    },
    /// A line is not a row.
    #[error("{path}: {source}. The file was cut short or edited by hand; {}", measure_anew(.path))]
    Row {
        /// Path of the file.
        path: PathBuf,
        /// Line, column and cause.
        source: csv::Error,
    },
    /// A column holds a value that is not possible there.
    #[error(
        "{path}: line {line}, column {column}: {problem}; the file was edited by hand, or another program wrote it; {}",
        measure_anew(.path)
    )]
    Field {
        /// Path of the file.
        path: PathBuf,
        /// Number of the line, from 1.
        line: u64,
        /// Name of the column.
        column: String,
        /// Description of what is wrong with it.
        problem: String,
    },
    /// There are rows without a file of samples.
    #[error("{path}: not found, though there are rows; {}", measure_anew(.path))]
    NoSamples {
        /// The file.
        path: PathBuf,
    },
    /// A row or its samples are not what was written.
    #[error(
        "{path}: line {line}: cell {cell} does not agree with its digest: the row, or its samples, were edited by hand \
         or lost; measure the cell again with `skipbench run --resume {} --again {cell}`, or all that are damaged by \
         `--retry-failed`",
        path.parent().unwrap_or(path).display()
    )]
    Edited {
        /// Path of the file.
        path: PathBuf,
        /// Number of the line, from 1.
        line: u64,
        /// Identity of the cell.
        cell: String,
    },
    /// A cell is listed twice in the file.
    #[error("{path}: line {line}: cell {cell} is listed twice; the file was put together by hand")]
    Repeated {
        /// Path of the file.
        path: PathBuf,
        /// Number of the line, from 1.
        line: u64,
        /// Identity of the cell.
        cell: String,
    },
    /// A cell's samples have no row.
    #[error(
        "{path}: cell {cell} has samples but no row: the file was cut short; `skipbench run --resume` repairs what a \
         killed run left"
    )]
    Lost {
        /// Path of the file.
        path: PathBuf,
        /// Identity of the cell.
        cell: String,
    },
    /// The last line has no end.
    #[error(
        "{path}: the last line is cut short; `skipbench run --resume DIR` repairs rows that a killed run left, and measures \
         cells whose samples are damaged again with `--retry-failed`"
    )]
    Torn {
        /// Path of the file.
        path: PathBuf,
    },
    /// Another program saved the file in its own way.
    #[error(
        "{path}: saved {how} by another program, such as a spreadsheet, while rows are text with commas in UTF-8; use \
         the file as skipbench wrote it"
    )]
    Resaved {
        /// Path of the file.
        path: PathBuf,
        /// How it was saved.
        how: &'static str,
    },
    /// Version control left both sides of a conflict in the file.
    #[error(
        "{path}: line {line} is the marker of a merge conflict; resolve the conflict by using one side's whole file"
    )]
    Conflict {
        /// Path of the file.
        path: PathBuf,
        /// Number of the line, from 1.
        line: u64,
    },
    /// A row was written by a version that this program does not know.
    #[error(
        "{path}: line {line} has schema version {found}, but this skipbench reads versions {OLDEST} to {SCHEMA_VERSION}; use the skipbench that wrote it, or a newer one"
    )]
    Version {
        /// Path of the file.
        path: PathBuf,
        /// Number of the line, from 1.
        line: u64,
        /// Version of the row, as written.
        found: String,
    },
}

impl StoreError {
    /// Returns whether the error concerns one line alone. The others are then still good.
    pub(super) fn is_of_a_cell(&self) -> bool {
        matches!(self, Self::Row { .. } | Self::Field { .. } | Self::Edited { .. } | Self::Repeated { .. })
    }

    /// Converts the error of a file of samples that could not be opened.
    pub(super) fn of_samples(self) -> Self {
        match self {
            Self::Io { path, source } if source.kind() == std::io::ErrorKind::NotFound => Self::NoSamples { path },
            other => other,
        }
    }

    /// Returns the cell, where it is known.
    pub(super) fn cell(&self) -> &str {
        match self {
            Self::Edited { cell, .. } | Self::Repeated { cell, .. } | Self::Lost { cell, .. } => cell,
            _ => "",
        }
    }
}

/// Describes what helps where a file of a run is damaged.
fn measure_anew(path: &Path) -> String {
    let dir = path.parent().unwrap_or(path).display();
    format!("restore it, or measure what is damaged again with `skipbench run --resume {dir} --retry-failed`")
}

pub(crate) fn io(path: &Path, source: std::io::Error) -> StoreError {
    StoreError::Io { path: path.into(), source }
}
