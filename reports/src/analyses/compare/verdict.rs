//! Decides what an interval allows to say.

use serde::Serialize;

/// Chance of calling anything in a group different that is not.
pub(crate) const CHANCE: f64 = 0.05;

/// Says what a member's difference from the reference, or ratio to it, allows to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ComparisonVerdict {
    /// This is the reference.
    Reference,
    /// The member is higher, also among all that the group compares.
    Higher,
    /// The member is lower, also among all that the group compares.
    Lower,
    /// The interval includes no difference.
    NoDifferenceShown,
    /// The interval excludes no difference, but the reference differs from itself by as much (A/A). It never applies to
    /// a ratio of turns.
    WithinNoise,
    /// The interval excludes no difference, but it may be chance after Holm's correction for all that the group
    /// compares.
    NotAfterCorrection,
    /// There are fewer than two pairs of seeds, or sets.
    TooFewPairs,
    /// The number is a count, not a measurement, and is exact.
    Exact,
}
