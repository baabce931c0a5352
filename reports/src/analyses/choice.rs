//! Chooses a network under any limit of memory and speed. It lists every trained network of a setting, and for each the
//! others that are as good.

use crate::analyses::distinguish::distinguish;
use crate::analyses::group::{Group, Member, Setting, settings};
use crate::analyses::metric::Metric;
use crate::stats::Estimate;

/// Metrics that a choice may be limited by.
pub const COSTS: [Metric; 5] =
    [Metric::TrainMemory, Metric::TrainThroughput, Metric::InferMemory, Metric::InferThroughput, Metric::Params];

/// Holds the networks of one setting, the most accurate first. Under a limit, the first that keeps it is the one to
/// take.
#[derive(Debug, Clone, PartialEq)]
pub struct Choice {
    /// Setting of the networks. What holds on this data, device and machine need not hold on another.
    pub setting: Setting,
    /// What else distinguishes it from other settings with a choice, such as keys of the recipe.
    pub distinction: Vec<String>,
    /// Networks, in order.
    pub networks: Vec<Choosable>,
}

/// Describes a network that can be chosen.
#[derive(Debug, Clone, PartialEq)]
pub struct Choosable {
    /// Name of the group.
    pub group: String,
    /// Name of the model.
    pub model: String,
    /// Word of how it joins.
    pub style: String,
    /// Test accuracy, as a share, over seeds.
    pub accuracy: Estimate,
    /// Value of each of [`COSTS`], where it was measured.
    pub costs: [Option<Estimate>; COSTS.len()],
    /// Indices of less accurate networks that are not shown, seed by seed, to be worse.
    pub as_good: Vec<usize>,
}

/// Returns a choice for each setting in which several networks have an accuracy and a cost.
pub fn choices(groups: &[Group]) -> Vec<Choice> {
    let of = |(setting, groups): (Setting, Vec<&Group>)| {
        let networks = networks(&groups);
        Choice { setting, distinction: Vec::new(), networks }
    };
    let mut all: Vec<Choice> = settings(groups).into_iter().map(of).filter(|one| one.networks.len() > 1).collect();
    let named: Vec<([&str; 5], &Setting)> = all.iter().map(|one| (name(&one.setting), &one.setting)).collect();
    let distinction = distinguish(&named);
    all.iter_mut().zip(distinction).for_each(|(one, distinction)| one.distinction = distinction);
    all
}

fn name(setting: &Setting) -> [&str; 5] {
    [&setting.data, &setting.device, &setting.host, &setting.suite, &setting.skipbench]
}

/// Lists networks by accuracy, and equal ones in the order of the groups.
fn networks(groups: &[&Group]) -> Vec<Choosable> {
    let members = groups.iter().flat_map(|group| group.members.iter().map(|member| (&group.identity.group, member)));
    let trained = members.filter_map(|(group, member)| Some((group, member, member.mean(Metric::TestAccuracy)?)));
    let mut all: Vec<(&String, &Member, Estimate)> = trained.filter(|(_, member, _)| has_cost(member)).collect();
    all.sort_by(|(.., a), (.., b)| b.value.total_cmp(&a.value));
    let one = |place: usize| {
        let (group, member, accuracy) = all[place];
        let as_good = (place + 1..all.len()).filter(|other| !is_worse(all[*other].1, member)).collect();
        choosable(group, member, accuracy, as_good)
    };
    (0..all.len()).map(one).collect()
}

fn choosable(group: &str, member: &Member, accuracy: Estimate, as_good: Vec<usize>) -> Choosable {
    Choosable {
        group: group.to_owned(),
        model: member.model.clone(),
        style: member.style().to_owned(),
        accuracy,
        costs: COSTS.map(|cost| member.mean(cost)),
        as_good,
    }
}

fn has_cost(member: &Member) -> bool {
    COSTS.into_iter().any(|cost| !cost.is_exact() && member.mean(cost).is_some())
}

/// Returns whether the whole interval of the difference says that `other` is worse.
fn is_worse(other: &Member, chosen: &Member) -> bool {
    other.difference(chosen, Metric::TestAccuracy).is_some_and(|contrast| contrast.estimate.excludes(0.0))
}
