//! Shows plots of a page, each with its numbers.

use maud::{Markup, html};

use super::data;
use crate::chart;
use crate::figure::Figure;

/// Shows several plots side by side.
pub(super) fn plots<'a>(figures: impl Iterator<Item = &'a Figure>) -> Markup {
    let figures: Vec<&Figure> = figures.collect();
    html! {
        @if !figures.is_empty() {
            div.plots { @for figure in figures { (plot(figure)) } }
        }
    }
}

fn plot(figure: &Figure) -> Markup {
    html! {
        figure id={ "plot-" (figure.id) } {
            h3 { (figure.title) }
            (chart::inline(figure))
            figcaption { (figure.caption) }
            details {
                summary { "Its numbers" }
                (data::numbers(figure))
            }
        }
    }
}
