//! Accuracy against a cost: which networks no other one beats in both (Pareto).

use serde::Serialize;

use crate::group::{Group, Member, Setting, settings};
use crate::metric::Metric;
use crate::paired;
use crate::stats::Estimate;

/// Where a network stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// No other is as good in both and better in one, going by the means.
    On,
    /// Another is, by the means; but the intervals of their paired difference and ratio leave it open.
    Unsure,
    /// Another is, and the intervals say so too.
    Off,
}

/// One network: what it costs and what accuracy that bought.
#[derive(Debug, Clone, PartialEq)]
pub struct Point {
    /// Group.
    pub group: String,
    /// Model.
    pub model: String,
    /// Family.
    pub family: String,
    /// How it joins ([`Member::style`]).
    pub style: String,
    /// What it costs: the mean over replicates.
    pub cost: Estimate,
    /// Test accuracy: the mean over seeds.
    pub accuracy: Estimate,
    /// Where it stands.
    pub standing: Standing,
    /// The network that beats it by most accuracy.
    pub beaten_by: Option<String>,
}

/// The networks of one setting by one cost.
#[derive(Debug, Clone, PartialEq)]
pub struct Frontier {
    /// What they have in common.
    pub setting: Setting,
    /// The cost. Of throughput more is better, so that its cheapest is the fastest.
    pub cost: Metric,
    /// The networks, the cheapest first.
    pub points: Vec<Point>,
}

/// The costs that accuracy is held against.
pub const COSTS: [Metric; 8] = [
    Metric::TrainThroughput,
    Metric::InferThroughput,
    Metric::Latency,
    Metric::TimeToAccuracy,
    Metric::TrainMemory,
    Metric::InferMemory,
    Metric::Params,
    Metric::Macs,
];

/// A frontier for each setting and cost that at least two networks have with an accuracy.
pub fn frontiers(groups: &[Group]) -> Vec<Frontier> {
    let all = settings(groups);
    let each = all.iter().flat_map(|(setting, groups)| COSTS.iter().map(move |cost| (setting, groups, *cost)));
    each.map(|(setting, groups, cost)| frontier(setting, groups, cost)).filter(|all| all.points.len() > 1).collect()
}

fn frontier(setting: &Setting, groups: &[&Group], cost: Metric) -> Frontier {
    let members = groups.iter().flat_map(|group| group.members.iter().map(|member| (&group.identity.group, member)));
    let measured: Vec<Measured<'_>> = members.filter_map(|(group, member)| Measured::of(group, member, cost)).collect();
    let mut points: Vec<Point> = measured.iter().map(|own| own.point(&measured, cost)).collect();
    points.sort_by(|a, b| badness(cost, a.cost.value).total_cmp(&badness(cost, b.cost.value)));
    Frontier { setting: setting.clone(), cost, points }
}

/// A value of `cost` as a number of which less is better.
fn badness(cost: Metric, value: f64) -> f64 {
    if cost.more_is_better() { -value } else { value }
}

struct Measured<'a> {
    group: &'a str,
    member: &'a Member,
    cost: Estimate,
    accuracy: Estimate,
}

impl<'a> Measured<'a> {
    fn of(group: &'a str, member: &'a Member, cost: Metric) -> Option<Self> {
        Some(Self { group, member, cost: member.mean(cost)?, accuracy: member.mean(Metric::TestAccuracy)? })
    }

    fn point(&self, all: &[Measured<'_>], cost: Metric) -> Point {
        let beating: Vec<&Measured<'_>> = all.iter().filter(|other| other.beats(self, cost)).collect();
        let best = beating.iter().max_by(|a, b| a.accuracy.value.total_cmp(&b.accuracy.value));
        let standing = match beating.iter().any(|other| other.surely_beats(self, cost)) {
            true => Standing::Off,
            false if beating.is_empty() => Standing::On,
            false => Standing::Unsure,
        };
        Point {
            group: self.group.to_owned(),
            model: self.member.model.clone(),
            family: self.member.family.clone(),
            style: self.member.style().to_owned(),
            cost: self.cost,
            accuracy: self.accuracy,
            standing,
            beaten_by: best.map(|other| other.member.model.clone()),
        }
    }

    /// As good in both and better in one, going by the means.
    fn beats(&self, other: &Measured<'_>, cost: Metric) -> bool {
        let (own, its) = (badness(cost, self.cost.value), badness(cost, other.cost.value));
        let (accuracy, its_accuracy) = (self.accuracy.value, other.accuracy.value);
        own <= its && accuracy >= its_accuracy && (own < its || accuracy > its_accuracy)
    }

    /// As good in both by whole intervals over pairs; what is equal in every pair is as good.
    fn surely_beats(&self, other: &Measured<'_>, cost: Metric) -> bool {
        let accuracy = paired::difference(&self.member.pairs(other.member, Metric::TestAccuracy));
        let ratio = paired::ratio(&self.member.pairs(other.member, cost));
        let as_accurate = accuracy.and_then(|accuracy| accuracy.estimate.low).is_some_and(|low| low >= 0.0);
        let as_cheap = ratio.is_some_and(|ratio| match cost.more_is_better() {
            true => ratio.estimate.low.is_some_and(|low| low >= 1.0),
            false => ratio.estimate.high.is_some_and(|high| high <= 1.0),
        });
        self.beats(other, cost) && as_accurate && as_cheap
    }
}

/// One line of `frontier.csv`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FrontierRow {
    /// Suite.
    pub suite: String,
    /// Data set.
    pub data: String,
    /// Device.
    pub device: String,
    /// Identity of the machine.
    pub host: String,
    /// The cost, with its unit.
    pub cost: &'static str,
    /// Group.
    pub group: String,
    /// Model.
    pub model: String,
    /// Family.
    pub family: String,
    /// How it joins.
    pub style: String,
    /// Mean cost over replicates.
    pub cost_value: f64,
    /// Lower end of its 95 % interval.
    pub cost_low: Option<f64>,
    /// Upper end.
    pub cost_high: Option<f64>,
    /// Seeds behind the accuracy.
    pub n: usize,
    /// Mean test accuracy over seeds.
    pub test_accuracy: f64,
    /// Lower end of its 95 % interval.
    pub test_accuracy_low: Option<f64>,
    /// Upper end.
    pub test_accuracy_high: Option<f64>,
    /// Where it stands.
    pub standing: Standing,
    /// The network that beats it by most accuracy.
    pub beaten_by: Option<String>,
}

/// The frontiers as rows.
pub fn rows(frontiers: &[Frontier]) -> Vec<FrontierRow> {
    frontiers.iter().flat_map(|frontier| frontier.points.iter().map(|point| row(frontier, point))).collect()
}

fn row(frontier: &Frontier, point: &Point) -> FrontierRow {
    let setting = &frontier.setting;
    FrontierRow {
        suite: setting.suite.clone(),
        data: setting.data.clone(),
        device: setting.device.clone(),
        host: setting.host.clone(),
        cost: frontier.cost.word(),
        group: point.group.clone(),
        model: point.model.clone(),
        family: point.family.clone(),
        style: point.style.clone(),
        cost_value: point.cost.value,
        cost_low: point.cost.low,
        cost_high: point.cost.high,
        n: point.accuracy.n,
        test_accuracy: point.accuracy.value,
        test_accuracy_low: point.accuracy.low,
        test_accuracy_high: point.accuracy.high,
        standing: point.standing,
        beaten_by: point.beaten_by.clone(),
    }
}
