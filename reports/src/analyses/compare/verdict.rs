//! What an interval allows to say.

use serde::Serialize;

/// The chance of calling anything in a group different that is not.
pub(crate) const CHANCE: f64 = 0.05;

/// What a member's difference from the reference, or ratio to it, allows to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ComparisonVerdict {
    /// This is the reference.
    Reference,
    /// Higher, also among all that the group compares.
    Higher,
    /// Lower, likewise.
    Lower,
    /// The interval includes none.
    NoDifferenceShown,
    /// The interval leaves none out, but the reference differs from itself by as much (A/A). Never of a ratio of turns.
    WithinNoise,
    /// The interval leaves none out, but after Holm's correction for all that the group compares it is no surprise.
    NotAfterCorrection,
    /// Fewer than two pairs of seeds, or sets.
    TooFewPairs,
    /// A count, not a measurement: exactly as given.
    Exact,
}
