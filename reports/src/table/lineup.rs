//! Formats networks side by side, one line each.

use super::text_table::TextTable;
use crate::analyses::lineup::Lined;
use crate::analyses::quantity::Quantity;
use crate::rows::style;
use crate::stats::Estimate;

use super::number::format_quantity;

/// Tabulates one line per network. No cell has a second line; what is known of each number is in the groups' tables.
pub fn lineup(lined: &[Lined]) -> TextTable {
    let titles = ["network", "skip", "layers", "test accuracy", "training speed", "peak memory"];
    TextTable {
        id: "networks".to_owned(),
        title: "Networks side by side".to_owned(),
        caption: String::new(),
        header: titles.map(str::to_owned).to_vec(),
        rows: lined.iter().map(format_row).collect(),
        left: 2,
    }
}

fn format_row(network: &Lined) -> Vec<String> {
    let accuracy = network.accuracy.as_ref().map_or(String::new(), |value| format_quantity(Quantity::Share, value));
    // Without a skip: what the others of its group are held against.
    let base = network.style == style::NONE;
    let ratio = |value: Option<Estimate>| value.map_or(String::new(), |value| format!("×{:.2}", value.value));
    let held = |value: Option<Estimate>| if base { "×1".to_owned() } else { ratio(value) };
    vec![
        network.model.clone(),
        style::noun(&network.style).to_owned(),
        network.depth.to_string(),
        accuracy,
        held(network.speed),
        held(network.memory),
    ]
}
