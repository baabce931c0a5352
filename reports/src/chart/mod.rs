//! Figures as SVG: one drawing a figure, that stands by itself or inside a page, in light and dark.
//!
//! Every mark has a name and its values as a `title`, and can be reached by keyboard. Nothing is computed here but places.

mod bars;
mod frame;
mod heat;
mod marks;
mod plot;
mod scale;

use maud::{Markup, PreEscaped, html};

use crate::figure::{Figure, Kind};
use crate::rows::style;
use crate::stats::Estimate;

pub use scale::{Layout, short};

/// Width of a drawing.
const WIDTH: f64 = 720.0;
/// Its height, but for the legend.
const HEIGHT: f64 = 400.0;
/// Where the axes' corner is.
const LEFT: f64 = 64.0;
/// The right end of the horizontal axis.
const RIGHT: f64 = WIDTH - 20.0;
/// The upper end of the vertical axis.
const TOP: f64 = 18.0;
/// The horizontal axis.
const BOTTOM: f64 = HEIGHT - 52.0;

/// Colours and lines of every drawing; a page that holds drawings has them once.
///
/// Colours are those of Okabe and Ito (2008), which people with any kind of colour vision tell apart; in the dark lighter ones.
pub const STYLE: &str = include_str!("style.css");

/// The drawing as a file of its own.
pub fn standalone(figure: &Figure) -> String {
    let style = html! { style { (PreEscaped(STYLE)) } };
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{}\n", drawing(figure, style).into_string())
}

/// The drawing for a page that has [`STYLE`].
pub fn inline(figure: &Figure) -> Markup {
    drawing(figure, html! {})
}

fn drawing(figure: &Figure, style: Markup) -> Markup {
    let (body, height) = match figure.kind {
        Kind::Plot => plot::plot(figure),
        Kind::Bars => bars::bars(figure),
        Kind::Heat => heat::heat(figure),
    };
    html! {
        svg xmlns="http://www.w3.org/2000/svg" class="chart" viewBox=(format!("0 0 {WIDTH} {}", number(height)))
            role="group" aria-label=(figure.title) {
            (style)
            rect class="paper" width=(WIDTH) height=(number(height)) {}
            (body)
        }
    }
}

/// A coordinate, short.
fn number(value: f64) -> String {
    let text = format!("{value:.1}");
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}

/// `1.2 [1.1, 1.3]`
pub fn told(estimate: &Estimate) -> String {
    match (estimate.low, estimate.high) {
        (Some(low), Some(high)) if short(low) != short(high) => {
            format!("{} [{}, {}]", short(estimate.value), short(low), short(high))
        }
        _ => short(estimate.value),
    }
}

/// The class that gives a style its colour.
fn class(style: &str) -> &'static str {
    match style {
        style::NONE => "s-none",
        style::ADD => "s-add",
        style::CONCAT => "s-concat",
        style::TRANSFORMER => "s-transformer",
        "guide" => "s-guide",
        "forward" => "s-forward",
        "backward" => "s-backward",
        "optimizer" => "s-optimizer",
        _ => "s-other",
    }
}
