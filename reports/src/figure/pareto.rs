//! Plots accuracy against a cost.

use crate::analyses::frontier::{Frontier, Standing, Tradeoff};
use crate::rows::style;

use super::data::{Axis, Figure, Kind, Mark, Point, Scale, Series, exactly, scaled, slug};

/// Returns a mark for each network, hollow if another one beats it, and a line through the Pareto frontier.
pub(super) fn pareto(frontier: &Frontier) -> Figure {
    let (setting, cost) = (&frontier.setting, frontier.cost.title());
    let unit = frontier.cost.unit();
    let factor = unit.factor();
    let mut styles: Vec<&str> = frontier.points.iter().map(|net| net.style.as_str()).collect();
    styles.sort_unstable();
    styles.dedup();
    let mut series: Vec<Series> = styles.into_iter().map(|style| of_style(frontier, style, factor)).collect();
    series.extend(Series::hollow(&series, "another is at least as good in both"));
    series.push(line(frontier, factor));
    Figure {
        id: slug(&["accuracy", frontier.cost.word(), &format_elsewhere(&setting.data, &setting.device)]),
        title: format!("Accuracy against {cost}"),
        caption: format!(
            "{} on {}. Means over repeats with 95 % intervals, of times in sets medians. The line is the Pareto \
             frontier. Hollow: another network is at least as good in both and better in one, by those means.",
            setting.data, setting.device
        ),
        x: Axis::new(unit.label(cost), Scale::Log),
        y: Axis::new("test accuracy, %", Scale::Percent),
        kind: Kind::Plot,
        series,
    }
}

/// Formats the data set and device, unless they are the usual ones.
fn format_elsewhere(data: &str, device: &str) -> String {
    let (data, device) = (if data == "digits" { "" } else { data }, if device == "flex" { "" } else { device });
    slug(&[data, device])
}

fn point(net: &Tradeoff, factor: f64) -> Point {
    let hollow = net.standing != Standing::On;
    Point { name: net.model.clone(), x: scaled(&net.cost, factor), y: scaled(&net.accuracy, 100.0), hollow }
}

fn of_style(frontier: &Frontier, style: &str, factor: f64) -> Series {
    let points = frontier.points.iter().filter(|net| net.style == style).map(|net| point(net, factor)).collect();
    Series { name: style::noun(style).to_owned(), style: style.to_owned(), mark: Mark::Marks, points }
}

fn line(frontier: &Frontier, factor: f64) -> Series {
    let on = frontier.points.iter().filter(|net| net.standing == Standing::On);
    let bare = |net: &Tradeoff| Point {
        name: String::new(),
        x: exactly(net.cost.value * factor),
        y: exactly(net.accuracy.value * 100.0),
        hollow: false,
    };
    Series { name: "frontier".to_owned(), style: "guide".to_owned(), mark: Mark::Guide, points: on.map(bare).collect() }
}
