//! Places names beside the marks of a plot.

use maud::{Markup, html};

use crate::figure::{Figure, Mark, Point};
use crate::stats::Estimate;

use super::canvas::{BOTTOM, LEFT, RIGHT, format_coordinate};
use super::guides;
use super::marks::width;
use super::scale::Layout;

/// Largest number of points with names beside them. More names would cover each other.
const NAMED: usize = 24;

/// Places names beside single marks, where they cover neither a mark, an error bar nor another name, at the end of a
/// line if necessary. Returns them and whether all have a place. A name without one is only in the tooltip and the
/// table.
pub(super) fn names(figure: &Figure, x: &Layout, y: &Layout) -> (Markup, bool) {
    let marks = figure.series.iter().filter(|series| series.mark == Mark::Marks).flat_map(|series| &series.points);
    let places: Vec<Place<'_>> =
        marks.filter_map(|point| Some((point, x.place(point.x.value)?, y.place(point.y.value)?))).collect();
    if places.len() > NAMED {
        return (html! {}, false);
    }
    let mut taken: Vec<Area> = places.iter().flat_map(|place| covered(place, x, y)).collect();
    taken.extend(guides::areas(figure, x, y));
    let mut written = Vec::new();
    for (Point { name, .. }, x, y) in &places {
        let Some((area, anchor)) = free(name, *x, *y, &taken) else { continue };
        let at = if anchor == "end" { area.right } else { area.left };
        written.push((name.as_str(), at, area.bottom - 4.5, anchor, leader(*x, *y, at, &area)));
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

/// A mark and where it is.
type Place<'a> = (&'a Point, f64, f64);

/// Returns the areas that a mark and its error bars cover.
fn covered((point, px, py): &Place<'_>, x: &Layout, y: &Layout) -> Vec<Area> {
    let around = |wide: f64, high: f64| Area { left: px - wide, right: px + wide, top: py - high, bottom: py + high };
    let ends = |estimate: &Estimate, axis: &Layout| Some((axis.held(estimate.low?), axis.held(estimate.high?)));
    let across = ends(&point.x, x).map(|(left, right)| Area { left, right, ..around(0.0, 2.0) });
    let along = ends(&point.y, y).map(|(bottom, top)| Area { top, bottom, ..around(2.0, 0.0) });
    [Some(around(6.0, 6.0)), across, along].into_iter().flatten().collect()
}

/// Returns a line from a mark to a name that is not close to it.
fn leader(x: f64, y: f64, at: f64, area: &Area) -> Option<[f64; 4]> {
    let edge = if area.bottom < y { area.bottom - 2.0 } else { area.top + 2.0 };
    ((edge - y).abs() > HIGH).then_some([x, y, at, edge])
}

/// A rectangle of the drawing.
#[derive(Debug, Clone, Copy)]
pub(super) struct Area {
    pub(super) left: f64,
    pub(super) right: f64,
    pub(super) top: f64,
    pub(super) bottom: f64,
}

impl Area {
    fn meets(&self, other: &Area) -> bool {
        self.left < other.right && other.left < self.right && self.top < other.bottom && other.top < self.bottom
    }
}

/// Height of a name with its halo, which separates it from lines and would cover a name close by.
const HIGH: f64 = 17.0;

/// How many lines of text a name may be away from its mark.
const LINES: u32 = 6;

/// Returns the first free place for a name around its mark.
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
