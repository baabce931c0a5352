//! Draws stacked bars, one per name.

use maud::{Markup, html};

use crate::figure::{Figure, Scale};

use super::canvas::{Frame, LEFT, RIGHT, TOP, class, format_coordinate};
use super::frame;
use super::marks::{LegendEntry, legend};
use super::scale::{Layout, format_estimate};

const THICK: f64 = 16.0;
/// Height of a name, its bar below, and the gap to the next.
const STEP: f64 = 44.0;
const NAME: f64 = 14.0;

/// Returns the bars and the drawing's height.
pub(super) fn bars(figure: &Figure) -> (Markup, f64) {
    let names = names(figure);
    let total = |name: &str| figure.series.iter().filter_map(|series| value(series, name)).sum::<f64>();
    let bottom = TOP + STEP * names.len() as f64 + 6.0;
    let totals = names.iter().map(|name| total(name)).chain([0.0]);
    let x = Layout::new(Scale::Linear, totals, (LEFT, RIGHT));
    let entry = |series| entry(series);
    let entries: Vec<LegendEntry<'_>> = figure.series.iter().map(entry).collect();
    let (legend, below) = legend(&entries, bottom + 62.0);
    let body = html! {
        @for tick in &x.ticks {
            @let at = format_coordinate(x.held(*tick));
            line class="grid" x1=(at) x2=(at) y1=(TOP) y2=(format_coordinate(bottom)) {}
        }
        @for (index, name) in names.iter().enumerate() {
            (bar(figure, name, TOP + STEP * index as f64, &x))
        }
        (frame::horizontal(figure, &x, Frame { bottom, ..Frame::WHOLE }))
        (legend)
    };
    (body, bottom + 56.0 + below)
}

fn entry(series: &crate::figure::Series) -> LegendEntry<'_> {
    LegendEntry { name: &series.name, style: &series.style, dashes: None, guide: false }
}

/// Returns every name once, in the order of the series.
fn names(figure: &Figure) -> Vec<&str> {
    let mut names: Vec<&str> = Vec::new();
    for point in figure.series.iter().flat_map(|series| &series.points) {
        if !names.contains(&point.name.as_str()) {
            names.push(&point.name);
        }
    }
    names
}

fn value(series: &crate::figure::Series, name: &str) -> Option<f64> {
    series.points.iter().find(|point| point.name == name).map(|point| point.x.value).filter(|value| value.is_finite())
}

fn bar(figure: &Figure, name: &str, top: f64, x: &Layout) -> Markup {
    let mut from = 0.0;
    let mut parts = Vec::new();
    for series in &figure.series {
        if let Some(point) = series.points.iter().find(|point| point.name == name) {
            parts.push((series, point, from));
            from += point.x.value;
        }
    }
    html! {
        @for (series, point, from) in parts {
            @let (left, right) = (x.held(from), x.held(from + point.x.value));
            g class={ "point " (class(&series.style)) } tabindex="0" role="img" {
                title { (name) ", " (series.name) ": " (format_estimate(&point.x)) " " (figure.x.title) }
                rect class="bar" x=(format_coordinate(left)) y=(format_coordinate(top + NAME + 4.0)) width=(format_coordinate((right - left).max(0.0))) height=(THICK) {}
            }
        }
        text class="name" aria-hidden="true" x=(format_coordinate(x.held(0.0))) y=(format_coordinate(top + NAME - 2.0)) { (name) }
    }
}
