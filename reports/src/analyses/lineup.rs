//! Puts the networks of matched groups side by side, each beside the one without a skip.

use crate::analyses::group::{Group, Member};
use crate::analyses::metric::Metric;
use crate::rows::style;
use crate::stats::Estimate;

/// Metrics that are shown besides accuracy, each as a ratio to the network without a skip.
const RATIOS: [Metric; 2] = [Metric::TrainThroughput, Metric::TrainMemory];

/// Describes one network.
#[derive(Debug, Clone, PartialEq)]
pub struct Lined {
    /// Name of the group.
    pub group: String,
    /// The network.
    pub model: String,
    /// Its style.
    pub style: String,
    /// Number of its weighted layers.
    pub depth: u64,
    /// Test accuracy, over seeds.
    pub accuracy: Option<Estimate>,
    /// Training speed, as a ratio to the network without a skip, which has none itself.
    pub speed: Option<Estimate>,
    /// Peak training memory, as a ratio to the network without a skip, which has none itself.
    pub memory: Option<Estimate>,
}

/// Lists the networks without a skip, with addition and with concatenation of every group that has one without.
///
/// Transformers are left out, because they differ from the others in more than the join.
pub fn lineup(groups: &[Group]) -> Vec<Lined> {
    groups.iter().flat_map(of_group).collect()
}

fn of_group(group: &Group) -> Vec<Lined> {
    let of = |style: &'static str| group.members.iter().filter(move |member| member.style() == style);
    let Some(plain) = of(style::NONE).next() else { return Vec::new() };
    let lined = |member: &Member| {
        let [speed, memory] = RATIOS.map(|metric| member.ratio(plain, metric).map(|contrast| contrast.estimate));
        Lined {
            group: group.identity.group.clone(),
            model: member.model.clone(),
            style: member.skip.clone(),
            depth: member.depth,
            accuracy: member.mean(Metric::TestAccuracy),
            speed: speed.filter(|_| member.model != plain.model),
            memory: memory.filter(|_| member.model != plain.model),
        }
    };
    style::COMPARED.into_iter().flat_map(of).map(lined).collect()
}
