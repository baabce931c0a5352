//! Axes, grid and ticks.

use maud::{Markup, html};

use crate::figure::Figure;

use super::canvas::{BOTTOM, LEFT, RIGHT, TOP, format_coordinate};
use super::scale::{Layout, format_ticks};

/// The frame of a plot over two numbers.
pub(super) fn frame(figure: &Figure, x: &Layout, y: &Layout) -> Markup {
    html! {
        @for (tick, label) in y.ticks.iter().zip(format_ticks(&y.ticks)) {
            @let at = format_coordinate(y.held(*tick));
            line class="grid" x1=(LEFT) x2=(RIGHT) y1=(at) y2=(at) {}
            text class="tick" x=(LEFT - 8.0) y=(at) dy="0.35em" text-anchor="end" { (label) }
        }
        text x=(format_coordinate(-(TOP + BOTTOM) / 2.0)) y="14" text-anchor="middle" transform="rotate(-90)" { (figure.y.title) }
        (horizontal(figure, x, BOTTOM))
    }
}

/// The horizontal axis.
pub(super) fn horizontal(figure: &Figure, x: &Layout, bottom: f64) -> Markup {
    html! {
        line class="axis" x1=(LEFT) x2=(RIGHT) y1=(format_coordinate(bottom)) y2=(format_coordinate(bottom)) {}
        @for (tick, label) in x.ticks.iter().zip(format_ticks(&x.ticks)) {
            @let at = format_coordinate(x.held(*tick));
            line class="axis" x1=(at) x2=(at) y1=(format_coordinate(bottom)) y2=(format_coordinate(bottom + 4.0)) {}
            text class="tick" x=(at) y=(format_coordinate(bottom + 17.0)) text-anchor="middle" { (label) }
        }
        text x=(format_coordinate((LEFT + RIGHT) / 2.0)) y=(format_coordinate(bottom + 38.0)) text-anchor="middle" { (figure.x.title) }
    }
}
