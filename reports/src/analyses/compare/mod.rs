//! Compares each member of a matched group with its reference, seed by seed.

mod comparison;
mod judge;
mod margin;
mod rows;
mod verdict;

pub use comparison::{ComparedMember, ComparedMetric, Comparison};
pub use judge::compare;
pub(crate) use margin::is_within_margin;
pub use rows::{ComparisonRow, rows};
pub(crate) use verdict::CHANCE;
pub use verdict::ComparisonVerdict;
