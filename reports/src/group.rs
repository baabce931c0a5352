//! The one grouping: matched group → model → metric → one value a replicate.

use std::collections::{BTreeMap, HashSet};

use serde::Serialize;

use crate::command;
use crate::metric::Metric;
use crate::paired::{self, Contrast};
use crate::record::{RunRow, Status};
use crate::stats::{self, Estimate};
use crate::store::Run;

/// What identifies a group as it was run: one suite, data set, device and build.
#[derive(Debug, Clone, PartialEq)]
pub struct Identity {
    /// Suite.
    pub suite: String,
    /// The group's name in the suite.
    pub group: String,
    /// Data set.
    pub data: String,
    /// Device.
    pub device: String,
    /// What the members are matched in.
    pub budget: String,
    /// Name of the model they are matched to.
    pub reference: String,
    /// SHA-256 of the data set's images and labels.
    pub data_sha256: String,
    /// The recipe as JSON.
    pub recipe: String,
    /// Where the numbers come from.
    pub origin: Origin,
}

/// What groups that may stand side by side, such as in one plot, have in common.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Setting {
    /// Suite.
    pub suite: String,
    /// Data set.
    pub data: String,
    /// Device.
    pub device: String,
    /// Identity of the machine.
    pub host: String,
    /// Version of skipbench and, in brackets, the source's revision.
    pub skipbench: String,
    /// Version of Burn.
    pub burn: String,
    /// SHA-256 of the data set's images and labels.
    pub data_sha256: String,
    /// The recipe as JSON.
    pub recipe: String,
}

impl Identity {
    /// What other groups may share.
    pub fn setting(&self) -> Setting {
        let Identity { suite, data, device, data_sha256, recipe, origin, .. } = self.clone();
        let Origin { host, skipbench, burn, .. } = origin;
        Setting { suite, data, device, host, skipbench, burn, data_sha256, recipe }
    }
}

/// The groups of each setting, in the order of the rows.
pub fn settings(groups: &[Group]) -> Vec<(Setting, Vec<&Group>)> {
    let mut settings: Vec<(Setting, Vec<&Group>)> = Vec::new();
    for group in groups {
        let setting = group.identity.setting();
        match settings.iter_mut().find(|(other, _)| *other == setting) {
            Some((_, groups)) => groups.push(group),
            None => settings.push((setting, vec![group])),
        }
    }
    settings
}

/// A matched group as it was run.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// What it is.
    pub identity: Identity,
    /// The members, the reference first, then in the order of the rows.
    pub members: Vec<Member>,
    /// The reference measured once more under another name, where the run has A/A cells.
    pub twin: Option<Member>,
}

/// One repetition: what pairs are formed by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Replicate {
    /// Seed.
    pub seed: u64,
    /// Round of timed cells with that seed.
    pub round: u64,
}

/// Where a group's numbers come from: what its rows say alike.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Origin {
    /// Device as it names itself.
    pub device_name: String,
    /// Identity of the machine.
    pub host: String,
    /// Version of skipbench and, in brackets, the source's revision.
    pub skipbench: String,
    /// Version of Burn.
    pub burn: String,
    /// Day of the first row.
    pub date: String,
    /// The command, but for the directory that it wrote.
    pub command: String,
}

impl Origin {
    /// Every origin of `runs`, each once, with its device.
    pub fn all(runs: &[Run]) -> Vec<(String, Origin)> {
        let mut origins = Vec::new();
        for row in runs.iter().map(|run| &run.row).filter(|row| row.status == Status::Ok) {
            let origin = (row.device.clone(), Origin::of(row));
            if !origins.contains(&origin) {
                origins.push(origin);
            }
        }
        origins
    }

    pub(crate) fn of(row: &RunRow) -> Self {
        let revision: String = row.git_revision.chars().take(8).collect();
        let dirty = if row.git_dirty == Some(true) { "+" } else { "" };
        Self {
            device_name: row.device_name.clone(),
            host: row.host.clone(),
            skipbench: format!("{} ({revision}{dirty})", row.skipbench_version),
            burn: row.burn_version.clone(),
            date: row.started.chars().take(10).collect(),
            command: command::shown(&row.command),
        }
    }
}

/// One model of a group.
#[derive(Debug, Clone, PartialEq)]
pub struct Member {
    /// Name.
    pub model: String,
    /// Family.
    pub family: String,
    /// Skip style.
    pub skip: String,
    /// For each metric, the value of each replicate.
    pub values: BTreeMap<Metric, BTreeMap<Replicate, f64>>,
    /// For each metric that is a share, of how many images; the fewest, were it not always as many.
    pub images: BTreeMap<Metric, u64>,
    /// Cells of this model that were not measured: the task, the seed and why.
    pub failures: Vec<Failure>,
}

impl Member {
    fn of(row: &RunRow) -> Self {
        let (model, family, skip) = (row.model.clone(), row.family.clone(), row.skip.clone());
        Self { model, family, skip, values: BTreeMap::new(), images: BTreeMap::new(), failures: Vec::new() }
    }

    /// The mean of `metric` over replicates.
    pub fn mean(&self, metric: Metric) -> Option<Estimate> {
        stats::mean_interval(&self.values.get(&metric)?.values().copied().collect::<Vec<f64>>())
    }

