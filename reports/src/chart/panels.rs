//! Draws plots side by side, with their lines named at their ends.

use maud::{Markup, html};

use crate::figure::{Figure, Panels};

use super::canvas::{Frame, class, format_coordinate};
use super::frame;
use super::lines::strokes;
use super::plot::{layouts, series};
use super::scale::Layout;

/// Width of one plot with the names of its lines.
const WIDTH: f64 = 450.0;

/// Height of all plots.
const HEIGHT: f64 = 320.0;

/// Room for the names of lines, right of a plot.
const NAMES: f64 = 116.0;

/// Least distance between the names of two lines.
const LINE: f64 = 16.0;

/// Returns the plots, and the width and height of the drawing.
pub(super) fn panels(panels: &Panels) -> (Markup, [f64; 2]) {
    let body = html! {
        @for (index, figure) in panels.panels.iter().enumerate() { (panel(figure, WIDTH * index as f64)) }
    };
    (body, [WIDTH * panels.panels.len() as f64, HEIGHT])
}

fn panel(figure: &Figure, left: f64) -> Markup {
    let frame = Frame { left: left + 64.0, right: left + WIDTH - NAMES, top: 52.0, bottom: HEIGHT - 50.0 };
    let (x, y) = (layouts(figure, frame).0, from_zero(figure, frame));
    let strokes = strokes(&figure.series, &x, &y);
    html! {
        text class="subheading" x=(format_coordinate(left + 14.0)) y="16" { (figure.title) }
        text class="tick" x=(format_coordinate(left + 14.0)) y="34" { (figure.caption) }
        (frame::frame(figure, &x, &y, frame))
        (series(figure, &strokes, &x, &y))
        (names(figure, &x, &y, frame))
    }
}

/// Lays out a vertical axis that begins at 0, where twice as high is twice as much.
fn from_zero(figure: &Figure, frame: Frame) -> Layout {
    let points = figure.series.iter().flat_map(|series| &series.points);
    let ends = points.flat_map(|point| [Some(point.y.value), point.y.low, point.y.high]).flatten();
    Layout::new(figure.y.scale, ends.chain([0.0]), (frame.bottom, frame.top))
}

/// Draws a name right of each line's last point, as near to it as the other names allow.
fn names(figure: &Figure, x: &Layout, y: &Layout, frame: Frame) -> Markup {
    let end = |series: &crate::figure::Series| {
        let last = series.points.last()?;
        Some((y.place(last.y.value)?, x.place(last.x.value)?))
    };
    let mut ends: Vec<(f64, f64, usize)> = figure
        .series
        .iter()
        .enumerate()
        .filter_map(|(index, series)| end(series).map(|(y, x)| (y, x, index)))
        .collect();
    ends.sort_by(|a, b| a.0.total_cmp(&b.0));
    spread(&mut ends, frame.bottom);
    html! {
        @for (y, x, index) in &ends {
            @let series = &figure.series[*index];
            g class=(class(&series.style)) {
                text class="line-name" x=(format_coordinate(x + 12.0)) y=(format_coordinate(*y)) dy="0.35em" { (series.name) }
            }
        }
    }
}

/// Moves apart what is too close, from the lowest upward.
fn spread(ends: &mut [(f64, f64, usize)], bottom: f64) {
    let mut least = bottom;
    for (y, ..) in ends.iter_mut().rev() {
        *y = y.min(least);
        least = *y - LINE;
    }
}
