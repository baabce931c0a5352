//! Ranks networks over all groups, by the geometric mean over groups of how far each is from the group's best.
//!
//! Only those that every group measured are ranked, and only by what every one of them has. Nobody gains by being
//! absent where it is hard. A mean over groups hides who wins where, and says nothing of other groups.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::analyses::group::{Group, Member};
use crate::analyses::metric::Metric;
use crate::stats::{self, Estimate};

/// Says what is ranked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum By {
    /// Ways to join: none, add, concat; Transformers are separate.
    #[default]
    Style,
    /// Families.
    Family,
    /// Single networks.
    Model,
}

impl By {
    fn name(self, member: &Member) -> &str {
        match self {
            By::Style => member.style(),
            By::Family => &member.family,
            By::Model => &member.model,
        }
    }
}

/// Describes one that is ranked.
#[derive(Debug, Clone, PartialEq)]
pub struct Ranked {
    /// Name of what is ranked.
    pub name: String,
    /// Rank: 1 for the first, and equal for equal means.
    pub rank: usize,
    /// How many times worse than the group's best it is: the geometric mean over groups, with Student's 95 % interval.
    pub behind: Estimate,
}

/// Ranks all by one metric.
#[derive(Debug, Clone, PartialEq)]
pub struct Ranking {
    /// Metric that they are ranked by.
    pub metric: Metric,
    /// Number of groups behind the ranking.
    pub groups: usize,
    /// Those that are ranked, the first one first.
    pub places: Vec<Ranked>,
    /// Those that some group lacks, and how many groups do.
    pub left_out: Vec<(String, usize)>,
}

/// Returns a ranking for each metric by which at least two can be ranked. Groups in which nobody has the metric do not
/// count.
pub fn rankings(groups: &[Group], by: By) -> Vec<Ranking> {
    Metric::ALL.iter().filter_map(|metric| ranking(groups, by, *metric)).collect()
}

fn ranking(groups: &[Group], by: By, metric: Metric) -> Option<Ranking> {
    let means: Vec<BTreeMap<&str, f64>> =
        groups.iter().map(|group| values(group, by, metric)).filter(|values| !values.is_empty()).collect();
    let mut present: BTreeMap<&str, usize> = BTreeMap::new();
    means.iter().flat_map(BTreeMap::keys).for_each(|name| *present.entry(name).or_default() += 1);
    let (ranked, left_out): (Vec<_>, Vec<_>) = present.into_iter().partition(|(_, count)| *count == means.len());
    let names: Vec<&str> = ranked.into_iter().map(|(name, _)| name).collect();
    let places = places(&means, &names, metric);
    let left_out = left_out.into_iter().map(|(name, count)| (name.to_owned(), means.len() - count)).collect();
    (places.len() > 1).then_some(Ranking { metric, groups: means.len(), places, left_out })
}

/// Returns the mean of each in a group. It is the geometric mean over its networks.
fn values(group: &Group, by: By, metric: Metric) -> BTreeMap<&str, f64> {
    let mut logs: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    for member in &group.members {
        if let Some(value) = level(group, member, metric).filter(|value| *value > 0.0) {
            logs.entry(by.name(member)).or_default().push(value.ln());
        }
    }
    logs.into_iter().filter_map(|(name, logs)| Some((name, stats::mean(&logs)?.exp()))).collect()
}

/// Returns the value of `metric` in a group. For a member that took turns with the reference it is the reference's
/// value times their ratio, which the machine's drift does not affect. Otherwise it is the mean.
fn level(group: &Group, member: &Member, metric: Metric) -> Option<f64> {
    let reference = group.members.iter().find(|member| member.model == group.identity.reference);
    match reference.filter(|reference| member.took_turns(reference, metric)) {
        Some(reference) => Some(reference.mean(metric)?.value * member.ratio(reference, metric)?.estimate.value),
        None => Some(member.mean(metric)?.value),
    }
}

fn places(means: &[BTreeMap<&str, f64>], names: &[&str], metric: Metric) -> Vec<Ranked> {
    let behind = |name: &str| {
        let logs: Vec<f64> = means.iter().map(|values| distance(values, names, name, metric)).collect();
        stats::mean_interval(&logs)
    };
    let exp = |log: Estimate| Estimate {
        value: log.value.exp(),
        low: log.low.map(f64::exp),
        high: log.high.map(f64::exp),
        ..log
    };
    let mut places: Vec<Ranked> = names
        .iter()
        .filter_map(|name| Some(Ranked { name: (*name).to_owned(), rank: 1, behind: exp(behind(name)?) }))
        .collect();
    places.sort_by(|a, b| a.behind.value.total_cmp(&b.behind.value));
    for index in 1..places.len() {
        let tied = places[index].behind.value <= places[index - 1].behind.value;
        places[index].rank = if tied { places[index - 1].rank } else { index + 1 };
    }
    places
}

/// Returns the logarithm of how many times worse `name` is than the best of `names` in one group.
fn distance(values: &BTreeMap<&str, f64>, names: &[&str], name: &str, metric: Metric) -> f64 {
    let sign = if metric.more_is_better() { -1.0 } else { 1.0 };
    let bad = |name: &str| sign * values.get(name).copied().unwrap_or(f64::NAN).ln();
    bad(name) - names.iter().map(|name| bad(name)).fold(f64::INFINITY, f64::min)
}

/// One line of `rank.csv`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RankRow {
    /// Metric, with its unit.
    pub metric: &'static str,
    /// What is ranked.
    pub by: By,
    /// Name of what is ranked, or of one that is left out and has no rank.
    pub name: String,
    /// Rank: 1 for the first.
    pub rank: Option<usize>,
    /// How many times worse than each group's best: the geometric mean over groups.
    pub behind: Option<f64>,
    /// Lower end of its 95 % interval.
    pub behind_low: Option<f64>,
    /// Upper end of the same interval.
    pub behind_high: Option<f64>,
    /// Number of groups behind the ranking.
    pub groups: usize,
    /// Number of groups that lack this one.
    pub missing: usize,
}

/// Returns the rankings as rows.
pub fn rows(rankings: &[Ranking], by: By) -> Vec<RankRow> {
    rankings.iter().flat_map(|ranking| rows_of(ranking, by)).collect()
}

fn rows_of(ranking: &Ranking, by: By) -> Vec<RankRow> {
    let (metric, groups) = (ranking.metric.word(), ranking.groups);
    let placed = ranking.places.iter().map(|place| RankRow {
        metric,
        by,
        name: place.name.clone(),
        rank: Some(place.rank),
        behind: Some(place.behind.value),
        behind_low: place.behind.low,
        behind_high: place.behind.high,
        groups,
        missing: 0,
    });
    let out = |(name, missing): &(String, usize)| RankRow {
        metric,
        by,
        name: name.clone(),
        rank: None,
        behind: None,
        behind_low: None,
        behind_high: None,
        groups,
        missing: *missing,
    };
    placed.chain(ranking.left_out.iter().map(out)).collect()
}
