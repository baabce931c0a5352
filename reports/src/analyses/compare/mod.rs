//! Each member of a matched group against its reference, seed by seed.

mod rows;
mod verdict;

use crate::analyses::apart::apart;
use crate::analyses::group::{Failure, Group, Identity, Setting};
use crate::analyses::metric::Metric;
use crate::stats::paired::Contrast;
use crate::stats::parallel;
use crate::stats::{self, Estimate};

pub use rows::{ComparisonRow, rows};
pub use verdict::{CHANCE, Verdict};

/// One metric of one member.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// What.
    pub metric: Metric,
    /// Mean over seeds.
    pub value: Estimate,
    /// Ratio to the reference over the seeds both have.
    pub ratio: Option<Contrast>,
    /// Difference from the reference, likewise; of shares only, which are judged by it.
    pub difference: Option<Contrast>,
    /// The chance of such a difference were there none, corrected for all that the group compares ([`stats::holm`]).
    pub corrected_p: Option<f64>,
    /// What the difference, or else the ratio, says.
    pub verdict: Verdict,
}

impl Entry {
    /// What the verdict rests on: the difference of shares, the ratio of all else.
    pub fn judged(&self) -> Option<&Contrast> {
        if self.metric.is_share() { self.difference.as_ref() } else { self.ratio.as_ref() }
    }
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
    /// What else tells it from others of its name, data set, device, budget and reference, such as keys of the recipe.
    pub apart: Vec<String>,
    /// The members, the reference first.
    pub members: Vec<Member>,
    /// For each metric with A/A cells: the ratio of the reference to itself.
    pub twins: Vec<(Metric, Estimate)>,
    /// Comparisons that were judged together, and corrected for their number.
    pub judged: usize,
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
    let mut all = parallel::map(groups, compare_group);
    let settings: Vec<Setting> = all.iter().map(|one| one.identity.setting()).collect();
    let named: Vec<([&str; 5], &Setting)> = all.iter().map(|one| name(&one.identity)).zip(&settings).collect();
    let apart = apart(&named);
    all.iter_mut().zip(apart).for_each(|(one, apart)| one.apart = apart);
    all
}

fn name(identity: &Identity) -> [&str; 5] {
    [&identity.group, &identity.data, &identity.device, &identity.budget, &identity.reference]
}

fn compare_group(Group { identity, members, twin }: &Group) -> Comparison {
    let reference = members.iter().find(|member| member.model == identity.reference);
    let again = |metric: &Metric| Some((*metric, twin.as_ref()?.ratio(reference?, *metric)?.estimate));
    let measured = Metric::ALL.iter().filter(|metric| !metric.is_exact());
    let twins = measured.filter_map(again).collect();
    let members = members.iter().map(|member| compare_member(member, reference)).collect();
    let mut comparison = Comparison { identity: identity.clone(), apart: Vec::new(), members, twins, judged: 0 };
    correct(&mut comparison);
    judge(&mut comparison);
    comparison
}

type Source = crate::analyses::group::Member;

fn compare_member(member: &Source, reference: Option<&Source>) -> Member {
    Member {
        model: member.model.clone(),
        family: member.family.clone(),
        skip: member.skip.clone(),
        entries: Metric::ALL.iter().filter_map(|metric| entry(*metric, member, reference)).collect(),
        failures: member.failures.clone(),
    }
}

fn entry(metric: Metric, member: &Source, reference: Option<&Source>) -> Option<Entry> {
    let values: Vec<f64> = member.values.get(&metric)?.values().copied().collect();
    let verdict = match reference {
        Some(reference) if reference.model == member.model => Verdict::Reference,
        _ if metric.is_exact() => Verdict::Exact,
        _ => Verdict::TooFewPairs,
    };
    Some(Entry {
        metric,
        value: stats::mean_interval(&values)?,
        ratio: reference.and_then(|reference| member.ratio(reference, metric)),
        difference: reference.and_then(|reference| member.difference(reference, metric)),
        corrected_p: None,
        verdict,
    })
}

/// Fills in the chances, corrected for all of the group's comparisons.
fn correct(comparison: &mut Comparison) {
    let open = |entry: &&mut Entry| entry.verdict == Verdict::TooFewPairs;
    let entries = comparison.members.iter_mut().flat_map(|member| &mut member.entries).filter(open);
    let tested: Vec<(&mut Entry, f64)> = entries.filter_map(|entry| entry.judged()?.p.map(|p| (entry, p))).collect();
    let corrected = stats::holm(&tested.iter().map(|(_, p)| *p).collect::<Vec<f64>>());
    comparison.judged = tested.len();
    for ((entry, _), p) in tested.into_iter().zip(corrected) {
        entry.corrected_p = Some(p);
    }
}

fn judge(comparison: &mut Comparison) {
    let floors = Metric::ALL.map(|metric| (metric, comparison.noise_floor(metric)));
    let floor = |metric| floors.iter().find(|(other, _)| *other == metric).and_then(|(_, floor)| *floor);
    for entry in comparison.members.iter_mut().flat_map(|member| &mut member.entries) {
        if entry.verdict == Verdict::TooFewPairs {
            entry.verdict = verdict::judge(entry, floor(entry.metric).unwrap_or(0.0));
        }
    }
}
