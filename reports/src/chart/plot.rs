//! Draws marks and lines over two numbers.

use maud::{Markup, html};

use crate::figure::{Figure, Mark, Point, Series};
use crate::stats::Estimate;

use super::canvas::{Frame, HEIGHT, LEFT, class, format_coordinate};
use super::frame;
use super::guides;
use super::lines::{Stroke, line, strokes};
use super::marks::{LegendEntry, legend, mark};
use super::names::names;
use super::scale::{Layout, format_estimate};

/// Note of a plot that has no room for every name.
const UNNAMED: &str = "A mark without a name here shows it when pointed at.";

/// Returns the plot and its height.
pub(super) fn plot(figure: &Figure) -> (Markup, f64) {
    let (x, y) = layouts(figure, Frame::WHOLE);
    let strokes = strokes(&figure.series, &x, &y);
    let entries: Vec<LegendEntry<'_>> =
        figure.series.iter().zip(&strokes).map(|(series, stroke)| entry(series, stroke)).collect();
    let (legend, below) = legend(&entries, HEIGHT + 6.0);
    let (names, all_named) = names(figure, &x, &y);
    let mut notes = coinciding(&figure.series, &strokes);
    notes.extend((!all_named).then(|| UNNAMED.to_owned()));
    let body = html! {
        (frame::frame(figure, &x, &y, Frame::WHOLE))
        (series(figure, &strokes, &x, &y))
        (guides::labels(figure, &x, &y))
        (names)
        (legend)
        @for (index, note) in notes.iter().enumerate() {
            text class="tick" x=(LEFT) y=(format_coordinate(HEIGHT + below + 4.0 + 16.0 * index as f64)) { (note) }
        }
    };
    (body, HEIGHT + below + 16.0 * notes.len() as f64)
}

/// Lays out both axes, with room for every interval.
pub(super) fn layouts(figure: &Figure, frame: Frame) -> (Layout, Layout) {
    let points = || figure.series.iter().flat_map(|series| &series.points);
    let reach = |estimate: &Estimate| [Some(estimate.value), estimate.low, estimate.high].into_iter().flatten();
    let x = Layout::new(figure.x.scale, points().flat_map(|point| reach(&point.x)), (frame.left, frame.right));
    let y = Layout::new(figure.y.scale, points().flat_map(|point| reach(&point.y)), (frame.bottom, frame.top));
    // Along a line a reader looks for what was measured, such as epochs or batches.
    let lines = figure.series.iter().any(|series| series.mark == Mark::Line);
    (if lines { x.with_ticks_at(points().map(|point| point.x.value)) } else { x }, y)
}

/// Draws lines and marks of every series.
pub(super) fn series(figure: &Figure, strokes: &[Stroke], x: &Layout, y: &Layout) -> Markup {
    html! {
        @for (series, stroke) in figure.series.iter().zip(strokes) {
            g class=(class(&series.style)) {
                (line(series, stroke.dashes, x, y))
                @if series.mark != Mark::Guide {
                    @for point in &series.points { (one(figure, series, point, x, y)) }
                }
            }
        }
    }
}

/// Returns a sentence for each line that coincides with another, which would otherwise seem to be missing.
fn coinciding(series: &[Series], strokes: &[Stroke]) -> Vec<String> {
    let on = strokes.iter().enumerate().filter_map(|(index, stroke)| Some((index, stroke.on?)));
    // Without the exponent that a name may end with.
    let name = |index: usize| series[index].name.split(", b = ").next().unwrap_or_default();
    on.map(|(index, under)| format!("{} coincides with {}.", name(index), name(under))).collect()
}

fn entry<'a>(series: &'a Series, stroke: &Stroke) -> LegendEntry<'a> {
    let line = (series.mark != Mark::Marks).then_some(stroke.dashes);
    LegendEntry { name: &series.name, style: &series.style, dashes: line, guide: series.mark == Mark::Guide }
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
