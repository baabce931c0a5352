//! Why images could not be had.

use std::path::{Path, PathBuf};

use skipbench_models::SpecError;

/// Why images could not be had. Every variant names the file.
#[derive(Debug, thiserror::Error)]
pub enum DataError {
    /// A file or folder that must be there is not.
    #[error("{path}: not found; {fix}")]
    Missing {
        /// What is not there.
        path: PathBuf,
        /// The way out.
        fix: String,
    },
    /// The file system refused.
    #[error("{path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The bytes are not what they should be.
    #[error("{path}: {found}; expected {expected}")]
    Corrupt {
        /// The file.
        path: PathBuf,
        /// What is there.
        found: String,
        /// What should be.
        expected: String,
    },
    /// No such data set.
    #[error("no data set is named `{0}`; use digits, cifar10, cifar100, generated or folder:DIR")]
    Unknown(String),
    /// Images of a shape that no network takes.
    #[error("data = \"{set}\": {source}")]
    Shape {
        /// The data set.
        set: String,
        /// The number, and what would do.
        source: SpecError,
    },
    /// A setting does not fit the data set.
    #[error("data = \"{set}\" takes no `{key}`; it belongs to {belongs}")]
    Setting {
        /// The data set.
        set: String,
        /// The setting.
        key: &'static str,
        /// Where it would fit.
        belongs: &'static str,
    },
}

impl DataError {
    pub(super) fn io(path: &Path, source: std::io::Error) -> Self {
        DataError::Io { path: path.into(), source }
    }
}
