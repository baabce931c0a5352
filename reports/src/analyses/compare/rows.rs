//! Writes the comparison as rows for scripts.

use serde::Serialize;

use super::comparison::{ComparedMember, ComparedMetric, Comparison};
use super::verdict::ComparisonVerdict;
use crate::stats::Estimate;
use crate::stats::paired::Contrast;

/// One line of `comparison.csv`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ComparisonRow {
    /// Name of the suite.
    pub suite: String,
    /// Name of the group.
    pub group: String,
    /// Name of the data set.
    pub data: String,
    /// Name of the device.
    pub device: String,
    /// Recipe, as JSON.
    pub recipe: String,
    /// Budget that the group is matched in.
    pub budget: String,
    /// Name of the model.
    pub model: String,
    /// Word of the family.
    pub family: String,
    /// Word of the skip style.
    pub skip: String,
    /// Metric, with its unit.
    pub metric: &'static str,
    /// Number of seeds and rounds, or sets, behind the value.
    pub n: usize,
    /// Mean over seeds and rounds, or median over sets.
    pub value: f64,
    /// Lower end of its 95 % interval.
    pub value_low: Option<f64>,
    /// Upper end of the same interval.
    pub value_high: Option<f64>,
    /// Name of the model compared with.
    pub reference: String,
    /// Number of seeds and rounds, or sets, that both have.
    pub pairs: usize,
    /// Whether those are sets in which the two took turns.
    pub turns: bool,
    /// Mean difference from the reference; only shares have one.
    pub difference: Option<f64>,
    /// Lower end of its 95 % interval.
    pub difference_low: Option<f64>,
    /// Upper end of the same interval.
    pub difference_high: Option<f64>,
    /// Geometric mean of the ratios to the reference.
    pub ratio: Option<f64>,
    /// Lower end of its 95 % interval.
    pub ratio_low: Option<f64>,
    /// Upper end of the same interval.
    pub ratio_high: Option<f64>,
    /// Largest difference that the reference shows to itself (A/A), as a share; empty without A/A cells.
    pub noise_floor: Option<f64>,
    /// Smallest difference, or else ratio less 1, that as many pairs or sets with this spread would have shown in four
    /// cases of five.
    pub detectable: Option<f64>,
    /// P-value by itself: the chance of such a difference if there were none.
    pub p: Option<f64>,
    /// P-value corrected for the group's comparisons (Holm).
    pub p_corrected: Option<f64>,
    /// Number of those comparisons.
    pub comparisons: usize,
    /// Whether the whole interval of a ratio of turns is within 1 %; empty for anything else.
    pub within_1_percent: Option<bool>,
    /// Verdict on the difference of shares, or else on the ratio.
    pub verdict: ComparisonVerdict,
}

/// Returns the comparison as rows, one for each group, member and metric.
pub fn rows(comparisons: &[Comparison]) -> Vec<ComparisonRow> {
    let mut rows = Vec::new();
    for comparison in comparisons {
        for member in &comparison.members {
            rows.extend(member.entries.iter().map(|entry| row(comparison, member, entry)));
        }
    }
    rows
}

fn row(comparison: &Comparison, member: &ComparedMember, entry: &ComparedMetric) -> ComparisonRow {
    let identity = &comparison.identity;
    let ratio = entry.ratio.map(|ratio| ratio.estimate);
    let difference = entry.difference.map(|difference| difference.estimate);
    let (low, high) =
        (|of: Option<Estimate>| of.and_then(|of| of.low), |of: Option<Estimate>| of.and_then(|of| of.high));
    // Against itself the reference shows nothing.
    let judged: Option<&Contrast> = entry.judged().filter(|_| entry.corrected_p.is_some());
    ComparisonRow {
        suite: identity.suite.clone(),
        group: identity.group.clone(),
        data: identity.data.clone(),
        device: identity.device.clone(),
        recipe: identity.recipe.clone(),
        budget: identity.budget.clone(),
        model: member.model.clone(),
        family: member.family.clone(),
        skip: member.skip.clone(),
        metric: entry.metric.word(),
        n: entry.value.n,
        value: entry.value.value,
        value_low: entry.value.low,
        value_high: entry.value.high,
        reference: identity.reference.clone(),
        pairs: ratio.map_or(0, |ratio| ratio.n),
        turns: entry.turns,
        difference: difference.map(|difference| difference.value),
        difference_low: low(difference),
        difference_high: high(difference),
        ratio: ratio.map(|ratio| ratio.value),
        ratio_low: low(ratio),
        ratio_high: high(ratio),
        noise_floor: comparison.noise_floor(entry.metric),
        detectable: judged.and_then(|judged| judged.detectable),
        p: judged.and_then(|judged| judged.p),
        p_corrected: entry.corrected_p,
        comparisons: comparison.judged,
        within_1_percent: judged.filter(|_| entry.turns).map(|_| entry.is_within_margin()),
        verdict: entry.verdict,
    }
}
