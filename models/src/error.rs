//! What is wrong with a specification.

use crate::tape::TooSmall;

/// A value in a spec that cannot be, and what would do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{key} = {value}: {fix}")]
pub struct SpecError {
    /// The key in the spec.
    pub key: String,
    /// Its value.
    pub value: String,
    /// What would do.
    pub fix: String,
}

impl SpecError {
    pub(crate) fn new(key: &str, value: impl ToString, fix: impl Into<String>) -> Self {
        Self { key: key.to_owned(), value: value.to_string(), fix: fix.into() }
    }
}

impl From<TooSmall> for SpecError {
    fn from(error: TooSmall) -> Self {
        SpecError::new("size", error.size, format!("{error}; use larger images or fewer stages"))
    }
}
