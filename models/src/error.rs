//! What is wrong with a specification.

/// Deepest network. This and the other limits keep every cost of a layer below 2⁶⁴; no published network comes near.
pub(crate) const DEEPEST: usize = 5000;
/// Widest first stage, token or growth rate.
pub(crate) const WIDEST: usize = 4096;
/// Largest image side.
pub(crate) const LARGEST: usize = 4096;
/// Most classes.
pub(crate) const MOST_CLASSES: usize = 1_000_000;

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
    /// A value of a key, and what would do.
    pub fn new(key: &str, value: impl ToString, fix: impl Into<String>) -> Self {
        Self { key: key.to_owned(), value: value.to_string(), fix: fix.into() }
    }

    /// Refuses a `value` outside 1 to `most`.
    pub(crate) fn unless_within(key: &str, value: usize, most: usize) -> Result<(), SpecError> {
        if (1..=most).contains(&value) {
            return Ok(());
        }
        Err(SpecError::new(key, value, format!("a number from 1 to {most} is needed")))
    }
}
