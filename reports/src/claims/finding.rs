//! A claim judged, and its rows for scripts.

use serde::Serialize;

use super::condition::{ClaimVerdict, Condition, Outcome, Side};
use super::measure::{Measures, Plot};
use crate::analyses::group::Origin;
use crate::analyses::quantity::Quantity;

/// A claim judged by what was measured under one set of conditions: one data set, device, machine and build.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Finding {
    /// The claim's name.
    pub claim: &'static str,
    /// What is said.
    pub sentence: &'static str,
    /// The verdict.
    pub verdict: ClaimVerdict,
    /// What decides.
    pub rule: &'static str,
    /// What the verdict does not say.
    pub caution: &'static str,
    /// What else to know before believing these very numbers.
    pub remarks: Vec<String>,
    /// Data set.
    pub data: String,
    /// Device.
    pub device: String,
    /// Where the numbers come from.
    pub origin: Origin,
    /// Seeds behind it.
    pub seeds: Vec<u64>,
    /// Cells behind it that were not measured.
    pub broken: usize,
    /// What the verdict follows from.
    pub conditions: Vec<Condition>,
    /// What else was measured.
    pub measures: Vec<Measures>,
    /// What is drawn.
    pub plots: Vec<Plot>,
}

impl Finding {
    /// The one condition that says most of why the verdict is what it is: the first that agrees with it and was
    /// measured. Of open ones of one kind it is the one that is nearest to holding.
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
    /// The claim's name.
    pub claim: &'static str,
    /// Data set.
    pub data: String,
    /// Device.
    pub device: String,
    /// The claim's verdict.
    pub verdict: ClaimVerdict,
    /// What would have to hold.
    pub condition: String,
    /// What kind of number decides it.
    pub quantity: Quantity,
    /// The number.
    pub estimate: Option<f64>,
    /// Lower end of its 95 % interval.
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
    /// Values behind it.
    pub n: usize,
    /// On which side of `bound` it would have to lie.
    pub side: Side,
    /// What it is held against.
    pub bound: f64,
    /// Its chance were there no difference, corrected for their number, where a claim makes many comparisons.
    pub p_corrected: Option<f64>,
    /// Whether it holds.
    pub outcome: Outcome,
}

/// The verdicts as rows.
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
