//! Each member of a matched group against its reference, seed by seed.

use serde::Serialize;

use crate::group::{Failure, Group, Identity};
use crate::metric::Metric;
use crate::ratio::paired_ratio;
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
    /// The interval leaves 1 out, but the reference differs from itself by as much (A/A).
    WithinNoise,
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
    /// For each metric with A/A cells: the ratio of the reference to itself.
    pub twins: Vec<(Metric, Estimate)>,
}

impl Comparison {
    /// The noise floor of `metric`: how far from 1 the reference's ratio to itself may lie by its interval, as a share.
    /// None without two A/A pairs.
    pub fn noise_floor(&self, metric: Metric) -> Option<f64> {
        let (_, twin) = self.twins.iter().find(|(other, _)| *other == metric)?;
        noise_floor(twin)
    }
}

fn noise_floor(twin: &Estimate) -> Option<f64> {
    Some(twin.high?.max(1.0 / twin.low?) - 1.0)
}

/// Compares every group.
pub fn compare(groups: &[Group]) -> Vec<Comparison> {
    groups.iter().map(compare_group).collect()
}

fn compare_group(Group { identity, members, twin }: &Group) -> Comparison {
    let reference = members.iter().find(|member| member.model == identity.reference);
    let again = |metric: &Metric| Some((*metric, paired_ratio(&twin.as_ref()?.pairs(reference?, *metric))?));
    let measured = Metric::ALL.iter().filter(|metric| !metric.is_exact());
    let twins: Vec<(Metric, Estimate)> = measured.filter_map(again).collect();
    let members = members.iter().map(|member| compare_member(member, reference, &twins)).collect();
    Comparison { identity: identity.clone(), members, twins }
}

type Source = crate::group::Member;

fn compare_member(member: &Source, reference: Option<&Source>, twins: &[(Metric, Estimate)]) -> Member {
    let entries = Metric::ALL.iter().filter_map(|metric| {
        let twin = twins.iter().find(|(other, _)| other == metric);
        entry(*metric, member, reference, twin.and_then(|(_, twin)| noise_floor(twin)))
    });
    Member {
        model: member.model.clone(),
        family: member.family.clone(),
        skip: member.skip.clone(),
        entries: entries.collect(),
        failures: member.failures.clone(),
    }
}

fn entry(metric: Metric, member: &Source, reference: Option<&Source>, floor: Option<f64>) -> Option<Entry> {
    let values: Vec<f64> = member.values.get(&metric)?.values().copied().collect();
    let pairs = reference.map_or(Vec::new(), |reference| member.pairs(reference, metric));
    let ratio = paired_ratio(&pairs);
    let verdict = match reference {
        Some(reference) if reference.model == member.model => Verdict::Reference,
        _ if metric.is_exact() => Verdict::Exact,
        _ => ratio.as_ref().map_or(Verdict::TooFewPairs, |ratio| verdict(ratio, floor.unwrap_or(0.0))),
    };
    Some(Entry { metric, value: stats::mean_interval(&values)?, ratio, verdict })
}

/// `floor`: the smallest difference that is called one.
fn verdict(ratio: &Estimate, floor: f64) -> Verdict {
    let difference = ratio.value.max(1.0 / ratio.value) - 1.0;
    match ratio.low {
        None => Verdict::TooFewPairs,
        Some(_) if !ratio.excludes(1.0) => Verdict::NoDifferenceShown,
        Some(_) if difference <= floor => Verdict::WithinNoise,
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
    /// The largest difference that the reference shows to itself (A/A), as a share; empty without A/A cells.
    pub noise_floor: Option<f64>,
    /// What the ratio says.
    pub verdict: Verdict,
}

/// The comparison as rows, one for each group, member and metric.
pub fn rows(comparisons: &[Comparison]) -> Vec<ComparisonRow> {
    let mut rows = Vec::new();
    for comparison in comparisons {
        for member in &comparison.members {
            rows.extend(member.entries.iter().map(|entry| row(comparison, member, entry)));
        }
    }
    rows
}

fn row(comparison: &Comparison, member: &Member, entry: &Entry) -> ComparisonRow {
    let identity = &comparison.identity;
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
        noise_floor: comparison.noise_floor(entry.metric),
        verdict: entry.verdict,
    }
}
