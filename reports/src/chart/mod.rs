//! Draws figures as SVG: one drawing per figure, alone or inside a page, in light and dark.
//!
//! Every mark has a name and its values as a `title`, and can be reached by keyboard. Only places are computed here.

mod bars;
mod canvas;
mod forest;
mod frame;
mod guides;
mod heat;
mod lines;
mod marks;
mod names;
mod panels;
mod plot;
pub(crate) mod scale;

use maud::{Markup, PreEscaped, html};

use crate::figure::{Figure, Kind, Panels};

use canvas::{WIDTH, format_coordinate};

pub(crate) use scale::format_estimate;

/// Style sheet with the colors and lines of every drawing. A page that holds drawings has it once.
///
/// Colors are those of Okabe and Ito (2008), which people with any kind of color vision can distinguish. In the dark
/// they are lighter.
pub(crate) const STYLE: &str = include_str!("style.css");

/// Draws the figure as a separate file, with its title above it.
pub fn standalone(figure: &Figure) -> String {
    let (body, height) = body(figure);
    let titled = html! { (title(&figure.title)) (body) };
    file(&figure.title, &titled, [0.0, -HEADING, WIDTH, height + HEADING])
}

/// Draws several plots side by side as a separate file.
pub fn standalone_panels(panels: &Panels) -> String {
    let (body, [width, height]) = panels::panels(panels);
    let titled = html! { (title(&panels.title)) (body) };
    file(&panels.title, &titled, [0.0, -HEADING, width, height + HEADING])
}

/// Draws the figure for a page that has [`STYLE`].
pub(crate) fn inline(figure: &Figure) -> Markup {
    let (body, height) = body(figure);
    drawing(&figure.title, &body, [0.0, 0.0, WIDTH, height], &html! {}, false)
}

/// Room for the title of a separate file.
const HEADING: f64 = 30.0;

fn title(text: &str) -> Markup {
    html! { text class="heading" x="14" y="-10" { (text) } }
}

fn file(title: &str, body: &Markup, area: [f64; 4]) -> String {
    let style = html! { style { (PreEscaped(STYLE)) } };
    let drawing = drawing(title, body, area, &style, true).into_string();
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{drawing}\n")
}

/// Returns what is drawn, and its height.
fn body(figure: &Figure) -> (Markup, f64) {
    match figure.kind {
        Kind::Plot => plot::plot(figure),
        Kind::Bars => bars::bars(figure),
        Kind::Heat => heat::heat(figure),
        Kind::Forest => forest::forest(figure),
    }
}

/// Wraps a drawing in an SVG element. `area` is left, top, width and height. On a page the drawing is as wide as its
/// place; alone it has a size.
fn drawing(title: &str, body: &Markup, area: [f64; 4], style: &Markup, alone: bool) -> Markup {
    let [left, top, width, height] = area.map(format_coordinate);
    html! {
        svg xmlns="http://www.w3.org/2000/svg" class="chart" viewBox={ (left) " " (top) " " (width) " " (height) }
            width=[alone.then_some(&width)] height=[alone.then_some(&height)] role="group" aria-label=(title) {
            (style)
            rect class="paper" x=(left) y=(top) width=(width) height=(height) {}
            (body)
        }
    }
}
