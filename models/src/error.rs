//! Describes what is wrong with a specification.

/// Depth of the deepest network allowed. This and the other limits keep every cost of a layer below 2⁶⁴; no published
/// network comes near.
pub(crate) const DEEPEST: usize = 5000;
/// Largest width of a first stage or token, and largest growth rate.
pub(crate) const WIDEST: usize = 4096;
/// Largest image side, in pixels.
pub(crate) const LARGEST: usize = 4096;
/// Largest number of classes.
pub(crate) const MOST_CLASSES: usize = 1_000_000;

/// Names a value in a spec that is not possible, and what would be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{key} = {value}: {fix}")]
pub struct SpecError {
    /// Key in the spec.
    pub key: String,
    /// Its value.
    pub value: String,
    /// What would be possible.
    pub fix: String,
}

impl SpecError {
    /// Creates an error for the value of a key, with what would be possible.
    pub fn new(key: &str, value: impl ToString, fix: impl Into<String>) -> Self {
        Self { key: key.to_owned(), value: value.to_string(), fix: fix.into() }
    }

    /// Returns an error if `value` is outside 1 to `most`.
    pub(crate) fn unless_within(key: &str, value: usize, most: usize) -> Result<(), SpecError> {
        if (1..=most).contains(&value) {
            return Ok(());
        }
        Err(SpecError::new(key, value, format!("a number from 1 to {most} is needed")))
    }
}
