//! Defines the conditions that decide, and the verdict that follows from them.

use serde::{Serialize, Serializer};

use crate::analyses::compare::CHANCE;
use crate::analyses::quantity::Quantity;
use crate::stats::Estimate;
use crate::stats::paired::Contrast;

/// Says what follows for a claim.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ClaimVerdict {
    /// What the claim says was measured, by whole intervals.
    Supported,
    /// The opposite was measured, by a whole interval.
    NotSupported,
    /// The intervals allow both, or something was not measured.
    #[default]
    Inconclusive,
}

impl ClaimVerdict {
    /// Returns the word for it.
    pub fn word(self) -> &'static str {
        match self {
            ClaimVerdict::Supported => "supported",
            ClaimVerdict::NotSupported => "not supported",
            ClaimVerdict::Inconclusive => "inconclusive",
        }
    }

    /// Returns the verdict on a claim that needs every one of its conditions: supported if all hold, not supported if
    /// one is contradicted.
    pub(super) fn of_all(conditions: &[Condition]) -> Self {
        if conditions.iter().any(Condition::is_contradicted) {
            ClaimVerdict::NotSupported
        } else if !conditions.is_empty() && conditions.iter().all(Condition::holds) {
            ClaimVerdict::Supported
        } else {
            ClaimVerdict::Inconclusive
        }
    }

    /// Returns the verdict on a claim that needs one of its conditions: supported if one holds, not supported if all
    /// are contradicted.
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

/// Says on which side of its bound a number would have to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// Above it.
    Above,
    /// Below it.
    Below,
}

/// Says whether a condition holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// The whole interval is on the side that the claim says.
    Holds,
    /// The whole interval is on the other side.
    Contradicted,
    /// The interval reaches across the bound, or there is none.
    Open,
}

impl Outcome {
    /// Returns the word for it.
    pub fn word(self) -> &'static str {
        match self {
            Outcome::Holds => "holds",
            Outcome::Contradicted => "contradicted",
            Outcome::Open => "open",
        }
    }
}

/// A condition: something that would have to hold for a claim to be true.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Condition {
    /// Sentence that states what would have to hold.
    pub says: String,
    /// Kind of the number that decides it.
    pub quantity: Quantity,
    /// Number with its 95 % interval; `None` if it was not measured.
    pub estimate: Option<Estimate>,
    /// Side of `bound` on which it would have to be.
    pub side: Side,
    /// Bound that it is compared with.
    pub bound: f64,
    /// How far the interval may still reach beyond the bound and count as contradicted: an advantage that would not
    /// matter.
    pub margin: f64,
    /// P-value, corrected for the number of comparisons, where a claim makes many.
    pub p_corrected: Option<f64>,
    /// Outcome: whether it holds.
    pub outcome: Outcome,
}

impl Condition {
    /// Creates a condition that the number is above `bound`.
    pub(super) fn above(says: impl Into<String>, quantity: Quantity, bound: f64, estimate: Option<Estimate>) -> Self {
        Self::new(says.into(), quantity, Side::Above, bound, estimate)
    }

    /// Creates a condition that the number is below `bound`.
    pub(super) fn below(says: impl Into<String>, quantity: Quantity, bound: f64, estimate: Option<Estimate>) -> Self {
        Self::new(says.into(), quantity, Side::Below, bound, estimate)
    }

    fn new(says: String, quantity: Quantity, side: Side, bound: f64, estimate: Option<Estimate>) -> Self {
        let (margin, p_corrected) = (0.0, None);
        Self { says, quantity, estimate, side, bound, margin, p_corrected, outcome: Outcome::Open }.judged()
    }

    /// Marks it as one of many comparisons, with its corrected p-value. An advantage up to `margin` would not matter.
    pub(super) fn among_many(self, margin: f64, p_corrected: Option<f64>) -> Self {
        Self { margin, p_corrected, ..self }.judged()
    }

    /// Returns how far its number is on the side that the claim says; less than 0 on the other.
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

/// Returns the estimate of a contrast.
pub(super) fn estimate(contrast: Option<Contrast>) -> Option<Estimate> {
    contrast.map(|contrast| contrast.estimate)
}
