//! Recommends a network under limits by what was measured, and says how sure that is.

use serde::Serialize;

use crate::analyses::distinguish::distinguish;
use crate::analyses::group::{Group, Member, Setting, settings};
use crate::analyses::metric::Metric;
use crate::stats::Estimate;

/// A limit: the least value of a metric of which more is better, and the largest value of others.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limit {
    /// Metric that is limited.
    pub metric: Metric,
    /// Bound: the least or the largest value.
    pub bound: f64,
}

/// Says whether a network keeps a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fit {
    /// Its whole interval keeps the limit, or it is a count.
    Sure,
    /// Its mean keeps the limit, but its whole interval does not, or it has none.
    Likely,
    /// It was not measured.
    Unknown,
    /// Its mean does not keep the limit.
    No,
}

/// A network under the limits.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// Name of the group.
    pub group: String,
    /// Name of the model.
    pub model: String,
    /// Word of the family.
    pub family: String,
    /// Word of how it joins.
    pub style: String,
    /// Test accuracy, as a share, over seeds.
    pub accuracy: Estimate,
    /// For each limit in order, the value that it is about and whether it is kept.
    pub kept: Vec<(Option<Estimate>, Fit)>,
    /// The worst fit to any limit.
    pub fit: Fit,
    /// How much less accurate it is than the chosen one, seed by seed; `None` for the chosen one itself.
    pub behind: Option<Estimate>,
}

/// Says what to take in one setting.
#[derive(Debug, Clone, PartialEq)]
pub struct Advice {
    /// Setting of the networks. What holds on this data, device and machine need not hold on another.
    pub setting: Setting,
    /// What else distinguishes it from other settings with advice, such as keys of the recipe.
    pub distinction: Vec<String>,
    /// Limits that were asked for.
    pub limits: Vec<Limit>,
    /// Networks that keep every limit, surely or likely, the most accurate first. The first one is chosen.
    pub fitting: Vec<Candidate>,
    /// Networks that do not keep every limit, or of which it is not known.
    pub others: Vec<Candidate>,
}

impl Advice {
    /// Returns the fitting networks whose accuracy is not shown to differ from the chosen one's.
    pub fn as_good(&self) -> impl Iterator<Item = &Candidate> {
        self.fitting.iter().skip(1).filter(|other| other.behind.is_none_or(|behind| !behind.excludes(0.0)))
    }
}

/// Returns advice for each setting that has accuracies.
pub fn recommend(groups: &[Group], limits: &[Limit]) -> Vec<Advice> {
    let of = |(setting, groups): (Setting, Vec<&Group>)| advice(setting, &groups, limits);
    let advised = |advice: &Advice| advice.fitting.len() + advice.others.len() > 0;
    let mut all: Vec<Advice> = settings(groups).into_iter().map(of).filter(advised).collect();
    let named: Vec<([&str; 5], &Setting)> = all.iter().map(|advice| (name(&advice.setting), &advice.setting)).collect();
    let distinction = distinguish(&named);
    all.iter_mut().zip(distinction).for_each(|(advice, distinction)| advice.distinction = distinction);
    all
}

fn name(setting: &Setting) -> [&str; 5] {
    [&setting.data, &setting.device, &setting.host, &setting.suite, &setting.skipbench]
}

fn advice(setting: Setting, groups: &[&Group], limits: &[Limit]) -> Advice {
    let members = groups.iter().flat_map(|group| group.members.iter().map(|member| (&group.identity.group, member)));
    let mut all: Vec<(&Member, Candidate)> =
        members.filter_map(|(group, member)| Some((member, candidate(group, member, limits)?))).collect();
    all.sort_by(|(_, a), (_, b)| b.accuracy.value.total_cmp(&a.accuracy.value));
    let (mut fitting, others): (Vec<_>, Vec<_>) = all.into_iter().partition(|(_, one)| one.fit <= Fit::Likely);
    let chosen = fitting.first().map(|(member, _)| *member);
    for (member, candidate) in fitting.iter_mut().skip(1) {
        let behind = chosen.and_then(|chosen| member.difference(chosen, Metric::TestAccuracy));
        candidate.behind = behind.map(|contrast| contrast.estimate);
    }
    let plain = |all: Vec<(&Member, Candidate)>| all.into_iter().map(|(_, candidate)| candidate).collect();
    Advice { setting, distinction: Vec::new(), limits: limits.to_vec(), fitting: plain(fitting), others: plain(others) }
}

