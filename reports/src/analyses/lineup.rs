//! The networks of matched groups side by side: each beside the one without a skip.

use crate::analyses::group::{Group, Member};
use crate::analyses::metric::Metric;
use crate::rows::style;
use crate::stats::Estimate;

/// What is shown of each network beside its accuracy, each as a ratio to the network without a skip.
const RATIOS: [Metric; 2] = [Metric::TrainThroughput, Metric::TrainMemory];

/// One network.
#[derive(Debug, Clone, PartialEq)]
pub struct Lined {
    /// The group.
    pub group: String,
    /// The network.
    pub model: String,
    /// Its style.
    pub style: String,
    /// Its weighted layers.
    pub depth: u64,
    /// Its test accuracy.
    pub accuracy: Option<Estimate>,
    /// Its training speed, as a ratio to the network without a skip; for that one none.
    pub speed: Option<Estimate>,
    /// Its peak training memory, likewise.
    pub memory: Option<Estimate>,
}

/// The networks without a skip, with addition and with concatenation of every group that has one without.
///
/// Transformers are left out: from the others they differ in more than the join.
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
