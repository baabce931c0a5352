//! Marks and lines over two numbers.

use maud::{Markup, html};

use crate::figure::{Figure, Mark, Point, Series};
use crate::stats::Estimate;

use super::canvas::{BOTTOM, HEIGHT, LEFT, RIGHT, TOP, class, format_coordinate};
use super::frame;
use super::marks::{LegendEntry, legend, mark, width};
use super::scale::{Layout, format_estimate};

/// Dashes by which lines of one style differ.
const DASHES: [&str; 4] = ["", "7 4", "2 3", "10 3 2 3"];

/// More points than these have no names beside them: they would cover each other.
const NAMED: usize = 24;

/// The plot, and its height.
pub(super) fn plot(figure: &Figure) -> (Markup, f64) {
    let points = || figure.series.iter().flat_map(|series| &series.points);
    let reach = |estimate: &Estimate| [Some(estimate.value), estimate.low, estimate.high].into_iter().flatten();
    let x = Layout::new(figure.x.scale, points().flat_map(|point| reach(&point.x)), (LEFT, RIGHT));
    let y = Layout::new(figure.y.scale, points().flat_map(|point| reach(&point.y)), (BOTTOM, TOP));
    let dashes = dashes(&figure.series);
    let entries: Vec<LegendEntry<'_>> =
        figure.series.iter().zip(&dashes).map(|(series, dashes)| entry(series, dashes)).collect();
    let (legend, below) = legend(&entries, HEIGHT + 6.0);
    let body = html! {
        (frame::frame(figure, &x, &y))
        @for (series, dashes) in figure.series.iter().zip(&dashes) {
            g class=(class(&series.style)) {
                (line(series, dashes, &x, &y))
                @if series.mark != Mark::Guide {
                    @for point in &series.points { (one(figure, series, point, &x, &y)) }
                }
            }
        }
        (names(figure, &x, &y))
        (legend)
    };
    (body, HEIGHT + below)
}

fn entry<'a>(series: &'a Series, dashes: &'static str) -> LegendEntry<'a> {
    let line = (series.mark != Mark::Marks).then_some(dashes);
    LegendEntry { name: &series.name, style: &series.style, dashes: line, guide: series.mark == Mark::Guide }
}

/// The n-th line of a style has the n-th dashes.
fn dashes(series: &[Series]) -> Vec<&'static str> {
    let nth = |index: usize| series[..index].iter().filter(|other| other.style == series[index].style).count();
    (0..series.len()).map(|index| DASHES[nth(index) % DASHES.len()]).collect()
}

fn line(series: &Series, dashes: &str, x: &Layout, y: &Layout) -> Markup {
    let place = |point: &Point| {
        Some(format!("{},{}", format_coordinate(x.place(point.x.value)?), format_coordinate(y.place(point.y.value)?)))
    };
    let places: Vec<String> = series.points.iter().filter_map(place).collect();
    let class = if series.mark == Mark::Guide { "guide" } else { "line" };
    html! {
        @if series.mark != Mark::Marks && places.len() > 1 {
            polyline class=(class) points=(places.join(" ")) stroke-dasharray=[(!dashes.is_empty()).then_some(dashes)] {}
        }
    }
}

fn one(figure: &Figure, series: &Series, point: &Point, x: &Layout, y: &Layout) -> Markup {
    let (Some(px), Some(py)) = (x.place(point.x.value), y.place(point.y.value)) else { return html! {} };
    let ends = |estimate: &Estimate, axis: &Layout| Some((axis.held(estimate.low?), axis.held(estimate.high?)));
    let (across, along) = (ends(&point.x, x), ends(&point.y, y));
    let (nx, ny) = (format_coordinate(px), format_coordinate(py));
    html! {
        g class=(if point.hollow { "point hollow" } else { "point" }) tabindex="0" role="img" {
            title { (point.name) ": " (figure.x.title) " " (format_estimate(&point.x)) "; " (figure.y.title) " " (format_estimate(&point.y)) }
            @if let Some((low, high)) = across { line class="error" x1=(format_coordinate(low)) x2=(format_coordinate(high)) y1=(ny) y2=(ny) {} }
            @if let Some((low, high)) = along { line class="error" x1=(nx) x2=(nx) y1=(format_coordinate(low)) y2=(format_coordinate(high)) {} }
            circle class="hit" cx=(nx) cy=(ny) r="11" {}
            (mark(&series.style, px, py))
        }
    }
}

/// Names beside single marks, each where it covers neither a mark nor another name; without such a place it is left to
/// the tooltip and the table.
fn names(figure: &Figure, x: &Layout, y: &Layout) -> Markup {
    let marks = figure.series.iter().filter(|series| series.mark == Mark::Marks).flat_map(|series| &series.points);
    let places: Vec<(&str, f64, f64)> = marks
        .filter_map(|point| Some((point.name.as_str(), x.place(point.x.value)?, y.place(point.y.value)?)))
        .collect();
    if places.len() > NAMED {
        return html! {};
    }
    let mut taken: Vec<Area> =
        places.iter().map(|(_, x, y)| Area { left: x - 6.0, right: x + 6.0, top: y - 6.0, bottom: y + 6.0 }).collect();
    let mut written = Vec::new();
    for (name, x, y) in &places {
        let Some((area, anchor)) = free(name, *x, *y, &taken) else { continue };
        let at = if anchor == "end" { area.right } else { area.left };
        written.push((*name, at, area.bottom - 4.5, anchor));
        taken.push(area);
    }
    html! {
        @for (name, x, y, anchor) in written {
            text class="name" x=(format_coordinate(x)) y=(format_coordinate(y)) text-anchor=(anchor) aria-hidden="true" { (name) }
        }
    }
}

#[derive(Debug, Clone, Copy)]
struct Area {
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
}

impl Area {
    fn meets(&self, other: &Area) -> bool {
        self.left < other.right && other.left < self.right && self.top < other.bottom && other.top < self.bottom
    }
}

/// Height of a name with the halo that sets it off from lines, and would cover a name close by.
const HIGH: f64 = 17.0;

/// The first free place for a name around its mark.
fn free(name: &str, x: f64, y: f64, taken: &[Area]) -> Option<(Area, &'static str)> {
    let wide = width(name, 11.5);
    let at = |left: f64, top: f64| Area { left, right: left + wide, top, bottom: top + HIGH };
    let around = [
        (at(x + 9.0, y - HIGH / 2.0), "start"),
        (at(x - 9.0 - wide, y - HIGH / 2.0), "end"),
        (at(x + 5.0, y - 7.0 - HIGH), "start"),
        (at(x + 5.0, y + 8.0), "start"),
        (at(x - 5.0 - wide, y - 7.0 - HIGH), "end"),
        (at(x - 5.0 - wide, y + 8.0), "end"),
    ];
    let inside = |area: &Area| area.left >= LEFT && area.right <= RIGHT && area.top >= 0.0 && area.bottom <= BOTTOM;
    around.into_iter().find(|(area, _)| inside(area) && !taken.iter().any(|other| other.meets(area)))
}
