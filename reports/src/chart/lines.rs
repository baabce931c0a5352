//! Draws lines of a plot, and finds which of them coincide.

use maud::{Markup, html};

use crate::figure::{Mark, Point, Series};

use super::canvas::format_coordinate;
use super::scale::Layout;

/// Dashes by which lines of one style differ.
const DASHES: [&str; 4] = ["", "7 4", "2 3", "10 3 2 3"];

/// Dashes of a line that coincides with another, which shows through the gaps.
const OVER: &str = "3 7";

/// Distance below which two points are at the same place.
const CLOSE: f64 = 3.0;

/// Says how a line is drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Stroke {
    /// Dashes of the line; empty for none.
    pub(super) dashes: &'static str,
    /// Index of the line that it coincides with.
    pub(super) on: Option<usize>,
}

/// Returns the strokes. The n-th line of a style has the n-th dashes, unless it would hide another.
pub(super) fn strokes(series: &[Series], x: &Layout, y: &Layout) -> Vec<Stroke> {
    let nth = |index: usize| series[..index].iter().filter(|other| other.style == series[index].style).count();
    let stroke = |index: usize| {
        let on = (0..index).find(|under| lies_on(&series[index], &series[*under], x, y));
        Stroke { dashes: if on.is_some() { OVER } else { DASHES[nth(index) % DASHES.len()] }, on }
    };
    (0..series.len()).map(stroke).collect()
}

/// Returns whether most points of a line are where another has one.
fn lies_on(line: &Series, under: &Series, x: &Layout, y: &Layout) -> bool {
    if line.mark != Mark::Line || under.mark != Mark::Line {
        return false;
    }
    let (own, others) = (places(line, x, y), places(under, x, y));
    let met = |(px, py): &&(f64, f64)| others.iter().any(|(x, y)| (x - px).abs() < 1.0 && (y - py).abs() < CLOSE);
    own.len() > 1 && own.iter().filter(met).count() * 2 > own.len()
}

fn places(series: &Series, x: &Layout, y: &Layout) -> Vec<(f64, f64)> {
    let place = |point: &Point| Some((x.place(point.x.value)?, y.place(point.y.value)?));
    series.points.iter().filter_map(place).collect()
}

/// Draws the line through a series' points.
pub(super) fn line(series: &Series, dashes: &str, x: &Layout, y: &Layout) -> Markup {
    let format = |(x, y): &(f64, f64)| format!("{},{}", format_coordinate(*x), format_coordinate(*y));
    let places: Vec<String> = places(series, x, y).iter().map(format).collect();
    let class = if series.mark == Mark::Guide { "guide" } else { "line" };
    html! {
        @if series.mark != Mark::Marks && places.len() > 1 {
            polyline class=(class) points=(places.join(" ")) stroke-dasharray=[(!dashes.is_empty()).then_some(dashes)] {}
        }
    }
}
