//! What an interval allows to say.

use serde::Serialize;

use super::Entry;

/// The chance of calling anything in a group different that is not.
pub const CHANCE: f64 = 0.05;

/// What a member's difference from the reference, or ratio to it, allows to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// This is the reference.
    Reference,
    /// Higher, also among all that the group compares.
    Higher,
    /// Lower, likewise.
    Lower,
    /// The interval includes none.
    NoDifferenceShown,
    /// The interval leaves none out, but the reference differs from itself by as much (A/A).
    WithinNoise,
    /// The interval leaves none out, but after Holm's correction for all that the group compares it is no surprise.
    NotAfterCorrection,
    /// Fewer than two pairs of seeds.
    TooFewPairs,
    /// A count, not a measurement: exactly as given.
    Exact,
}

impl Verdict {
    /// Whether a difference was shown.
    pub fn shows_difference(self) -> bool {
        matches!(self, Verdict::Higher | Verdict::Lower)
    }
}

/// `floor`: the smallest ratio, as a share, that is called a difference.
pub(super) fn judge(entry: &Entry, floor: f64) -> Verdict {
    let Some(contrast) = entry.judged() else { return Verdict::TooFewPairs };
    let (estimate, none) = (contrast.estimate, if entry.metric.is_share() { 0.0 } else { 1.0 });
    let ratio = entry.ratio.map_or(1.0, |ratio| ratio.estimate.value);
    match estimate.low {
        None => Verdict::TooFewPairs,
        Some(_) if !estimate.excludes(none) => Verdict::NoDifferenceShown,
        Some(_) if ratio.max(1.0 / ratio) - 1.0 <= floor && floor > 0.0 => Verdict::WithinNoise,
        Some(_) if entry.corrected_p.is_none_or(|p| p > CHANCE) => Verdict::NotAfterCorrection,
        Some(_) if estimate.value > none => Verdict::Higher,
        Some(_) => Verdict::Lower,
    }
}
