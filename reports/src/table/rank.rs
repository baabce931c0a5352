//! Formats rankings as one table, with one line per metric.

use super::text_table::TextTable;
use crate::analyses::rank::{Ranked, Ranking};

use super::number::format_ratio;

/// Tabulates one line for each metric.
pub fn rankings(rankings: &[Ranking]) -> TextTable {
    TextTable {
        id: "rank".to_owned(),
        title: "Overall ranking".to_owned(),
        caption: LEGEND.to_owned(),
        header: ["metric", "groups", "ranking", "not ranked"].map(str::to_owned).to_vec(),
        rows: rankings.iter().map(format_row).collect(),
        left: 4,
    }
}

const LEGEND: &str = "The number says how many times worse than the best of each group, as a geometric mean over the \
    groups, with its 95 % interval in brackets; ×1.00 is the best everywhere. Only those that every group measured are \
    ranked. Caution: a mean over groups hides who wins where, counts a group of small networks as much as one of large \
    ones, and says nothing of other groups.";

fn format_row(ranking: &Ranking) -> Vec<String> {
    let place = |Ranked { name, rank, behind }: &Ranked| format!("{rank}. {name} {}", format_ratio(behind));
    let out = |(name, missing): &(String, usize)| format!("{name} (missing in {missing})");
    vec![
        ranking.metric.title().to_owned(),
        ranking.groups.to_string(),
        ranking.places.iter().map(place).collect::<Vec<String>>().join("\n"),
        ranking.left_out.iter().map(out).collect::<Vec<String>>().join("\n"),
    ]
}
