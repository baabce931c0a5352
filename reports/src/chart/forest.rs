//! Draws forest plots: a line for each name, with its mark and interval over one number, and the number itself beside
//! it.

use maud::{Markup, html};

use crate::figure::{Figure, Point, Scale, Series};
use crate::stats::Estimate;

use super::canvas::{RIGHT, TOP, class, format_coordinate};
use super::marks::{mark, width};
use super::scale::{Layout, format_estimate, format_ticks};

/// Where the axis begins, right of the names.
const FROM: f64 = 270.0;
/// Where the axis ends, left of the numbers.
const TO: f64 = 540.0;
/// Height of a line.
const STEP: f64 = 24.0;
/// Size of names and numbers.
const SIZE: f64 = 12.0;

/// Returns the plot and its height.
pub(super) fn forest(figure: &Figure) -> (Markup, f64) {
    let lines = lines(figure);
    let reach = lines.iter().flat_map(|(_, point)| [Some(point.x.value), point.x.low, point.x.high]).flatten();
    let none = if figure.x.scale == Scale::Log { 1.0 } else { 0.0 };
    let x = Layout::new(figure.x.scale, reach.chain([none]), (FROM, TO));
    let bottom = TOP + STEP * lines.len() as f64 + 4.0;
    let body = html! {
        (axis(figure, &x, bottom))
        @let at = format_coordinate(x.held(none));
        line class="axis" x1=(at) x2=(at) y1=(TOP) y2=(format_coordinate(bottom)) {}
        @for (index, (series, point)) in lines.iter().enumerate() {
            (line(figure, series, point, &x, TOP + STEP * (index as f64 + 0.5)))
        }
    };
    (body, bottom + 48.0)
}

/// Returns every point with its series, from the first line to the last.
fn lines(figure: &Figure) -> Vec<(&Series, &Point)> {
    let of = |series| -> Vec<(&Series, &Point)> { points(series).map(|point| (series, point)).collect() };
    let mut lines: Vec<(&Series, &Point)> = figure.series.iter().flat_map(of).collect();
    lines.sort_by(|(_, a), (_, b)| a.y.value.total_cmp(&b.y.value));
    lines
}

fn points(series: &Series) -> impl Iterator<Item = &Point> {
    series.points.iter().filter(|point| point.x.value.is_finite())
}

fn axis(figure: &Figure, x: &Layout, bottom: f64) -> Markup {
    html! {
        @for (tick, label) in x.ticks.iter().zip(format_ticks(&x.ticks)) {
            @let at = format_coordinate(x.held(*tick));
            line class="grid" x1=(at) x2=(at) y1=(TOP) y2=(format_coordinate(bottom)) {}
            text class="tick" x=(at) y=(format_coordinate(bottom + 16.0)) text-anchor="middle" { (label) }
        }
        line class="axis" x1=(FROM) x2=(TO) y1=(format_coordinate(bottom)) y2=(format_coordinate(bottom)) {}
        text x=(format_coordinate((FROM + TO) / 2.0)) y=(format_coordinate(bottom + 36.0)) text-anchor="middle" { (figure.x.title) }
    }
}

fn line(figure: &Figure, series: &Series, point: &Point, x: &Layout, y: f64) -> Markup {
    let (px, py) = (x.held(point.x.value), format_coordinate(y));
    let ends = point.x.low.zip(point.x.high).map(|(low, high)| (x.held(low), x.held(high)));
    html! {
        text class="tick" x=(FROM - 12.0) y=(py) dy="0.35em" text-anchor="end" aria-hidden="true" { (shorten(&point.name)) }
        g class={ (if point.hollow { "point hollow " } else { "point " }) (class(&series.style)) } tabindex="0" role="img" {
            title { (point.name) " (" (series.name) "): " (figure.x.title) " " (format_estimate(&point.x)) }
            @if let Some((low, high)) = ends {
                line class="error" x1=(format_coordinate(low)) x2=(format_coordinate(high)) y1=(py) y2=(py) {}
            }
            circle class="hit" cx=(format_coordinate(px)) cy=(py) r="11" {}
            (mark(&series.style, px, y))
        }
        text class="tick" x=(RIGHT) y=(py) dy="0.35em" text-anchor="end" aria-hidden="true" { (beside(figure, &point.x)) }
    }
}

/// Formats the number of a line with as many decimals as its neighbors: `×0.992 [0.989, 0.996]` or `+4.4 [+2.8, +5.9]`.
fn beside(figure: &Figure, estimate: &Estimate) -> String {
    let ratio = figure.x.scale == Scale::Log;
    let one = |value: f64| if ratio { format!("{value:.3}") } else { format!("{value:+.1}").replace('-', "−") };
    let sign = if ratio { "×" } else { "" };
    let interval = estimate.low.zip(estimate.high).map(|(low, high)| format!(" [{}, {}]", one(low), one(high)));
    format!("{sign}{}{}", one(estimate.value), interval.unwrap_or_default())
}

/// Shortens the middle of a name that is too long for its place. The mark says it in full.
fn shorten(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    let room = (0..=letters.len()).rev().find(|count| width(&name_of(&letters, *count), SIZE) <= FROM - 16.0);
    name_of(&letters, room.unwrap_or(0))
}

/// Returns the name in at most `count` letters.
fn name_of(letters: &[char], count: usize) -> String {
    if count >= letters.len() {
        return letters.iter().collect();
    }
    let (head, tail) = (count.div_ceil(2), count / 2);
    letters[..head].iter().chain(&['…']).chain(&letters[letters.len() - tail..]).collect()
}
