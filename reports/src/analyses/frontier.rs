//! Computes Pareto frontiers of accuracy against a cost: the networks that no other network beats in both.

use serde::Serialize;

use crate::analyses::group::{Group, Member, Setting, settings};
use crate::analyses::metric::Metric;
use crate::stats::Estimate;
use crate::stats::paired;
use crate::stats::parallel;

/// Says where a network is relative to the frontier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// No other network is as good in both and better in one, by the means.
    On,
    /// Another network is, by the means, but the intervals of their paired difference and ratio leave it open.
    Unsure,
    /// Another network is, and the intervals say so too.
    Off,
}

/// Describes one network: what it costs, and what accuracy that bought.
#[derive(Debug, Clone, PartialEq)]
pub struct Tradeoff {
    /// Name of the group.
    pub group: String,
    /// Name of the model.
    pub model: String,
    /// Word of the family.
    pub family: String,
    /// Word of how it joins ([`Member::style`]).
    pub style: String,
    /// Cost: the mean over replicates, or the median over sets.
    pub cost: Estimate,
    /// Test accuracy: the mean over seeds.
    pub accuracy: Estimate,
    /// Where it is relative to the frontier.
    pub standing: Standing,
    /// Name of the network that beats it with the highest accuracy.
    pub beaten_by: Option<String>,
}

/// Holds the networks of one setting by one cost.
#[derive(Debug, Clone, PartialEq)]
pub struct Frontier {
    /// Setting that they have in common.
    pub setting: Setting,
    /// Cost metric. More throughput is better, so there the cheapest is the fastest.
    pub cost: Metric,
    /// Networks, the cheapest first.
    pub points: Vec<Tradeoff>,
}

/// Costs that accuracy is compared with.
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

/// Returns a frontier for each setting and cost that at least two networks have along with an accuracy.
pub fn frontiers(groups: &[Group]) -> Vec<Frontier> {
    settings(groups).iter().flat_map(|(setting, groups)| of_setting(setting, groups)).collect()
}

fn of_setting(setting: &Setting, groups: &[&Group]) -> Vec<Frontier> {
    let members = groups.iter().flat_map(|group| group.members.iter().map(|member| (*group, member)));
    let nets: Vec<Network<'_>> = members.filter_map(|(group, member)| Network::of(group, member)).collect();
    let mut order: Vec<usize> = (0..nets.len()).collect();
    order.sort_by(|a, b| nets[*b].accuracy.value.total_cmp(&nets[*a].accuracy.value));
    let mut points = parallel::map(&nets, |net| Dominance::new(net, &nets, &order).points());
    let by = |(index, cost): (usize, &Metric)| {
        let mut points: Vec<Tradeoff> = points.iter_mut().filter_map(|of_net| of_net[index].take()).collect();
        points.sort_by(|a, b| badness(*cost, a.cost.value).total_cmp(&badness(*cost, b.cost.value)));
        (points.len() > 1).then(|| Frontier { setting: setting.clone(), cost: *cost, points })
    };
    COSTS.iter().enumerate().filter_map(by).collect()
}

/// Turns a value of `cost` into a number of which less is better.
fn badness(cost: Metric, value: f64) -> f64 {
    if cost.more_is_better() { -value } else { value }
}

/// A network with an accuracy.
struct Network<'a> {
    group: &'a Group,
    member: &'a Member,
    accuracy: Estimate,
    /// Values of [`COSTS`].
    costs: [Option<Estimate>; COSTS.len()],
}

impl<'a> Network<'a> {
    fn of(group: &'a Group, member: &'a Member) -> Option<Self> {
        let costs = COSTS.map(|cost| member.mean(cost));
        Some(Self { group, member, accuracy: member.mean(Metric::TestAccuracy)?, costs })
    }

    /// Returns whether it is as good as another in both and better in one, by the means.
    fn beats(&self, other: &Network<'_>, cost: usize) -> bool {
        let (Some(own), Some(its)) = (&self.costs[cost], &other.costs[cost]) else { return false };
        let (own, its) = (badness(COSTS[cost], own.value), badness(COSTS[cost], its.value));
        let (accuracy, its_accuracy) = (self.accuracy.value, other.accuracy.value);
        own <= its && accuracy >= its_accuracy && (own < its || accuracy > its_accuracy)
    }

    /// Returns whether it is as cheap by the whole interval, over sets in which both took turns or else over pairs.
    /// What is equal in every pair is as cheap. Networks of different groups took no turns with each other.
    fn surely_as_cheap(&self, other: &Network<'_>, cost: Metric, room: &mut Vec<f64>) -> bool {
        let (more, less) =
            if cost.more_is_better() { (self.member, other.member) } else { (other.member, self.member) };
        if std::ptr::eq(self.group, other.group) && more.took_turns(less, cost) {
            return more.ratio(less, cost).and_then(|ratio| ratio.estimate.low) >= Some(1.0);
        }
        paired::surely_as_many_times(more.paired(less, cost), room)
    }

