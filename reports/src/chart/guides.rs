//! Draws the words at a guide's ends, which say what bound it is.

use maud::{Markup, html};

use crate::figure::{Figure, Mark};

use super::canvas::format_coordinate;
use super::marks::width;
use super::names::Area;
use super::scale::Layout;

/// Size of the letters.
const SIZE: f64 = 11.5;

/// Returns every word at a point of a guide: below it where the guide begins, above it where it ends.
fn words<'a>(figure: &'a Figure, x: &Layout, y: &Layout) -> Vec<(&'a str, Area)> {
    let guides = figure.series.iter().filter(|series| series.mark == Mark::Guide);
    let word = |(index, point): (usize, &'a crate::figure::Point)| {
        let (px, py) = (x.place(point.x.value)?, y.place(point.y.value)?);
        let wide = width(&point.name, SIZE);
        let (left, top) = if index == 0 { (px + 12.0, py + 2.0) } else { (px - wide - 4.0, py - 18.0) };
        let area = Area { left, right: left + wide, top, bottom: top + 14.0 };
        (!point.name.is_empty()).then_some((point.name.as_str(), area))
    };
    guides.flat_map(|series| series.points.iter().enumerate().filter_map(word)).collect()
}

/// Returns the areas that the words cover.
pub(super) fn areas(figure: &Figure, x: &Layout, y: &Layout) -> Vec<Area> {
    words(figure, x, y).into_iter().map(|(_, area)| area).collect()
}

/// Draws the words.
pub(super) fn labels(figure: &Figure, x: &Layout, y: &Layout) -> Markup {
    html! {
        @for (word, Area { left, bottom, .. }) in words(figure, x, y) {
            text class="name" x=(format_coordinate(left)) y=(format_coordinate(bottom - 3.0)) { (word) }
        }
    }
}
