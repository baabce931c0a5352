//! Defines a judged claim, and its rows for scripts.

use serde::Serialize;

use super::condition::{ClaimVerdict, Condition, Outcome, Side};
use super::measure::{Measures, Plot};
use crate::analyses::group::Origin;
use crate::analyses::quantity::Quantity;

/// A claim judged by what was measured under one set of conditions: one data set, device, machine and build.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Finding {
    /// Name of the claim.
    pub claim: &'static str,
    /// Sentence that states what is said.
    pub sentence: &'static str,
    /// Verdict on the claim.
    pub verdict: ClaimVerdict,
    /// Rule that decides.
    pub rule: &'static str,
    /// Caution: what the verdict does not say.
    pub caution: &'static str,
    /// What else to know before believing these numbers.
    pub remarks: Vec<String>,
    /// Name of the data set.
    pub data: String,
    /// Name of the device.
    pub device: String,
    /// Origin of the numbers.
    pub origin: Origin,
    /// Seeds behind the verdict.
    pub seeds: Vec<u64>,
    /// Number of cells behind it that were not measured.
    pub broken: usize,
    /// Conditions that the verdict follows from.
    pub conditions: Vec<Condition>,
    /// Tables of what else was measured.
    pub measures: Vec<Measures>,
    /// Plots of what was measured.
    pub plots: Vec<Plot>,
}

impl Finding {
    /// Returns the condition that best explains the verdict: the first that agrees with it and was measured. Of open
    /// conditions of one kind it is the one nearest to holding.
    pub fn deciding(&self) -> Option<&Condition> {
        let wanted = match self.verdict {
            ClaimVerdict::Supported => Outcome::Holds,
            ClaimVerdict::NotSupported => Outcome::Contradicted,
            ClaimVerdict::Inconclusive => Outcome::Open,
        };
        let agreeing = || self.conditions.iter().filter(|condition| condition.outcome == wanted);
        let agrees = |condition: &&Condition| condition.outcome == wanted && condition.estimate.is_some();
        let Some(first) = self.conditions.iter().find(agrees) else { return agreeing().next() };
        if self.verdict != ClaimVerdict::Inconclusive {
            return Some(first);
        }
        let alike = |other: &&Condition| (other.quantity, other.side) == (first.quantity, first.side);
        let open = self.conditions.iter().filter(agrees).filter(alike);
        open.max_by(|a, b| a.advance().total_cmp(&b.advance()))
    }
}

/// One line of `claims.csv`: one condition of one verdict.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ClaimRow {
    /// Name of the claim.
    pub claim: &'static str,
    /// Name of the data set.
    pub data: String,
    /// Name of the device.
    pub device: String,
    /// Verdict on the claim.
    pub verdict: ClaimVerdict,
    /// Sentence that states what would have to hold.
    pub condition: String,
    /// Kind of the number that decides it.
    pub quantity: Quantity,
    /// Number that was measured.
    pub estimate: Option<f64>,
    /// Lower end of its 95 % interval.
    pub low: Option<f64>,
    /// Upper end of the same interval.
    pub high: Option<f64>,
    /// Number of values behind it.
    pub n: usize,
    /// Side of `bound` on which it would have to be.
    pub side: Side,
    /// Bound that it is compared with.
    pub bound: f64,
    /// P-value, corrected for the number of comparisons, where a claim makes many.
    pub p_corrected: Option<f64>,
    /// Outcome: whether it holds.
    pub outcome: Outcome,
}

/// Returns the verdicts as rows.
pub fn rows(findings: &[Finding]) -> Vec<ClaimRow> {
    findings.iter().flat_map(|finding| finding.conditions.iter().map(|condition| row(finding, condition))).collect()
}

fn row(finding: &Finding, condition: &Condition) -> ClaimRow {
    let estimate = condition.estimate;
    ClaimRow {
        claim: finding.claim,
        data: finding.data.clone(),
        device: finding.device.clone(),
        verdict: finding.verdict,
        condition: condition.says.clone(),
        quantity: condition.quantity,
        estimate: estimate.map(|estimate| estimate.value),
        low: estimate.and_then(|estimate| estimate.low),
        high: estimate.and_then(|estimate| estimate.high),
        n: estimate.map_or(0, |estimate| estimate.n),
        side: condition.side,
        bound: condition.bound,
        p_corrected: condition.p_corrected,
        outcome: condition.outcome,
    }
}