    /// Returns whether it is as accurate by the whole interval.
    fn surely_as_accurate(&self, other: &Network<'_>, room: &mut Vec<f64>) -> bool {
        let images = self.member.images.get(&Metric::TestAccuracy).copied().unwrap_or(u64::MAX);
        paired::surely_as_much(self.member.paired(other.member, Metric::TestAccuracy), images, room)
    }
}

/// Compares one network with all others.
struct Dominance<'a> {
    net: &'a Network<'a>,
    all: &'a [Network<'a>],
    /// Order of all networks, the most accurate first.
    order: &'a [usize],
    /// Whether each is surely as accurate, as far as that was asked. The answer is the same for every cost.
    as_accurate: Vec<Option<bool>>,
    room: Vec<f64>,
}

impl<'a> Dominance<'a> {
    fn new(net: &'a Network<'a>, all: &'a [Network<'a>], order: &'a [usize]) -> Self {
        Self { net, all, order, as_accurate: vec![None; all.len()], room: Vec::new() }
    }

    /// Returns its place for each of [`COSTS`] that it has.
    fn points(mut self) -> Vec<Option<Tradeoff>> {
        (0..COSTS.len()).map(|cost| self.point(cost)).collect()
    }

    fn point(&mut self, cost: usize) -> Option<Tradeoff> {
        let Network { group, member, accuracy, costs } = self.net;
        let cost_value = costs[cost]?;
        let (standing, best) = self.standing(cost);
        Some(Tradeoff {
            group: group.identity.group.clone(),
            model: member.model.clone(),
            family: member.family.clone(),
            style: member.style().to_owned(),
            cost: cost_value,
            accuracy: *accuracy,
            standing,
            beaten_by: best.map(|index| self.all[index].member.model.clone()),
        })
    }

    /// Returns its place for one of [`COSTS`], and which network beats it with the highest accuracy.
    fn standing(&mut self, cost: usize) -> (Standing, Option<usize>) {
        let mut best = None;
        // The most accurate first: it is the likeliest to be surely so, and after the first that is none is asked.
        for &index in self.order {
            let other = &self.all[index];
            if other.accuracy.value < self.net.accuracy.value {
                break;
            }
            if other.beats(self.net, cost) {
                best = best.or(Some(index));
                if self.surely_beaten_by(index, COSTS[cost]) {
                    return (Standing::Off, best);
                }
            }
        }
        (best.map_or(Standing::On, |_| Standing::Unsure), best)
    }

    fn surely_beaten_by(&mut self, index: usize, cost: Metric) -> bool {
        let Self { net, all, as_accurate, room, .. } = self;
        let other = &all[index];
        let accurate = *as_accurate[index].get_or_insert_with(|| other.surely_as_accurate(net, room));
        accurate && other.surely_as_cheap(net, cost, room)
    }
}

/// One line of `frontier.csv`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FrontierRow {
    /// Name of the suite.
    pub suite: String,
    /// Name of the data set.
    pub data: String,
    /// Name of the device.
    pub device: String,
    /// Identity of the machine.
    pub host: String,
    /// Cost metric, with its unit.
    pub cost: &'static str,
    /// Name of the group.
    pub group: String,
    /// Name of the model.
    pub model: String,
    /// Word of the family.
    pub family: String,
    /// Word of how it joins.
    pub style: String,
    /// Mean cost over replicates, or median over sets.
    pub cost_value: f64,
    /// Lower end of its 95 % interval.
    pub cost_low: Option<f64>,
    /// Upper end of the same interval.
    pub cost_high: Option<f64>,
    /// Number of seeds behind the accuracy.
    pub n: usize,
    /// Mean test accuracy over seeds.
    pub test_accuracy: f64,
    /// Lower end of its 95 % interval.
    pub test_accuracy_low: Option<f64>,
    /// Upper end of the same interval.
    pub test_accuracy_high: Option<f64>,
    /// Where it is relative to the frontier.
    pub standing: Standing,
    /// Name of the network that beats it with the highest accuracy.
    pub beaten_by: Option<String>,
}

/// Returns the frontiers as rows.
pub fn rows(frontiers: &[Frontier]) -> Vec<FrontierRow> {
    frontiers.iter().flat_map(|frontier| frontier.points.iter().map(|point| row(frontier, point))).collect()
}

fn row(frontier: &Frontier, point: &Tradeoff) -> FrontierRow {
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
