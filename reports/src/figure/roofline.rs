//! Plots the roofline: FLOP/s reached against FLOP done per byte, under what the machine can do (Williams et al. 2009).

use std::collections::BTreeMap;

use crate::analyses::distinguish::{distinguish, format_distinction};
use crate::analyses::group::Setting;
use crate::analyses::roofline::{Roof, counted};
use crate::report::Report;
use crate::rows::record::RunRow;
use crate::rows::{style, task};
use crate::stats::median;

use super::data::{Axis, Figure, Kind, Mark, Point, Scale, Series, exactly, slug};

/// Returns a figure for each device, machine and suite with ceilings. Suites differ in threads, and so in what they can
/// reach.
pub(super) fn roofline(report: &Report) -> Vec<Figure> {
    let mut keys: Vec<Key<'_>> = report.roofs.iter().map(key).collect();
    keys.sort_unstable();
    keys.dedup();
    let differ = |part: usize| keys.iter().any(|key| key[part] != keys[0][part]);
    let title = |[device, host, suite]: Key<'_>| {
        let machine = if differ(1) { format!(", machine {host}") } else { String::new() };
        let suite = if differ(2) { format!(", suite {suite}") } else { String::new() };
        format!("Roofline: {device}{machine}{suite}")
    };
    keys.iter().filter_map(|key| figure(report, *key, title(*key))).collect()
}

/// Key of a figure: device, machine and suite.
type Key<'a> = [&'a str; 3];

fn key(roof: &Roof) -> Key<'_> {
    [&roof.device, &roof.host, &roof.setting.suite]
}

fn figure(report: &Report, own_key: Key<'_>, title: String) -> Option<Figure> {
    let own: Vec<&Roof> = report.roofs.iter().filter(|roof| key(roof) == own_key).collect();
    let mut styles: Vec<&str> = own.iter().map(|roof| roof.style.as_str()).collect();
    styles.sort_unstable();
    styles.dedup();
    let mut series: Vec<Series> = styles.into_iter().map(|style| of_style(&own, style)).collect();
    series.extend(Series::hollow(&series, "another task than a training step"));
    series.push(ceiling(report, own_key, &own)?);
    Some(Figure {
        id: slug(&["roofline", own_key[0]]),
        title,
        caption:
            "Medians over repeats (seeds and rounds, or sets). Filled: a training step; hollow: another task, such as \
             inference. The line is the best that the device's own copy and matrix product allow."
                .to_owned(),
        x: Axis::new("FLOP per byte", Scale::Log),
        y: Axis::new("GFLOP/s", Scale::Log),
        kind: Kind::Plot,
        series,
    })
}

fn of_style(roofs: &[&Roof], style: &str) -> Series {
    let own: Vec<&Roof> = roofs.iter().copied().filter(|roof| roof.style == style).collect();
    let named: Vec<([&str; 2], &Setting)> =
        own.iter().map(|roof| ([&*roof.model, &*roof.task], &roof.setting)).collect();
    // Settings that differ are told apart by some word.
    let mut same: BTreeMap<([&str; 2], Vec<String>), Vec<&Roof>> = BTreeMap::new();
    for ((roof, (name, _)), distinction) in own.iter().zip(&named).zip(distinguish(&named)) {
        same.entry((*name, distinction)).or_default().push(roof);
    }
    let points =
        same.iter().filter_map(|((name, distinction), roofs)| point(*name, distinction, &counted(roofs))).collect();
    Series { name: style::noun(style).to_owned(), style: style.to_owned(), mark: Mark::Marks, points }
}

fn point([model, task]: [&str; 2], distinction: &[String], roofs: &[&Roof]) -> Option<Point> {
    let middle = |of: fn(&Roof) -> f64| median(&roofs.iter().map(|roof| of(roof)).collect::<Vec<f64>>());
    let (x, y) = (middle(|roof| roof.intensity_flops_per_byte)?, middle(|roof| roof.flops_per_s)? / 1e9);
    let name = format!("{model} {task}{}", format_distinction(distinction));
    Some(Point { name, x: exactly(x), y: exactly(y), hollow: task != task::TRAIN_STEP })
}

/// Returns the ceiling, from bandwidth's slope to compute's plateau.
fn ceiling(report: &Report, key: Key<'_>, roofs: &[&Roof]) -> Option<Series> {
    let middle = |of: fn(&RunRow) -> Option<f64>| {
        let rows = report.runs.iter().map(|run| &run.row).filter(|row| [&*row.device, &*row.host, &*row.suite] == key);
        median(&rows.filter_map(of).collect::<Vec<f64>>())
    };
    let (compute, memory) = (middle(|row| row.ceiling_flops_per_s)?, middle(|row| row.ceiling_bytes_per_s)?);
    let ridge = compute / memory;
    let intensities = roofs.iter().map(|roof| roof.intensity_flops_per_byte);
    let (low, high) = (intensities.clone().fold(ridge, f64::min) / 2.0, intensities.fold(ridge, f64::max) * 2.0);
    let point = |(x, name): (f64, String)| Point {
        name,
        x: exactly(x),
        y: exactly((x * memory).min(compute) / 1e9),
        hollow: false,
    };
    let bandwidth = format!("memory: {:.1} GB/s", memory / 1e9);
    let products = format!("matrix product: {:.0} GFLOP/s", compute / 1e9);
    let points = [(low, bandwidth), (ridge, String::new()), (high, products)].map(point).to_vec();
    Some(Series { name: "ceiling".to_owned(), style: "guide".to_owned(), mark: Mark::Guide, points })
}
