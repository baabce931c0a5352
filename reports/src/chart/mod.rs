//! Figures as SVG: one drawing a figure, that stands by itself or inside a page, in light and dark.
//!
//! Every mark has a name and its values as a `title`, and can be reached by keyboard. Nothing is computed here but
//! places.

mod bars;
mod canvas;
mod forest;
mod frame;
mod heat;
mod marks;
mod plot;
pub(crate) mod scale;

use maud::{Markup, PreEscaped, html};

use crate::figure::{Figure, Kind};

use canvas::{WIDTH, format_coordinate};

pub(crate) use scale::format_estimate;

/// Colors and lines of every drawing; a page that holds drawings has them once.
///
/// Colors are those of Okabe and Ito (2008), which people with any kind of color vision tell apart; in the dark
/// lighter ones.
pub(crate) const STYLE: &str = include_str!("style.css");

/// The drawing as a file of its own.
pub fn standalone(figure: &Figure) -> String {
    let style = html! { style { (PreEscaped(STYLE)) } };
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{}\n", drawing(figure, style).into_string())
}

/// The drawing for a page that has [`STYLE`].
pub(crate) fn inline(figure: &Figure) -> Markup {
    drawing(figure, html! {})
}

fn drawing(figure: &Figure, style: Markup) -> Markup {
    let (body, height) = match figure.kind {
        Kind::Plot => plot::plot(figure),
        Kind::Bars => bars::bars(figure),
        Kind::Heat => heat::heat(figure),
        Kind::Forest => forest::forest(figure),
    };
    html! {
        svg xmlns="http://www.w3.org/2000/svg" class="chart" viewBox=(format!("0 0 {WIDTH} {}", format_coordinate(height)))
            role="group" aria-label=(figure.title) {
            (style)
            rect class="paper" width=(WIDTH) height=(format_coordinate(height)) {}
            (body)
        }
    }
}
