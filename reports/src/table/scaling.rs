//! Formats sweeps, one line per model: the exponent of each metric.

use super::text_table::TextTable;
use crate::analyses::distinguish::{distinguish, format_distinction};
use crate::analyses::group::Setting;
use crate::analyses::metric::Metric;
use crate::analyses::scaling::Curve;
use crate::stats::Estimate;

/// Metrics of the columns. `scaling.csv` holds the rest and every point.
const COLUMNS: [Metric; 9] = [
    Metric::TrainThroughput,
    Metric::EpochThroughput,
    Metric::InferThroughput,
    Metric::Latency,
    Metric::TrainMemory,
    Metric::SavedMemory,
    Metric::InferMemory,
    Metric::Params,
    Metric::Macs,
];

/// Tabulates one line for each group, model and setting, with a column for each metric that any of them measured.
pub fn curves(curves: &[Curve]) -> TextTable {
    let metrics: Vec<Metric> =
        COLUMNS.into_iter().filter(|metric| curves.iter().any(|curve| curve.metric == *metric)).collect();
    let titles = ["group", "model", "skip", "varied"].into_iter().chain(metrics.iter().map(|metric| metric.title()));
    let lines: Vec<&[Curve]> = curves.chunk_by(|a, b| identity(a) == identity(b)).collect();
    let named: Vec<([&str; 4], &Setting)> = lines.iter().map(|curves| identity(&curves[0])).collect();
    TextTable {
        id: "growth".to_owned(),
        title: "How metrics grow".to_owned(),
        caption: LEGEND.to_owned(),
        header: titles.map(str::to_owned).collect(),
        rows: lines
            .iter()
            .zip(distinguish(&named))
            .map(|(curves, distinction)| format_row(curves, &distinction, &metrics))
            .collect(),
        left: 4,
    }
}

const LEGEND: &str = "The exponent b of metric = a · variedᵇ: 0 means that the metric stays the same, 1 that it \
    doubles when the varied key doubles, −1 that it halves. Fitted by least squares on logarithmic axes, with \
    Student's 95 % interval over the points in brackets.";

fn identity(curve: &Curve) -> ([&str; 4], &Setting) {
    ([&curve.group, &curve.line, &curve.skip, &curve.sweep], &curve.setting)
}

fn format_row(curves: &[Curve], distinction: &[String], metrics: &[Metric]) -> Vec<String> {
    let Curve { group, line, skip, sweep, points, .. } = &curves[0];
    let ends: Vec<String> = [points.first(), points.last()].iter().flatten().map(|(x, _)| x.to_string()).collect();
    let varied = format!("{} {}", sweep.replace('_', " "), ends.join("–"));
    let names = [group.clone(), format!("{line}{}", format_distinction(distinction)), skip.clone(), varied];
    let of = |metric: &Metric| curves.iter().find(|curve| curve.metric == *metric)?.exponent;
    names.into_iter().chain(metrics.iter().map(|metric| of(metric).map_or(String::new(), format_exponent))).collect()
}

fn format_exponent(estimate: Estimate) -> String {
    let text = match (estimate.low, estimate.high) {
        (Some(low), Some(high)) => format!("{:.2} [{low:.2}, {high:.2}]", estimate.value),
        _ => format!("{:.2}", estimate.value),
    };
    text.replace('-', "−")
}
