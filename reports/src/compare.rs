//! Each member of a matched group against its reference, seed by seed.

use serde::Serialize;

use crate::group::{Failure, Group, Identity, Metric};
use crate::stats::{self, Estimate};

/// What a ratio's interval allows to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// This is the reference.
    Reference,
    /// The whole interval lies above 1.
    Higher,
    /// The whole interval lies below 1.
    Lower,
    /// The interval includes 1.
    NoDifferenceShown,
    /// Fewer than two pairs of seeds.
    TooFewPairs,
    /// A count, not a measurement: exactly as given.
    Exact,
}

/// One metric of one member.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// What.
    pub metric: Metric,
    /// Mean over seeds.
    pub value: Estimate,
    /// Ratio to the reference over the seeds both have.
    pub ratio: Option<Estimate>,
    /// What the ratio says.
    pub verdict: Verdict,
}

/// One member of a comparison.
#[derive(Debug, Clone, PartialEq)]
pub struct Member {
    /// Name.
    pub model: String,
    /// Family.
    pub family: String,
    /// Skip style.
    pub skip: String,
    /// What was measured, in the order of [`Metric::ALL`].
    pub entries: Vec<Entry>,
    /// What was not.
    pub failures: Vec<Failure>,
}

impl Member {
    /// The entry for `metric`, if measured.
    pub fn entry(&self, metric: Metric) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.metric == metric)
    }
}

/// A compared group.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// What it is.
    pub identity: Identity,
    /// The members, the reference first.
    pub members: Vec<Member>,
}

/// Compares every group.
pub fn compare(groups: &[Group]) -> Vec<Comparison> {
    groups.iter().map(compare_group).collect()
}

fn compare_group(Group { identity, members }: &Group) -> Comparison {
    let reference = members.iter().find(|member| member.model == identity.reference);
    let members = members.iter().map(|member| compare_member(member, reference)).collect();
    Comparison { identity: identity.clone(), members }
}

type Source = crate::group::Member;

fn compare_member(member: &Source, reference: Option<&Source>) -> Member {
    let entries = Metric::ALL.iter().filter_map(|metric| entry(*metric, member, reference));
    Member {
        model: member.model.clone(),
        family: member.family.clone(),
        skip: member.skip.clone(),
        entries: entries.collect(),
        failures: member.failures.clone(),
    }
}

fn entry(metric: Metric, member: &Source, reference: Option<&Source>) -> Option<Entry> {
    let own = member.values.get(&metric)?;
    let values: Vec<f64> = own.values().copied().collect();
    let base = reference.and_then(|reference| reference.values.get(&metric));
    let pairs: Vec<(f64, f64)> =
        base.into_iter().flatten().filter_map(|(seed, base)| Some((*own.get(seed)?, *base))).collect();
    let ratio = stats::paired_ratio(&pairs);
    let verdict = match reference {
        Some(reference) if reference.model == member.model => Verdict::Reference,
        _ if matches!(metric, Metric::Params | Metric::Macs) => Verdict::Exact,
        _ => ratio.as_ref().map_or(Verdict::TooFewPairs, verdict),
    };
    Some(Entry { metric, value: stats::mean_interval(&values)?, ratio, verdict })
}

fn verdict(ratio: &Estimate) -> Verdict {
    match ratio.low {
        None => Verdict::TooFewPairs,
        Some(_) if !ratio.excludes(1.0) => Verdict::NoDifferenceShown,
        Some(_) if ratio.value > 1.0 => Verdict::Higher,
        Some(_) => Verdict::Lower,
    }
}

/// One line of `comparison.csv`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ComparisonRow {
    /// Suite.
    pub suite: String,
    /// Group.
    pub group: String,
    /// Data set.
    pub data: String,
    /// Device.
    pub device: String,
    /// What the group is matched in.
    pub budget: String,
    /// Model.
    pub model: String,
    /// Family.
    pub family: String,
    /// Skip style.
    pub skip: String,
    /// The metric, with its unit.
    pub metric: &'static str,
    /// Seeds behind the value.
    pub n: usize,
    /// Mean over seeds.
    pub value: f64,
    /// Lower end of its 95 % interval.
    pub value_low: Option<f64>,
    /// Upper end.
    pub value_high: Option<f64>,
    /// The model compared with.
    pub reference: String,
    /// Seeds that both have.
    pub pairs: usize,
    /// Geometric mean of the ratios to the reference.
    pub ratio: Option<f64>,
    /// Lower end of its 95 % interval.
    pub ratio_low: Option<f64>,
    /// Upper end.
    pub ratio_high: Option<f64>,
    /// What the ratio says.
    pub verdict: Verdict,
}

/// The comparison as rows, one for each group, member and metric.
pub fn rows(comparisons: &[Comparison]) -> Vec<ComparisonRow> {
    let mut rows = Vec::new();
    for comparison in comparisons {
        for member in &comparison.members {
            rows.extend(member.entries.iter().map(|entry| row(&comparison.identity, member, entry)));
        }
    }
    rows
}

fn row(identity: &Identity, member: &Member, entry: &Entry) -> ComparisonRow {
    ComparisonRow {
        suite: identity.suite.clone(),
        group: identity.group.clone(),
        data: identity.data.clone(),
        device: identity.device.clone(),
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
        pairs: entry.ratio.as_ref().map_or(0, |ratio| ratio.n),
        ratio: entry.ratio.as_ref().map(|ratio| ratio.value),
        ratio_low: entry.ratio.as_ref().and_then(|ratio| ratio.low),
        ratio_high: entry.ratio.as_ref().and_then(|ratio| ratio.high),
        verdict: entry.verdict,
    }
}
