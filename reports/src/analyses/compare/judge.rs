//! Each group judged as a whole: what is compared with what, corrected for their number, held against the noise.

use super::comparison::{Comparison, Entry, Member};
use super::verdict::{CHANCE, Verdict};
use crate::analyses::distinguish::distinguish;
use crate::analyses::group::{Group, Identity, Member as Measured, Setting};
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

fn compare_member(member: &Measured, reference: Option<&Measured>) -> Member {
    Member {
        model: member.model.clone(),
        family: member.family.clone(),
        skip: member.skip.clone(),
        entries: Metric::ALL.iter().filter_map(|metric| entry(*metric, member, reference)).collect(),
        failures: member.failures.clone(),
    }
}

fn entry(metric: Metric, member: &Measured, reference: Option<&Measured>) -> Option<Entry> {
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
            entry.verdict = verdict(entry, floor(entry.metric).unwrap_or(0.0));
        }
    }
}

/// `floor`: the smallest ratio, as a share, that is called a difference.
fn verdict(entry: &Entry, floor: f64) -> Verdict {
    let Some(contrast) = entry.judged() else { return Verdict::TooFewPairs };
    let (estimate, none) = (contrast.estimate, if entry.metric.is_share() { 0.0 } else { 1.0 });
    let ratio = entry.ratio.map_or(1.0, |ratio| ratio.estimate.value);
    match estimate.low {
        None => Verdict::TooFewPairs,
        Some(_) if !estimate.excludes(none) => Verdict::NoDifferenceShown,
        Some(_) if ratio.max(1.0 / ratio) - 1.0 <= floor && floor > 0.0 => Verdict::WithinNoise,
        Some(_) if entry.corrected_p.is_none_or(|p| p > CHANCE) => Verdict::NotAfterCorrection,
        Some(_) if estimate.value > none => Verdict::Higher,
        Some(_) => Verdict::Lower,
    }
}
