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
    let (names, all_named) = names(figure, &x, &y);
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
        (names)
        (legend)
        @if !all_named {
            text class="tick" x=(LEFT) y=(format_coordinate(HEIGHT + below + 4.0)) { (UNNAMED) }
        }
    };
    (body, HEIGHT + below + if all_named { 0.0 } else { 16.0 })
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

/// What a plot says that has no room for every name.
const UNNAMED: &str = "A mark without a name here says it when it is pointed at.";

/// Names beside single marks, each where it covers neither a mark nor another name, if need be at the end of a line;
/// and whether all have one. Without such a place a name is left to the tooltip and the table.
fn names(figure: &Figure, x: &Layout, y: &Layout) -> (Markup, bool) {
    let marks = figure.series.iter().filter(|series| series.mark == Mark::Marks).flat_map(|series| &series.points);
    let places: Vec<(&str, f64, f64)> = marks
        .filter_map(|point| Some((point.name.as_str(), x.place(point.x.value)?, y.place(point.y.value)?)))
        .collect();
    if places.len() > NAMED {
        return (html! {}, false);
    }
    let mut taken: Vec<Area> =
        places.iter().map(|(_, x, y)| Area { left: x - 6.0, right: x + 6.0, top: y - 6.0, bottom: y + 6.0 }).collect();
    let mut written = Vec::new();
    for (name, x, y) in &places {
        let Some((area, anchor)) = free(name, *x, *y, &taken) else { continue };
        let at = if anchor == "end" { area.right } else { area.left };
        written.push((*name, at, area.bottom - 4.5, anchor, leader(*x, *y, at, &area)));
        taken.push(area);
    }
    let all = written.len() == places.len();
    let drawn = html! {
        @for (name, x, y, anchor, leader) in written {
            @if let Some([x1, y1, x2, y2]) = leader.map(|ends| ends.map(format_coordinate)) {
                line class="leader" x1=(x1) y1=(y1) x2=(x2) y2=(y2) {}
            }
            text class="name" x=(format_coordinate(x)) y=(format_coordinate(y)) text-anchor=(anchor) aria-hidden="true" { (name) }
        }
    };
    (drawn, all)
}

/// A line from a mark to a name that is not close to it.
fn leader(x: f64, y: f64, at: f64, area: &Area) -> Option<[f64; 4]> {
    let edge = if area.bottom < y { area.bottom - 2.0 } else { area.top + 2.0 };
    ((edge - y).abs() > HIGH).then_some([x, y, at, edge])
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

/// So many lines of text away from its mark a name may stand.
const LINES: u32 = 6;

/// The first free place for a name around its mark.
fn free(name: &str, x: f64, y: f64, taken: &[Area]) -> Option<(Area, &'static str)> {
    let wide = width(name, 11.5);
    let at = |left: f64, top: f64| Area { left, right: left + wide, top, bottom: top + HIGH };
    let close = [
        (at(x + 9.0, y - HIGH / 2.0), "start"),
        (at(x - 9.0 - wide, y - HIGH / 2.0), "end"),
        (at(x + 5.0, y - 7.0 - HIGH), "start"),
        (at(x + 5.0, y + 8.0), "start"),
        (at(x - 5.0 - wide, y - 7.0 - HIGH), "end"),
        (at(x - 5.0 - wide, y + 8.0), "end"),
    ];
    let farther = (2..=LINES).flat_map(|lines| {
        let far = HIGH * f64::from(lines);
        let tops = [y - far - HIGH, y + far];
        tops.into_iter().flat_map(move |top| [(x + 14.0, top, "start"), (x - 14.0 - wide, top, "end")])
    });
    let mut around = close.into_iter().chain(farther.map(|(left, top, anchor)| (at(left, top), anchor)));
    let inside = |area: &Area| area.left >= LEFT && area.right <= RIGHT && area.top >= 0.0 && area.bottom <= BOTTOM;
    around.find(|(area, _)| inside(area) && !taken.iter().any(|other| other.meets(area)))
}
