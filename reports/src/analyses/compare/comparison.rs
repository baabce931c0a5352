//! What a comparison holds.

use super::verdict::ComparisonVerdict;
use crate::analyses::group::{Failure, Identity};
use crate::analyses::metric::Metric;
use crate::stats::Estimate;
use crate::stats::lockstep::noise_floor;
use crate::stats::paired::Contrast;

/// One metric of one member.
#[derive(Debug, Clone, PartialEq)]
pub struct ComparedMetric {
    /// What.
    pub metric: Metric,
    /// Mean over seeds, or median over sets.
    pub value: Estimate,
    /// Ratio to the reference: over the sets in which both took turns, else over the seeds both have.
    pub ratio: Option<Contrast>,
    /// Whether it is one of turns.
    pub turns: bool,
    /// Sets behind the value; 0 where it was measured alone.
    pub sets: usize,
    /// Difference from the reference, likewise; of shares only, which are judged by it.
    pub difference: Option<Contrast>,
    /// The chance of such a difference were there none, corrected for all that the group compares
    /// ([`holm`](crate::stats::holm)).
    pub corrected_p: Option<f64>,
    /// What the difference, or else the ratio, says.
    pub verdict: ComparisonVerdict,
}

impl ComparedMetric {
    /// What the verdict rests on: the difference of shares, the ratio of all else.
    pub fn judged(&self) -> Option<&Contrast> {
        if self.metric.is_share() { self.difference.as_ref() } else { self.ratio.as_ref() }
    }
}

/// One member of a comparison.
#[derive(Debug, Clone, PartialEq)]
pub struct ComparedMember {
    /// Name.
    pub model: String,
    /// Family.
    pub family: String,
    /// Skip style.
    pub skip: String,
    /// What was measured, in the order of [`Metric::ALL`].
    pub entries: Vec<ComparedMetric>,
    /// What was not.
    pub failures: Vec<Failure>,
}

impl ComparedMember {
    /// The entry for `metric`, if measured.
    pub fn entry(&self, metric: Metric) -> Option<&ComparedMetric> {
        self.entries.iter().find(|entry| entry.metric == metric)
    }
}

/// A compared group.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// What it is.
    pub identity: Identity,
    /// What else tells it from others of its name, data set, device, budget and reference, such as keys of the recipe.
    pub distinction: Vec<String>,
    /// The members, the reference first.
    pub members: Vec<ComparedMember>,
    /// For each metric with A/A cells: the ratio of the reference to itself.
    pub twins: Vec<(Metric, Estimate)>,
    /// Comparisons that were judged together, and corrected for their number.
    pub judged: usize,
}

impl Comparison {
    /// The noise floor of `metric`: how far from 1 the reference's ratio to itself may lie by its interval, as a share.
    /// None without two A/A pairs or sets.
    pub fn noise_floor(&self, metric: Metric) -> Option<f64> {
        let (_, twin) = self.twins.iter().find(|(other, _)| *other == metric)?;
        noise_floor(twin)
    }

    /// Whether anything in it was timed in sets.
    pub(crate) fn has_sets(&self) -> bool {
        Metric::ALL.into_iter().any(|metric| self.was_in_sets(metric))
    }

    /// Whether `metric` was.
    pub(crate) fn was_in_sets(&self, metric: Metric) -> bool {
        self.members.iter().filter_map(|member| member.entry(metric)).any(|entry| entry.sets > 0)
    }
}
