//! What is wrong with a suite, and how it is found and said.

/// What is wrong with a suite.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}: {message}")]
pub struct SuiteError {
    /// The file, or the built-in suite's name.
    pub file: String,
    /// The key, what is wrong with it, and the way out.
    pub message: String,
}

/// The first value that stands in `values` twice.
pub(crate) fn repeated<T: PartialEq + Clone>(values: &[T]) -> Option<T> {
    values.iter().enumerate().find(|(index, value)| values[..*index].contains(value)).map(|(_, value)| value.clone())
}

/// Adds the nearest allowed word to serde's "unknown … `x`, expected …".
pub(crate) fn explain(message: &str) -> String {
    let mut quoted = message.split('`').skip(1).step_by(2);
    let unknown = message.contains("unknown field") || message.contains("unknown variant");
    let (true, Some(wrong)) = (unknown, quoted.next()) else { return message.trim_end().to_owned() };
    let nearest = quoted.min_by_key(|word| strsim::damerau_levenshtein(word, wrong));
    match nearest.filter(|word| strsim::damerau_levenshtein(word, wrong) <= 3) {
        Some(word) => format!("{}; did you mean `{word}`?", message.trim_end()),
        None => message.trim_end().to_owned(),
    }
}
