//! Why images could not be had.

use std::path::{Path, PathBuf};

use skipbench_models::SpecError;

/// Why images could not be had. Every variant names the file.
#[derive(Debug, thiserror::Error)]
pub enum DataError {
    /// A file or folder that must be there is not.
    #[error("{}: not found; {fix}", shown(path))]
    Missing {
        /// What is not there.
        path: PathBuf,
        /// The way out.
        fix: String,
    },
    /// The file system refused.
    #[error("{}: {source}", shown(path))]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The bytes are not what they should be.
    #[error("{}: {found}; expected {expected}", shown(path))]
    Corrupt {
        /// The file.
        path: PathBuf,
        /// What is there.
        found: String,
        /// What should be.
        expected: String,
    },
    /// More than one of them.
    #[error("{}", format_list(path, errors))]
    Many {
        /// The folder.
        path: PathBuf,
        /// All of them.
        errors: Vec<DataError>,
    },
    /// No such data set.
    #[error("no data set is named `{set}`; {hint}use {SETS}")]
    Unknown {
        /// What was asked for.
        set: String,
        /// What may be meant.
        hint: String,
    },
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

/// The words for data sets.
const SETS: &str = "digits, cifar10, cifar100, mnist, fashion-mnist, generated or folder:DIR";

/// Most files that are listed.
const LISTED: usize = 20;

fn format_list(path: &Path, errors: &[DataError]) -> String {
    let mut text = format!("{}: {} files or classes cannot be used:", shown(path), errors.len());
    for error in errors.iter().take(LISTED) {
        text.push_str(&format!("\n  {error}"));
    }
    if let Some(more @ 1..) = errors.len().checked_sub(LISTED) {
        text.push_str(&format!("\n  and {more} more; `skipbench data check` lists them all"));
    }
    text
}

/// A path in a sentence: without what ends a line or moves a terminal's cursor.
fn shown(path: &Path) -> String {
    let path = path.display().to_string();
    if path.contains(char::is_control) { path.escape_debug().to_string() } else { path }
}

impl DataError {
    pub(super) fn corrupt(path: &Path, found: impl Into<String>, expected: impl Into<String>) -> Self {
        DataError::Corrupt { path: path.into(), found: found.into(), expected: expected.into() }
    }

    /// Returns all of them as one, or nothing if there are none.
    pub(super) fn all(path: &Path, mut errors: Vec<DataError>) -> Option<Self> {
        match errors.len() {
            0 | 1 => errors.pop(),
            _ => Some(DataError::Many { path: path.into(), errors }),
        }
    }

    /// Both, this one first.
    pub(super) fn and(self, other: Self) -> Self {
        let path = match (&self, &other) {
            (_, DataError::Many { path, .. }) => path.clone(),
            (DataError::Missing { path, .. }, _) => path.parent().unwrap_or(path).to_path_buf(),
            _ => PathBuf::new(),
        };
        let others = match other {
            DataError::Many { errors, .. } => errors,
            other => vec![other],
        };
        DataError::Many { path, errors: std::iter::once(self).chain(others).collect() }
    }

    /// Each of them, where there is more than one.
    pub(crate) fn each(&self) -> Option<&[DataError]> {
        match self {
            DataError::Many { errors, .. } => Some(errors),
            _ => None,
        }
    }

    pub(super) fn io(path: &Path, source: std::io::Error) -> Self {
        DataError::Io { path: path.into(), source }
    }
}
