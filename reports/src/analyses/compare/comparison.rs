//! Defines what a comparison holds.

use super::verdict::ComparisonVerdict;
use crate::analyses::group::{Failure, Identity};
use crate::analyses::metric::Metric;
use crate::stats::Estimate;
use crate::stats::lockstep::noise_floor;
use crate::stats::paired::Contrast;

/// Compares one metric of one member with the reference.
#[derive(Debug, Clone, PartialEq)]
pub struct ComparedMetric {
    /// Metric that is compared.
    pub metric: Metric,
    /// Mean over seeds, or median over sets.
    pub value: Estimate,
    /// Ratio to the reference, over the sets in which both took turns, or over the seeds that both have.
    pub ratio: Option<Contrast>,
    /// Whether the ratio is one of turns.
    pub turns: bool,
    /// Number of sets behind the value; 0 if it was measured alone.
    pub sets: usize,
    /// Difference from the reference, over the same pairs. Only shares have one, and are judged by it.
    pub difference: Option<Contrast>,
    /// P-value, corrected for all that the group compares ([`holm`](crate::stats::holm)).
    pub corrected_p: Option<f64>,
    /// Verdict on the difference, or else on the ratio.
    pub verdict: ComparisonVerdict,
}

impl ComparedMetric {
    /// Returns what the verdict rests on: the difference of shares, and the ratio of all else.
    pub fn judged(&self) -> Option<&Contrast> {
        if self.metric.is_share() { self.difference.as_ref() } else { self.ratio.as_ref() }
    }
}

/// One member of a comparison.
#[derive(Debug, Clone, PartialEq)]
pub struct ComparedMember {
    /// Name of the model.
    pub model: String,
    /// Word of the family.
    pub family: String,
    /// Word of the skip style.
    pub skip: String,
    /// Metrics that were measured, in the order of [`Metric::ALL`].
    pub entries: Vec<ComparedMetric>,
    /// Cells that were not measured.
    pub failures: Vec<Failure>,
}

impl ComparedMember {
    /// Returns the entry for `metric`, if it was measured.
    pub fn entry(&self, metric: Metric) -> Option<&ComparedMetric> {
        self.entries.iter().find(|entry| entry.metric == metric)
    }
}

/// A compared group.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// Identity of the group.
    pub identity: Identity,
    /// What else distinguishes it from others with the same name, data set, device, budget and reference, such as keys
    /// of the recipe.
    pub distinction: Vec<String>,
    /// Members, the reference first.
    pub members: Vec<ComparedMember>,
    /// For each metric with A/A cells, the ratio of the reference to itself.
    pub twins: Vec<(Metric, Estimate)>,
    /// Number of comparisons that were judged together, and corrected for their number.
    pub judged: usize,
}

impl Comparison {
    /// Returns the noise floor of `metric`: how far from 1 the reference's ratio to itself may be by its interval, as a
    /// share. There is none without two A/A pairs or sets.
    pub fn noise_floor(&self, metric: Metric) -> Option<f64> {
        let (_, twin) = self.twins.iter().find(|(other, _)| *other == metric)?;
        noise_floor(twin)
    }

    /// Returns whether anything in it was timed in sets.
    pub(crate) fn has_sets(&self) -> bool {
        Metric::ALL.into_iter().any(|metric| self.was_in_sets(metric))
    }

    /// Returns whether `metric` was timed in sets.
    pub(crate) fn was_in_sets(&self, metric: Metric) -> bool {
        self.members.iter().filter_map(|member| member.entry(metric)).any(|entry| entry.sets > 0)
    }
}
