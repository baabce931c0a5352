//! Describes what is wrong with a suite.

use std::collections::HashSet;
use std::hash::Hash;

use serde::de::DeserializeOwned;

/// Says what is wrong with a suite.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}: {message}")]
pub struct SuiteError {
    /// Path of the file, or the built-in suite's name.
    pub file: String,
    /// Key, what is wrong with it, and the way out.
    pub message: String,
}

/// Returns the first value that is in `values` twice.
pub(crate) fn repeated<T: Eq + Hash + Clone>(values: &[T]) -> Option<T> {
    let mut seen = HashSet::new();
    values.iter().find(|value| !seen.insert(*value)).cloned()
}

/// Shortens a text from outside for an error: a long one to its beginning.
pub(crate) fn shorten(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}… ({} bytes)", &text[..end], text.len()),
    }
}

/// Largest number of characters of a text that an error repeats in full.
const LONGEST: usize = 400;

/// Length above which words are not compared with known ones. They are not misspelled ones, and comparing takes time
/// and memory with their square.
const LONGEST_WORD: usize = 64;

/// [`explain`]s why `table` is no `T`. If a key that takes one of some words holds something else, such as `true`,
/// those words are listed; serde lists them only for a wrong word.
pub(crate) fn explain_table<T: DeserializeOwned>(table: &toml::Table, error: &str) -> String {
    let nonsense = || toml::Value::from(NONSENSE);
    let words = |key: &str, word: toml::Value| {
        let mut probe = table.clone();
        probe.insert(key.to_owned(), word);
        let said = T::deserialize(probe).err()?.to_string();
        let (_, words) = said.trim().split_once(&format!("unknown variant `{NONSENSE}`, expected "))?;
        Some(words.lines().next().unwrap_or_default().to_owned())
    };
    let alone = |key: &str, value: &toml::Value| {
        Some(format!("{key} = {}, but it is {}", shorten(&value.to_string()), words(key, nonsense())?))
    };
    let listed = |key: &str, values: &[toml::Value]| {
        let wrong = values.iter().find(|value| !value.is_str())?;
        let words = words(key, toml::Value::Array(vec![nonsense()]))?;
        Some(format!("{key} holds {}, but each is {words}", shorten(&wrong.to_string())))
    };
    let other = |(key, value): (&String, &toml::Value)| match value {
        toml::Value::String(_) => None,
        toml::Value::Array(values) => listed(key, values).or_else(|| alone(key, value)),
        value => alone(key, value),
    };
    table.iter().find_map(other).unwrap_or_else(|| explain(error.trim()))
}

/// A word that no key takes.
const NONSENSE: &str = "\u{1}";

/// What serde expects, in serde's words and in plain ones.
const EXPECTED: [(&str, &str); 8] = [
    ("a sequence", "a list in brackets, such as [1, 2] or [\"a\", \"b\"]"),
    ("a map", "a table, such as { depth = 20 }"),
    ("u64", "a whole number of 0 or more"),
    ("usize", "a whole number of 0 or more"),
    ("f64", "a number, without quotes"),
    ("a boolean", "true or false"),
    ("a string", "a word in quotes"),
    ("any valid TOML value", "a number of at most 9223372036854775807"),
];

/// Returns a line of serde's without the names of Rust's types.
fn plain(line: &str) -> String {
    let Some((found, expected)) = line.rsplit_once(", expected ") else { return line.to_owned() };
    match EXPECTED.iter().find(|(theirs, _)| *theirs == expected) {
        Some((_, ours)) => format!("{}, expected {ours}", found.trim_end_matches(" as i128")),
        None => line.to_owned(),
    }
}

/// Adds the nearest allowed word to serde's "unknown … `x`, expected …".
pub(crate) fn explain(message: &str) -> String {
    let message = &message.lines().map(|line| plain(&shorten(line))).collect::<Vec<String>>().join("\n");
    let mut quoted = message.split('`').skip(1).step_by(2);
    let unknown = message.contains("unknown field") || message.contains("unknown variant");
    let (true, Some(wrong)) = (unknown, quoted.next().filter(|wrong| wrong.len() <= LONGEST_WORD)) else {
        return message.trim_end().to_owned();
    };
    let nearest = quoted.min_by_key(|word| strsim::damerau_levenshtein(word, wrong));
    match nearest.filter(|word| strsim::damerau_levenshtein(word, wrong) <= 3) {
        Some(word) => format!("{}; did you mean `{word}`?", message.trim_end()),
        None => message.trim_end().to_owned(),
    }
}
