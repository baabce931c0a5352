//! Defines kinds of numbers, which say how a number is written and in what unit it is read.

use serde::Serialize;

/// Says what kind of number it is, and so how it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Quantity {
    /// A share of all, such as an error.
    Share,
    /// A difference of two shares.
    Difference,
    /// A ratio: how many times as much.
    Ratio,
    /// Bytes.
    Bytes,
    /// Nanoseconds that are read as milliseconds.
    Milliseconds,
    /// Nanoseconds that are read as seconds.
    Seconds,
    /// A count.
    Count,
    /// A number of things per second.
    Rate,
    /// A number without a unit.
    Number,
}

impl Quantity {
    /// Returns the unit in which it is read.
    pub(crate) const fn unit(self) -> Unit {
        match self {
            Quantity::Share => Unit { name: "%", size: 0.01 },
            Quantity::Difference => Unit { name: "points", size: 0.01 },
            Quantity::Bytes => Unit { name: "MiB", size: 1_048_576.0 },
            Quantity::Milliseconds => Unit { name: "ms", size: 1e6 },
            Quantity::Seconds => Unit { name: "s", size: 1e9 },
            Quantity::Ratio | Quantity::Count | Quantity::Rate | Quantity::Number => Unit::ROWS,
        }
    }
}

/// A unit in which numbers of rows are read.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Unit {
    /// Name of the unit; empty for the unit of rows.
    pub(crate) name: &'static str,
    /// How many of the unit of rows make one.
    pub(crate) size: f64,
}

impl Unit {
    /// The unit of rows.
    pub(crate) const ROWS: Unit = Unit { name: "", size: 1.0 };

    /// Returns the factor from the unit of rows to this one.
    pub(crate) fn factor(self) -> f64 {
        1.0 / self.size
    }

    /// Formats `title, unit`.
    pub(crate) fn label(self, title: &str) -> String {
        if self.name.is_empty() { title.to_owned() } else { format!("{title}, {}", self.name) }
    }
}

/// Returns the text with a capital first letter, as at the beginning of a sentence.
pub(crate) fn capitalize(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}

/// Formats `1 cell`, `2 cells`.
pub fn format_number_of(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}