fn candidate(group: &str, member: &Member, limits: &[Limit]) -> Option<Candidate> {
    let accuracy = member.mean(Metric::TestAccuracy)?;
    let kept: Vec<(Option<Estimate>, Fit)> = limits
        .iter()
        .map(|limit| {
            let value = member.mean(limit.metric);
            (value, value.map_or(Fit::Unknown, |value| fit(limit, &value)))
        })
        .collect();
    Some(Candidate {
        group: group.to_owned(),
        model: member.model.clone(),
        family: member.family.clone(),
        style: member.style().to_owned(),
        accuracy,
        fit: kept.iter().map(|(_, fit)| *fit).max().unwrap_or(Fit::Sure),
        kept,
        behind: None,
    })
}

fn fit(limit: &Limit, value: &Estimate) -> Fit {
    let keeps = |value: f64| if limit.metric.more_is_better() { value >= limit.bound } else { value <= limit.bound };
    let ends = [value.low, value.high];
    if !keeps(value.value) {
        Fit::No
    } else if limit.metric.is_exact() || ends.iter().all(|end| end.is_some_and(keeps)) {
        Fit::Sure
    } else {
        Fit::Likely
    }
}

/// One row for scripts: one network under one limit, or without any.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AdviceRow {
    /// Name of the data set.
    pub data: String,
    /// Name of the device.
    pub device: String,
    /// Identity of the machine.
    pub host: String,
    /// Name of the suite.
    pub suite: String,
    /// Version of skipbench and, in brackets, the source's revision.
    pub skipbench: String,
    /// Recipe, as JSON.
    pub recipe: String,
    /// Rank by accuracy, 1 for the network to take; empty where it does not fit.
    pub rank: Option<usize>,
    /// Name of the group.
    pub group: String,
    /// Name of the model.
    pub model: String,
    /// Word of the family.
    pub family: String,
    /// Word of how it joins.
    pub style: String,
    /// Whether it keeps every limit.
    pub fit: Fit,
    /// Number of seeds behind the accuracy.
    pub n: usize,
    /// Mean test accuracy over seeds.
    pub test_accuracy: f64,
    /// Difference of accuracy from the chosen network.
    pub behind: Option<f64>,
    /// Lower end of its 95 % interval.
    pub behind_low: Option<f64>,
    /// Upper end of the same interval.
    pub behind_high: Option<f64>,
    /// What each limit says, such as `train_peak_bytes 14578812 <= 2147483648: sure`.
    pub limits: String,
}

/// Returns the advice as rows.
pub fn rows(advice: &[Advice]) -> Vec<AdviceRow> {
    let of = |advice: &Advice| -> Vec<AdviceRow> {
        let fitting = advice.fitting.iter().zip(1..).map(|(one, rank)| row(advice, one, Some(rank)));
        fitting.chain(advice.others.iter().map(|one| row(advice, one, None))).collect()
    };
    advice.iter().flat_map(of).collect()
}

fn row(advice: &Advice, one: &Candidate, rank: Option<usize>) -> AdviceRow {
    let limits = advice.limits.iter().zip(&one.kept).map(|(limit, (value, fit))| {
        let sign = if limit.metric.more_is_better() { ">=" } else { "<=" };
        let value = value.map_or("not measured".to_owned(), |value| value.value.to_string());
        let fit = format!("{fit:?}").to_lowercase();
        format!("{} {value} {sign} {}: {fit}", limit.metric.word(), limit.bound)
    });
    AdviceRow {
        data: advice.setting.data.clone(),
        device: advice.setting.device.clone(),
        host: advice.setting.host.clone(),
        suite: advice.setting.suite.clone(),
        skipbench: advice.setting.skipbench.clone(),
        recipe: advice.setting.recipe.clone(),
        rank,
        group: one.group.clone(),
        model: one.model.clone(),
        family: one.family.clone(),
        style: one.style.clone(),
        fit: one.fit,
        n: one.accuracy.n,
        test_accuracy: one.accuracy.value,
        behind: one.behind.map(|behind| behind.value),
        behind_low: one.behind.and_then(|behind| behind.low),
        behind_high: one.behind.and_then(|behind| behind.high),
        limits: limits.collect::<Vec<String>>().join("; "),
    }
}
