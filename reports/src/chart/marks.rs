//! Draws marks: a shape for each style, because color must not be all that distinguishes two.

use crate::rows::style;
use maud::{Markup, html};

use super::canvas::{LEFT, RIGHT, class, format_coordinate};

/// Draws the mark of a style at a place.
pub(super) fn mark(style: &str, x: f64, y: f64) -> Markup {
    let polygon = |corners: &[(f64, f64)]| {
        let places: Vec<String> = corners
            .iter()
            .map(|(dx, dy)| format!("{},{}", format_coordinate(x + dx), format_coordinate(y + dy)))
            .collect();
        html! { polygon class="mark" points=(places.join(" ")) {} }
    };
    match style {
        style::ADD => {
            html! { rect class="mark" x=(format_coordinate(x - 4.2)) y=(format_coordinate(y - 4.2)) width="8.4" height="8.4" {} }
        }
        style::CONCAT => polygon(&[(0.0, -5.6), (5.2, 4.0), (-5.2, 4.0)]),
        style::TRANSFORMER => polygon(&[(0.0, -6.0), (6.0, 0.0), (0.0, 6.0), (-6.0, 0.0)]),
        _ => html! { circle class="mark" cx=(format_coordinate(x)) cy=(format_coordinate(y)) r="4.6" {} },
    }
}

/// Holds what the legend says of one series.
pub(super) struct LegendEntry<'a> {
    pub(super) name: &'a str,
    pub(super) style: &'a str,
    /// Dashes of its line; `None` for marks alone.
    pub(super) dashes: Option<&'static str>,
    pub(super) guide: bool,
}

/// Length of a line in the legend: two of the longest dashes.
const SWATCH: f64 = 36.0;

/// Draws the legend below a drawing, in lines of its width. Returns it with the height that it takes.
pub(super) fn legend(entries: &[LegendEntry<'_>], top: f64) -> (Markup, f64) {
    let (mut x, mut y) = (LEFT, top);
    let mut places = Vec::new();
    for entry in entries {
        let swatch = swatch(entry);
        let width = 26.0 + swatch + width(entry.name, 13.0);
        if x + width > RIGHT && x > LEFT {
            (x, y) = (LEFT, y + 20.0);
        }
        places.push((entry, x, y));
        x += width;
    }
    let drawn = html! {
        @for (entry, x, y) in &places {
            g class=(class(entry.style)) {
                @if let Some(dashes) = entry.dashes {
                    line class=(if entry.guide { "guide" } else { "line" }) x1=(format_coordinate(*x)) x2=(format_coordinate(x + SWATCH))
                        y1=(format_coordinate(y - 4.0)) y2=(format_coordinate(y - 4.0)) stroke-dasharray=[(!dashes.is_empty()).then_some(dashes)] {}
                }
                @if !entry.guide { (mark(entry.style, x + swatch(entry) / 2.0, y - 4.0)) }
                text x=(format_coordinate(x + swatch(entry) + 7.0)) y=(format_coordinate(*y)) { (entry.name) }
            }
        }
    };
    (drawn, y - top + 20.0)
}

/// Returns the width of what comes before a name.
fn swatch(entry: &LegendEntry<'_>) -> f64 {
    if entry.dashes.is_some() { SWATCH } else { 14.0 }
}

/// Estimates the width of a text.
pub(super) fn width(text: &str, size: f64) -> f64 {
    text.chars().count() as f64 * size * 0.58
}
