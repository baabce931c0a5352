//! Compares two runs of the same work, over time or over machines: what changed, and what may not be concluded from it.

use serde::Serialize;

use crate::analyses::group::{Group, Identity, Member};
use crate::analyses::metric::Metric;
use crate::stats::paired::Contrast;
use crate::stats::{self, Estimate};

/// Holds one metric of one model, before and after.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// Name of the group.
    pub group: String,
    /// Name of the model.
    pub model: String,
    /// Name of the data set.
    pub data: String,
    /// Name of the device.
    pub device: String,
    /// Metric that is compared.
    pub metric: Metric,
    /// Mean in the first run, or median over sets, over the replicates that both have. It is over all replicates if
    /// they share none.
    pub before: Estimate,
    /// The same number in the second run.
    pub after: Estimate,
    /// Number of replicates that both have.
    pub pairs: usize,
    /// Ratio of after to before, replicate by replicate.
    pub ratio: Option<Contrast>,
}

/// Holds the differences between two runs.
#[derive(Debug, Clone, PartialEq)]
pub struct Diff {
    /// Changes of what both have.
    pub changes: Vec<Change>,
    /// Settings that also differ between the two, before and after.
    pub conditions: Vec<ChangedSetting>,
    /// `group/model` of what only one run has, and which run that is.
    pub unmatched: Vec<(String, &'static str)>,
    /// Cautions: what may not be concluded.
    pub cautions: Vec<String>,
}

/// Describes a circumstance that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChangedSetting {
    /// Metric that is compared.
    pub what: &'static str,
    /// Its value in the first run.
    pub before: String,
    /// Its value in the second run.
    pub after: String,
}

/// Compares two runs, model by model. Groups belong together by their name, data set, device and budget. Differences in
/// their circumstances are what a diff is for, and are listed.
pub fn diff(before: &[Group], after: &[Group]) -> Diff {
    let mut diff = Diff { changes: Vec::new(), conditions: Vec::new(), unmatched: Vec::new(), cautions: Vec::new() };
    for group in before {
        match after.iter().find(|other| match_key(&other.identity) == match_key(&group.identity)) {
            Some(other) => join(&mut diff, group, other),
            None => diff.unmatched.push((group.identity.group.clone(), "the first run")),
        }
    }
    let known = |group: &&Group| before.iter().any(|other| match_key(&other.identity) == match_key(&group.identity));
    let new = after.iter().filter(|group| !known(group)).map(|group| (group.identity.group.clone(), "the second run"));
    diff.unmatched.extend(new);
    diff.cautions = describe_cautions(&diff);
    diff
}

fn match_key(identity: &Identity) -> [&str; 4] {
    [&identity.group, &identity.data, &identity.device, &identity.budget]
}

fn join(diff: &mut Diff, before: &Group, after: &Group) {
    for condition in conditions(&before.identity, &after.identity) {
        if !diff.conditions.contains(&condition) {
            diff.conditions.push(condition);
        }
    }
    let name = |model: &str| format!("{}/{model}", before.identity.group);
    for member in &before.members {
        match after.members.iter().find(|other| other.model == member.model) {
            Some(other) => diff.changes.extend(changes(&before.identity, member, other)),
            None => diff.unmatched.push((name(&member.model), "the first run")),
        }
    }
    let known = |model: &str| before.members.iter().any(|member| member.model == model);
    let new = after.members.iter().filter(|member| !known(&member.model));
    diff.unmatched.extend(new.map(|member| (name(&member.model), "the second run")));
}

fn changes(identity: &Identity, before: &Member, after: &Member) -> Vec<Change> {
    let of = |metric: &Metric| {
        let (pairs, before_mean, after_mean) = means(before, after, *metric)?;
        Some(Change {
            group: identity.group.clone(),
            model: before.model.clone(),
            data: identity.data.clone(),
            device: identity.device.clone(),
            metric: *metric,
            before: before_mean,
            after: after_mean,
            pairs,
            ratio: after.ratio_apart(before, *metric),
        })
    };
    Metric::ALL.iter().filter_map(of).collect()
}

