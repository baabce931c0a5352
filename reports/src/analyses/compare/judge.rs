//! Judges each group as a whole: what is compared with what, corrected for the number of comparisons, against the noise
//! floor.

use super::comparison::{ComparedMember, ComparedMetric, Comparison};
use super::verdict::{CHANCE, ComparisonVerdict};
use crate::analyses::distinguish::distinguish;
use crate::analyses::group::{Group, Identity, Member, Setting};
use crate::analyses::metric::Metric;
use crate::stats::{self, parallel};

/// Compares every group.
pub fn compare(groups: &[Group]) -> Vec<Comparison> {
    let mut all = parallel::map(groups, compare_group);
    let settings: Vec<Setting> = all.iter().map(|one| one.identity.setting()).collect();
    let named: Vec<([&str; 5], &Setting)> = all.iter().map(|one| name(&one.identity)).zip(&settings).collect();
    let distinction = distinguish(&named);
    all.iter_mut().zip(distinction).for_each(|(one, distinction)| one.distinction = distinction);
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
    let mut comparison = Comparison { identity: identity.clone(), distinction: Vec::new(), members, twins, judged: 0 };
    correct(&mut comparison);
    judge(&mut comparison);
    comparison
}

fn compare_member(member: &Member, reference: Option<&Member>) -> ComparedMember {
    ComparedMember {
        model: member.model.clone(),
        family: member.family.clone(),
        skip: member.skip.clone(),
        entries: Metric::ALL.iter().filter_map(|metric| entry(*metric, member, reference)).collect(),
        failures: member.failures.clone(),
    }
}

fn entry(metric: Metric, member: &Member, reference: Option<&Member>) -> Option<ComparedMetric> {
    let verdict = match reference {
        Some(reference) if reference.model == member.model => ComparisonVerdict::Reference,
        _ if metric.is_exact() => ComparisonVerdict::Exact,
        _ => ComparisonVerdict::TooFewPairs,
    };
    Some(ComparedMetric {
        metric,
        value: member.mean(metric)?,
        ratio: reference.and_then(|reference| member.ratio(reference, metric)),
        turns: reference.is_some_and(|reference| member.took_turns(reference, metric)),
        sets: member.sets(metric),
        difference: reference.and_then(|reference| member.difference(reference, metric)),
        corrected_p: None,
        verdict,
    })
}

/// Fills in the p-values, corrected for all of the group's comparisons.
fn correct(comparison: &mut Comparison) {
    let open = |entry: &&mut ComparedMetric| entry.verdict == ComparisonVerdict::TooFewPairs;
    let entries = comparison.members.iter_mut().flat_map(|member| &mut member.entries).filter(open);
    let tested: Vec<(&mut ComparedMetric, f64)> =
        entries.filter_map(|entry| entry.judged()?.p.map(|p| (entry, p))).collect();
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
        if entry.verdict == ComparisonVerdict::TooFewPairs {
            entry.verdict = verdict(entry, floor(entry.metric).unwrap_or(0.0));
        }
    }
}

/// Returns the verdict on an entry. `floor` is the smallest ratio, as a share, that is called a difference. It does not
/// apply to ratios of turns: their interval already contains the differences between processes that the floor stands
/// for elsewhere.
fn verdict(entry: &ComparedMetric, floor: f64) -> ComparisonVerdict {
    let Some(contrast) = entry.judged() else { return ComparisonVerdict::TooFewPairs };
    let (estimate, none) = (contrast.estimate, if entry.metric.is_share() { 0.0 } else { 1.0 });
    let ratio = entry.ratio.map_or(1.0, |ratio| ratio.estimate.value);
    match estimate.low {
        None => ComparisonVerdict::TooFewPairs,
        Some(_) if !estimate.excludes(none) => ComparisonVerdict::NoDifferenceShown,
        Some(_) if !entry.turns && ratio.max(1.0 / ratio) - 1.0 <= floor && floor > 0.0 => {
            ComparisonVerdict::WithinNoise
        }
        Some(_) if entry.corrected_p.is_none_or(|p| p > CHANCE) => ComparisonVerdict::NotAfterCorrection,
        Some(_) if estimate.value > none => ComparisonVerdict::Higher,
        Some(_) => ComparisonVerdict::Lower,
    }
}
