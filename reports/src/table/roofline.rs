//! Formats timed cells against the machine's ceilings, one line per model, task and setting: medians over replicates.

use super::text_table::TextTable;
use crate::analyses::distinguish::{distinguish, format_distinction};
use crate::analyses::group::Setting;
use crate::analyses::roofline::{Roof, counted};
use crate::stats::median;

const HEADER: [&str; 12] = [
    "group",
    "model",
    "skip",
    "task",
    "device",
    "FLOP/byte",
    "GFLOP/s",
    "share of top FLOP/s",
    "share of best speed",
    "limited by",
    "joins move",
    "joins take at least",
];

/// Tabulates one line for each group, model, task, device and setting. The model's name distinguishes those that are
/// otherwise equal.
pub fn roofs(roofs: &[Roof]) -> TextTable {
    let lines = lines(roofs);
    let named: Vec<([&str; 4], &Setting)> = lines.iter().map(|roofs| identity(roofs[0])).collect();
    TextTable {
        id: "roofline".to_owned(),
        title: "Times against the machine's ceilings".to_owned(),
        caption: LEGEND.to_owned(),
        header: HEADER.iter().map(|title| (*title).to_owned()).collect(),
        rows: lines
            .iter()
            .zip(distinguish(&named))
            .map(|(roofs, distinction)| format_row(roofs, &distinction))
            .collect(),
        left: 5,
    }
}

const LEGEND: &str = "Medians over repeats (seeds and rounds, or sets). FLOP/byte: arithmetic done for each byte \
    moved. Share of top FLOP/s: of what the device's own matrix product reached in the same process. Share of best \
    speed: 100 % is the least time that those FLOP/s and the device's own copy allow, if every operation runs by \
    itself. Limited by: which of the two decides that least time. Joins move: what additions or concatenations read \
    and write in a step. Joins take at least: the share of the step's time that moving those takes.";

/// Returns what belongs in one line, in the order of the rows.
fn lines(roofs: &[Roof]) -> Vec<Vec<&Roof>> {
    let mut lines: Vec<Vec<&Roof>> = Vec::new();
    for roof in roofs {
        match lines.iter_mut().find(|line| identity(line[0]) == identity(roof)) {
            Some(line) => line.push(roof),
            None => lines.push(vec![roof]),
        }
    }
    lines.iter().map(|line| counted(line)).collect()
}

fn identity(roof: &Roof) -> ([&str; 4], &Setting) {
    ([&roof.group, &roof.model, &roof.task, &roof.device], &roof.setting)
}

fn format_row(roofs: &[&Roof], distinction: &[String]) -> Vec<String> {
    let middle = |of: fn(&Roof) -> f64| {
        let values: Vec<f64> = roofs.iter().map(|roof| of(roof)).collect();
        median(&values).unwrap_or(f64::NAN)
    };
    let Roof { group, model, skip, task, device, bound, .. } = roofs[0];
    let model = format!("{model}{}", format_distinction(distinction));
    let names = [group, &model, skip, task, device].map(Clone::clone);
    let numbers = [
        format!("{:.1}", middle(|roof| roof.intensity_flops_per_byte)),
        format!("{:.1}", middle(|roof| roof.flops_per_s) / 1e9),
        format!("{:.1} %", middle(|roof| roof.share_of_compute) * 100.0),
        format!("{:.1} %", middle(|roof| roof.share_of_roof) * 100.0),
        (*bound).to_owned(),
        format!("{:.1} MiB", middle(|roof| roof.join_bytes) / f64::from(1 << 20)),
        format!("{:.1} %", middle(|roof| roof.join_share) * 100.0),
    ];
    names.into_iter().chain(numbers).collect()
}
