//! Plots where a training step's time goes: forward, backward, optimizer.

use crate::analyses::group::Group;
use crate::report::Report;
use crate::rows::record::{RunRow, Status};
use crate::stats::median;

use super::data::{Axis, Figure, Kind, Mark, Point, Scale, Series, exactly, slug};

type Phase = (&'static str, fn(&RunRow) -> Option<u64>);

const PHASES: [Phase; 3] = [
    ("forward", |row| row.forward_ns_median),
    ("backward", |row| row.backward_ns_median),
    ("optimizer", |row| row.optimizer_ns_median),
];

/// Returns a figure for each group whose steps were timed in phases.
pub(super) fn phases(report: &Report) -> Vec<Figure> {
    report.groups.iter().filter_map(|group| figure(report, group)).collect()
}

fn figure(report: &Report, group: &Group) -> Option<Figure> {
    let identity = &group.identity;
    let rows: Vec<&RunRow> = report
        .runs
        .iter()
        .map(|run| &run.row)
        .filter(|row| row.group == identity.group && row.device == identity.device && row.host == identity.origin.host)
        .filter(|row| row.recipe == identity.recipe && row.status == Status::Ok && !row.twin)
        .collect();
    let series: Vec<Series> = PHASES.iter().map(|phase| series(group, &rows, phase)).collect();
    series.iter().any(|series| !series.points.is_empty()).then(|| Figure {
        id: slug(&["parts", &identity.group]),
        title: format!("Where a training step's time goes: {}", identity.group),
        caption:
            "Medians over repeats (seeds and rounds, or sets); there is a wait after each part, so the parts need \
                  not sum to a whole step."
                .to_owned(),
        x: Axis::new("milliseconds per step", Scale::Linear),
        y: Axis::new("", Scale::Linear),
        kind: Kind::Bars,
        series,
    })
}

fn series(group: &Group, rows: &[&RunRow], (name, of): &Phase) -> Series {
    let point = |model: &str| {
        let own = rows.iter().filter(|row| row.model == model);
        let timed: Vec<(bool, f64)> = own.filter_map(|row| Some((row.set.is_some(), of(row)? as f64 / 1e6))).collect();
        // What was timed alone is not put together with what took turns.
        let sets = timed.iter().any(|(set, _)| *set);
        let values: Vec<f64> = timed.iter().filter(|(set, _)| *set == sets).map(|(_, ms)| *ms).collect();
        Some(Point { name: model.to_owned(), x: exactly(median(&values)?), y: exactly(0.0), hollow: false })
    };
    let points = group.members.iter().filter_map(|member| point(&member.model)).collect();
    Series { name: (*name).to_owned(), style: (*name).to_owned(), mark: Mark::Marks, points }
}