    /// How the member joins: its skip, but that of a Transformer, which is another network altogether, by that name.
    pub fn style(&self) -> &str {
        style(&self.family, &self.skip)
    }

    /// What the replicates that both have say of a share's difference from `reference`; none of what is not a share.
    pub fn difference(&self, reference: &Member, metric: Metric) -> Option<Contrast> {
        paired::counted_difference(&self.pairs(reference, metric), *self.images.get(&metric)?)
    }

    /// What they say of the ratio to `reference`.
    pub fn ratio(&self, reference: &Member, metric: Metric) -> Option<Contrast> {
        paired::ratio(&self.pairs(reference, metric))
    }

    /// What `metric` is judged by: the difference of shares, the ratio of all else.
    pub fn contrast(&self, reference: &Member, metric: Metric) -> Option<Contrast> {
        if metric.is_share() { self.difference(reference, metric) } else { self.ratio(reference, metric) }
    }

    /// The values of `metric` that this member and `reference` both have, replicate by replicate.
    pub fn pairs(&self, reference: &Member, metric: Metric) -> Vec<(f64, f64)> {
        self.paired(reference, metric).collect()
    }

    /// [`pairs`](Self::pairs), one by one.
    pub(crate) fn paired(&self, reference: &Member, metric: Metric) -> impl Iterator<Item = (f64, f64)> {
        let both = self.values.get(&metric).zip(reference.values.get(&metric));
        both.into_iter().flat_map(|(own, base)| {
            base.iter().filter_map(move |(replicate, base)| Some((*own.get(replicate)?, *base)))
        })
    }
}

/// [`Member::style`].
pub(crate) fn style<'a>(family: &str, skip: &'a str) -> &'a str {
    if family == "vit" { "transformer" } else { skip }
}

/// A cell that was not measured.
#[derive(Debug, Clone, PartialEq)]
pub struct Failure {
    /// Its task.
    pub task: String,
    /// Its seed.
    pub seed: u64,
    /// How it ended.
    pub status: Status,
    /// Why.
    pub error: String,
}

/// Groups rows. What differs in suite text, data, recipe, device, machine or build is never put together, and a cell that
/// was run again begins a group of its own instead of taking the place of the first. Sweeps are
/// [`scaling`](crate::scaling)'s.
pub fn group(runs: &[Run]) -> Vec<Group> {
    let mut groups: Vec<(GroupKey, HashSet<Slot<'_>>, Group)> = Vec::new();
    for row in runs.iter().map(|run| &run.row).filter(|row| row.sweep.is_empty()) {
        let key = key(row);
        let slot = (row.model.as_str(), row.task.as_str(), row.seed, row.round, row.twin);
        let fits = |(other, slots, _): &(GroupKey, HashSet<Slot<'_>>, _)| *other == key && !slots.contains(&slot);
        let index = groups.iter().position(fits).unwrap_or_else(|| {
            groups.push((key, HashSet::new(), Group { identity: identity(row), members: Vec::new(), twin: None }));
            groups.len() - 1
        });
        let (_, slots, group) = &mut groups[index];
        slots.insert(slot);
        add(group, row);
    }
    let mut groups: Vec<Group> = groups.into_iter().map(|(_, _, group)| group).collect();
    for Group { identity, members, .. } in &mut groups {
        members.sort_by_key(|member| member.model != identity.reference);
    }
    groups
}

type GroupKey = [String; 9];

/// What one row of a group measures. A second one, from another run or with other threads, has no place beside the first.
type Slot<'a> = (&'a str, &'a str, u64, u64, bool);

fn key(row: &RunRow) -> GroupKey {
    let RunRow { suite_sha256, group, data_sha256, recipe, device, host, git_revision, burn_version, features, .. } =
        row;
    [suite_sha256, group, data_sha256, recipe, device, host, git_revision, burn_version, features].map(Clone::clone)
}

fn identity(row: &RunRow) -> Identity {
    Identity {
        suite: row.suite.clone(),
        group: row.group.clone(),
        data: row.data.clone(),
        device: row.device.clone(),
        budget: row.budget.clone(),
        reference: row.reference.clone(),
        data_sha256: row.data_sha256.clone(),
        recipe: row.recipe.clone(),
        origin: Origin::of(row),
    }
}

fn add(group: &mut Group, row: &RunRow) {
    if group.identity.origin.device_name.is_empty() {
        // A cell that failed never learned it.
        group.identity.origin.device_name.clone_from(&row.device_name);
    }
    let member = match row.twin {
        true => group.twin.get_or_insert_with(|| Member::of(row)),
        false => {
            let index = group.members.iter().position(|member| member.model == row.model).unwrap_or_else(|| {
                group.members.push(Member::of(row));
                group.members.len() - 1
            });
            &mut group.members[index]
        }
    };
    if row.status != Status::Ok {
        let (task, seed, status, error) = (row.task.clone(), row.seed, row.status, row.error.clone());
        member.failures.push(Failure { task, seed, status, error });
    }
    let replicate = Replicate { seed: row.seed, round: row.round };
    for metric in Metric::ALL {
        if let Some(value) = metric.of(row) {
            member.values.entry(metric).or_default().insert(replicate, value);
            if let Some(images) = metric.images(row) {
                member.images.entry(metric).and_modify(|fewest| *fewest = images.min(*fewest)).or_insert(images);
            }
        }
    }
}
