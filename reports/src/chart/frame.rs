//! Draws axes, grid and ticks.

use maud::{Markup, html};

use crate::figure::{Axis, Figure, Scale};

use super::canvas::{Frame, format_coordinate};
use super::scale::{Layout, format_ticks};

/// Draws the frame of a plot over two numbers.
pub(super) fn frame(figure: &Figure, x: &Layout, y: &Layout, frame: Frame) -> Markup {
    let Frame { left, right, top, bottom } = frame;
    html! {
        @for (tick, label) in y.ticks.iter().zip(format_ticks(&y.ticks)) {
            @let at = format_coordinate(y.held(*tick));
            line class="grid" x1=(left) x2=(right) y1=(at) y2=(at) {}
            text class="tick" x=(left - 8.0) y=(at) dy="0.35em" text-anchor="end" { (label) }
        }
        text x=(format_coordinate(-(top + bottom) / 2.0)) y=(format_coordinate(left - 50.0)) text-anchor="middle" transform="rotate(-90)" { (format_title(&figure.y)) }
        (horizontal(figure, x, frame))
    }
}

/// Draws the horizontal axis.
pub(super) fn horizontal(figure: &Figure, x: &Layout, Frame { left, right, bottom, .. }: Frame) -> Markup {
    html! {
        line class="axis" x1=(left) x2=(right) y1=(format_coordinate(bottom)) y2=(format_coordinate(bottom)) {}
        @for (tick, label) in x.ticks.iter().zip(format_ticks(&x.ticks)) {
            @let at = format_coordinate(x.held(*tick));
            line class="axis" x1=(at) x2=(at) y1=(format_coordinate(bottom)) y2=(format_coordinate(bottom + 4.0)) {}
            text class="tick" x=(at) y=(format_coordinate(bottom + 17.0)) text-anchor="middle" { (label) }
        }
        text x=(format_coordinate((left + right) / 2.0)) y=(format_coordinate(bottom + 38.0)) text-anchor="middle" { (format_title(&figure.x)) }
    }
}

/// Formats the title with what a reader could not guess about the scale.
fn format_title(axis: &Axis) -> String {
    match axis.scale {
        Scale::Linear => axis.title.clone(),
        Scale::Log => format!("{} (log scale)", axis.title),
        Scale::Percent => format!("{} (error on a log scale)", axis.title),
    }
}