/// Returns how many replicates both have, and both means over those. The ratio is over the same ones, so the three
/// agree.
fn means(before: &Member, after: &Member, metric: Metric) -> Option<(usize, Estimate, Estimate)> {
    let (after_values, before_values): (Vec<f64>, Vec<f64>) = after.pairs(before, metric).into_iter().unzip();
    let center = if after.sets(metric) > 0 { stats::median_interval } else { stats::mean_interval };
    match before_values.len() {
        0 => Some((0, before.mean(metric)?, after.mean(metric)?)),
        pairs => Some((pairs, center(&before_values)?, center(&after_values)?)),
    }
}

fn conditions(before: &Identity, after: &Identity) -> Vec<ChangedSetting> {
    let pick = |identity: &Identity| {
        let origin = &identity.origin;
        [
            ("machine", origin.host.clone()),
            ("device", origin.device_name.clone()),
            ("skipbench", origin.skipbench.clone()),
            ("Burn", origin.burn.clone()),
            ("day", origin.date.clone()),
            ("recipe", identity.recipe.clone()),
            ("data set", identity.data_sha256.clone()),
        ]
    };
    let both = pick(before).into_iter().zip(pick(after));
    both.filter(|(a, b)| a != b).map(|((what, before), (_, after))| ChangedSetting { what, before, after }).collect()
}

fn describe_cautions(diff: &Diff) -> Vec<String> {
    let differs = |what: &str| diff.conditions.iter().any(|condition| condition.what == what);
    let timed = diff.changes.iter().any(|change| !change.metric.is_exact() && !change.metric.is_share());
    let mut cautions = Vec::new();
    if timed && differs("machine") {
        cautions.push("measured on two machines: times and peak memory differ between them anyway".to_owned());
    } else if timed {
        cautions.push(
            "measured at two times: a machine differs from itself by more than most changes do; to judge a change, \
             interleave both with `skipbench gate --against REV`"
                .to_owned(),
        );
    }
    if differs("recipe") || differs("data set") {
        cautions.push("the recipe or the data set differs: this is other work, not a change to the same".to_owned());
    }
    cautions
}

/// One row for scripts.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DiffRow {
    /// Name of the group.
    pub group: String,
    /// Name of the model.
    pub model: String,
    /// Name of the data set.
    pub data: String,
    /// Name of the device.
    pub device: String,
    /// Metric, with its unit.
    pub metric: &'static str,
    /// Mean in the first run, or median over sets, over the replicates that both have. It is over all replicates if
    /// they share none.
    pub before: f64,
    /// Number of replicates behind it.
    pub before_n: usize,
    /// Mean in the second run.
    pub after: f64,
    /// Number of replicates behind it.
    pub after_n: usize,
    /// Replicates that both have.
    pub pairs: usize,
    /// Ratio of after to before, pair by pair.
    pub ratio: Option<f64>,
    /// Lower end of its 95 % interval.
    pub ratio_low: Option<f64>,
    /// Upper end of the same interval.
    pub ratio_high: Option<f64>,
}

/// Returns the changes as rows.
pub fn rows(diff: &Diff) -> Vec<DiffRow> {
    diff.changes.iter().map(row).collect()
}

fn row(change: &Change) -> DiffRow {
    let ratio = change.ratio.map(|ratio| ratio.estimate);
    DiffRow {
        group: change.group.clone(),
        model: change.model.clone(),
        data: change.data.clone(),
        device: change.device.clone(),
        metric: change.metric.word(),
        before: change.before.value,
        before_n: change.before.n,
        after: change.after.value,
        after_n: change.after.n,
        pairs: change.pairs,
        ratio: ratio.map(|ratio| ratio.value),
        ratio_low: ratio.and_then(|ratio| ratio.low),
        ratio_high: ratio.and_then(|ratio| ratio.high),
    }
}
