//! Formats one Pareto frontier as a table.

use super::text_table::TextTable;
use crate::analyses::frontier::{Frontier, Standing, Tradeoff};
use crate::analyses::metric::Metric;

use super::number::format_metric;

/// Tabulates the networks by cost, the cheapest first.
pub fn frontier(frontier: &Frontier) -> TextTable {
    let (setting, cost) = (&frontier.setting, frontier.cost.title());
    let header = ["model", "style", "group", cost, Metric::TestAccuracy.title(), "seeds", "on the frontier"];
    TextTable {
        id: format!("frontier-{}-{}-{}", frontier.cost.word(), setting.data, setting.device),
        title: format!("Accuracy against {cost}: {} on {}", setting.data, setting.device),
        caption: LEGEND.to_owned(),
        header: header.map(str::to_owned).to_vec(),
        rows: frontier.points.iter().map(|point| format_row(point, frontier.cost)).collect(),
        left: 3,
    }
}

const LEGEND: &str = "Yes: on the Pareto frontier, because no other network is at least as accurate and as cheap, and \
    better in one of the two. Open: by the means the named network is, but the 95 % intervals leave it open; more \
    seeds, or more sets of times (--sets, --precision), would narrow them. No: the named network is, and the intervals \
    say so too.";

fn format_row(point: &Tradeoff, cost: Metric) -> Vec<String> {
    let beaten = point.beaten_by.as_deref().unwrap_or_default();
    let standing = match point.standing {
        Standing::On => "yes".to_owned(),
        Standing::Unsure => format!("open: {beaten}"),
        Standing::Off => format!("no: {beaten}"),
    };
    vec![
        point.model.clone(),
        point.style.clone(),
        point.group.clone(),
        format_metric(cost, &point.cost),
        format_metric(Metric::TestAccuracy, &point.accuracy),
        point.accuracy.n.to_string(),
        standing,
    ]
}
