//! The roofline: FLOP/s reached against FLOP done a byte, under what the machine can do (Williams et al. 2009).

use crate::record::RunRow;
use crate::report::Report;
use crate::roofline::Roof;
use crate::stats::median;

use super::{Axis, Figure, Kind, Mark, Point, Scale, Series, exactly, slug};

/// A figure for each device and machine with ceilings.
pub(super) fn roofline(report: &Report) -> Vec<Figure> {
    let mut devices: Vec<&str> = report.roofs.iter().map(|roof| roof.device.as_str()).collect();
    devices.sort_unstable();
    devices.dedup();
    devices.into_iter().filter_map(|device| figure(report, device)).collect()
}

fn figure(report: &Report, device: &str) -> Option<Figure> {
    let own: Vec<&Roof> = report.roofs.iter().filter(|roof| roof.device == device).collect();
    let mut styles: Vec<&str> = own.iter().map(|roof| roof.style.as_str()).collect();
    styles.sort_unstable();
    styles.dedup();
    let mut series: Vec<Series> = styles.into_iter().map(|style| of_style(&own, style)).collect();
    series.push(ceiling(report, device, &own)?);
    Some(Figure {
        id: slug(&["roofline", device]),
        title: format!("Roofline: {device}"),
        caption:
            "Medians over seeds and rounds; filled: a training step, hollow: another task, such as inference. The line is what \
             the device's own copy and matrix product allow at best."
                .to_owned(),
        x: Axis::new("FLOP a byte", Scale::Log),
        y: Axis::new("GFLOP/s", Scale::Log),
        kind: Kind::Plot,
        series,
    })
}

fn of_style(roofs: &[&Roof], style: &str) -> Series {
    let mut names: Vec<(&str, &str)> =
        roofs.iter().filter(|roof| roof.style == style).map(|roof| (roof.model.as_str(), roof.task.as_str())).collect();
    names.sort_unstable();
    names.dedup();
    let point = |(model, task): (&str, &str)| {
        let same: Vec<&&Roof> = roofs.iter().filter(|roof| roof.model == model && roof.task == task).collect();
        let middle = |of: fn(&Roof) -> f64| median(&same.iter().map(|roof| of(roof)).collect::<Vec<f64>>());
        let (x, y) = (middle(|roof| roof.intensity_flops_per_byte)?, middle(|roof| roof.flops_per_s)? / 1e9);
        Some(Point { name: format!("{model} {task}"), x: exactly(x), y: exactly(y), hollow: task != "train-step" })
    };
    let points = names.into_iter().filter_map(point).collect();
    Series { name: style.to_owned(), style: style.to_owned(), mark: Mark::Marks, points }
}

/// From bandwidth's slope to compute's plateau.
fn ceiling(report: &Report, device: &str, roofs: &[&Roof]) -> Option<Series> {
    let middle = |of: fn(&RunRow) -> Option<f64>| {
        let rows = report.runs.iter().map(|run| &run.row).filter(|row| row.device == device);
        median(&rows.filter_map(of).collect::<Vec<f64>>())
    };
    let (compute, memory) = (middle(|row| row.ceiling_flops_per_s)?, middle(|row| row.ceiling_bytes_per_s)?);
    let ridge = compute / memory;
    let intensities = roofs.iter().map(|roof| roof.intensity_flops_per_byte);
    let (low, high) = (intensities.clone().fold(ridge, f64::min) / 2.0, intensities.fold(ridge, f64::max) * 2.0);
    let point = |x: f64| Point {
        name: "ceiling".to_owned(),
        x: exactly(x),
        y: exactly((x * memory).min(compute) / 1e9),
        hollow: false,
    };
    let points = [low, ridge, high].map(point).to_vec();
    Some(Series { name: "ceiling".to_owned(), style: "guide".to_owned(), mark: Mark::Guide, points })
}
