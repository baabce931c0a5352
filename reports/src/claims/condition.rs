//! Conditions that decide, and the verdict that follows from them.

use serde::{Serialize, Serializer};

use crate::analyses::compare::CHANCE;
use crate::analyses::quantity::Quantity;
use crate::stats::Estimate;
use crate::stats::paired::Contrast;

/// What is said of a claim.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ClaimVerdict {
    /// What the claim says is what was measured, by whole intervals.
    Supported,
    /// The opposite was measured, by a whole interval.
    NotSupported,
    /// The intervals allow both, or something was not measured.
    #[default]
    Inconclusive,
}

impl ClaimVerdict {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            ClaimVerdict::Supported => "supported",
            ClaimVerdict::NotSupported => "not supported",
            ClaimVerdict::Inconclusive => "inconclusive",
        }
    }

    /// Of a claim that needs every one of its conditions: supported if all hold, not supported if one is contradicted.
    pub(super) fn of_all(conditions: &[Condition]) -> Self {
        if conditions.iter().any(Condition::is_contradicted) {
            ClaimVerdict::NotSupported
        } else if !conditions.is_empty() && conditions.iter().all(Condition::holds) {
            ClaimVerdict::Supported
        } else {
            ClaimVerdict::Inconclusive
        }
    }

    /// Of a claim that needs one of its conditions: supported if one holds, not supported if all are contradicted.
    pub(super) fn of_any(conditions: &[Condition]) -> Self {
        if conditions.iter().any(Condition::holds) {
            ClaimVerdict::Supported
        } else if !conditions.is_empty() && conditions.iter().all(Condition::is_contradicted) {
            ClaimVerdict::NotSupported
        } else {
            ClaimVerdict::Inconclusive
        }
    }
}

impl Serialize for ClaimVerdict {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.word())
    }
}

/// On which side of its bound a number would have to lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// Above it.
    Above,
    /// Below it.
    Below,
}

/// Whether a condition holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// The whole interval lies on the side that the claim says.
    Holds,
    /// The whole interval lies on the other side.
    Contradicted,
    /// The interval reaches over the bound, or there is none.
    Open,
}

impl Outcome {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Outcome::Holds => "holds",
            Outcome::Contradicted => "contradicted",
            Outcome::Open => "open",
        }
    }
}

/// Something that would have to hold for a claim to be true.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Condition {
    /// What would have to hold.
    pub says: String,
    /// What kind of number decides it.
    pub quantity: Quantity,
    /// The number with its 95 % interval; none if it was not measured.
    pub estimate: Option<Estimate>,
    /// On which side of `bound` it would have to lie.
    pub side: Side,
    /// What it is held against.
    pub bound: f64,
    /// How far beyond the bound it may still reach and count as contradicted: an advantage that would not matter.
    pub margin: f64,
    /// Its chance were there no difference, corrected for their number, where a claim makes many comparisons.
    pub p_corrected: Option<f64>,
    /// Whether it holds.
    pub outcome: Outcome,
}

impl Condition {
    /// The number is above `bound`.
    pub(super) fn above(says: impl Into<String>, quantity: Quantity, bound: f64, estimate: Option<Estimate>) -> Self {
        Self::new(says.into(), quantity, Side::Above, bound, estimate)
    }

    /// The number is below `bound`.
    pub(super) fn below(says: impl Into<String>, quantity: Quantity, bound: f64, estimate: Option<Estimate>) -> Self {
        Self::new(says.into(), quantity, Side::Below, bound, estimate)
    }

    fn new(says: String, quantity: Quantity, side: Side, bound: f64, estimate: Option<Estimate>) -> Self {
        let (margin, p_corrected) = (0.0, None);
        Self { says, quantity, estimate, side, bound, margin, p_corrected, outcome: Outcome::Open }.judged()
    }

    /// One of many comparisons, with its corrected chance, of which an advantage up to `margin` would not matter.
    pub(super) fn among_many(self, margin: f64, p_corrected: Option<f64>) -> Self {
        Self { margin, p_corrected, ..self }.judged()
    }

    /// How far its number lies on the side that the claim says; less than 0 on the other.
    pub(super) fn advance(&self) -> f64 {
        let beyond = self.estimate.map_or(f64::NEG_INFINITY, |estimate| estimate.value - self.bound);
        if self.side == Side::Below && beyond.is_finite() { -beyond } else { beyond }
    }

    fn holds(&self) -> bool {
        self.outcome == Outcome::Holds
    }

    fn is_contradicted(&self) -> bool {
        self.outcome == Outcome::Contradicted
    }

    fn judged(self) -> Self {
        let Self { side, bound, margin, p_corrected, .. } = self;
        let ends = self.estimate.and_then(|estimate| Some((estimate.low?, estimate.high?)));
        let likely = p_corrected.is_some_and(|p| p > CHANCE);
        let outcome = match (ends, side) {
            (Some((low, _)), Side::Above) if low > bound && !likely => Outcome::Holds,
            (Some((_, high)), Side::Below) if high < bound && !likely => Outcome::Holds,
            (Some((_, high)), Side::Above) if high < bound + margin => Outcome::Contradicted,
            (Some((low, _)), Side::Below) if low > bound - margin => Outcome::Contradicted,
            _ => Outcome::Open,
        };
        Self { outcome, ..self }
    }
}

/// The estimate of a contrast.
pub(super) fn estimate(contrast: Option<Contrast>) -> Option<Estimate> {
    contrast.map(|contrast| contrast.estimate)
}
