//! Axes, grid and ticks.

use maud::{Markup, html};

use crate::figure::Figure;

use super::{BOTTOM, LEFT, Layout, RIGHT, TOP, number, short};

/// The frame of a plot over two numbers.
pub(super) fn frame(figure: &Figure, x: &Layout, y: &Layout) -> Markup {
    html! {
        @for tick in &y.ticks {
            @let at = number(y.held(*tick));
            line class="grid" x1=(LEFT) x2=(RIGHT) y1=(at) y2=(at) {}
            text class="tick" x=(LEFT - 8.0) y=(at) dy="0.35em" text-anchor="end" { (short(*tick)) }
        }
        text x=(number(-(TOP + BOTTOM) / 2.0)) y="14" text-anchor="middle" transform="rotate(-90)" { (figure.y.title) }
        (horizontal(figure, x, BOTTOM))
    }
}

/// The horizontal axis.
pub(super) fn horizontal(figure: &Figure, x: &Layout, bottom: f64) -> Markup {
    html! {
        line class="axis" x1=(LEFT) x2=(RIGHT) y1=(number(bottom)) y2=(number(bottom)) {}
        @for tick in &x.ticks {
            @let at = number(x.held(*tick));
            line class="axis" x1=(at) x2=(at) y1=(number(bottom)) y2=(number(bottom + 4.0)) {}
            text class="tick" x=(at) y=(number(bottom + 17.0)) text-anchor="middle" { (short(*tick)) }
        }
        text x=(number((LEFT + RIGHT) / 2.0)) y=(number(bottom + 38.0)) text-anchor="middle" { (figure.x.title) }
    }
}
