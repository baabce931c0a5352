//! Draws heat maps: a row of cells for each series, and a column for each value of the horizontal axis. Larger values
//! are darker.

use maud::{Markup, html};

use crate::figure::{Figure, Point, Series};

use super::canvas::{LEFT, RIGHT, TOP, class, format_coordinate};
use super::scale::{format_estimate, format_short, format_ticks};

/// Height of a row.
const ROW: f64 = 24.0;
/// Height of the columns' names with the axis's title.
const BELOW: f64 = 76.0;
/// Room for the rows' names, which are left of the cells.
const NAMES: f64 = 24.0;

/// Returns the map and the drawing's height.
pub(super) fn heat(figure: &Figure) -> (Markup, f64) {
    let columns = columns(figure);
    let wide = (RIGHT - LEFT - NAMES) / columns.len().max(1) as f64;
    let bottom = TOP + ROW * figure.series.len() as f64;
    let greatest =
        figure.series.iter().flat_map(|series| &series.points).map(|point| point.y.value).fold(0.0, f64::max);
    let left = |point: &Point| {
        columns.iter().position(|column| *column == point.x.value).map(|index| LEFT + NAMES + wide * index as f64)
    };
    let body = html! {
        @for (row, series) in figure.series.iter().enumerate() {
            @let top = TOP + ROW * row as f64;
            text class="tick" x=(format_coordinate(LEFT + NAMES - 8.0)) y=(format_coordinate(top + ROW / 2.0)) dy="0.35em" text-anchor="end" { (series.name) }
            g class=(class(&series.style)) {
                @for point in &series.points {
                    @if let Some(left) = left(point) { (cell(figure, series, point, (left, top, wide), greatest)) }
                }
            }
        }
        @for (index, column) in format_ticks(&columns).iter().enumerate() {
            text class="tick" x=(format_coordinate(LEFT + NAMES + wide * (index as f64 + 0.5))) y=(format_coordinate(bottom + 17.0)) text-anchor="middle" { (column) }
        }
        text x=(format_coordinate((LEFT + NAMES + RIGHT) / 2.0)) y=(format_coordinate(bottom + 38.0)) text-anchor="middle" { (figure.x.title) }
        text class="tick" x=(format_coordinate((LEFT + NAMES + RIGHT) / 2.0)) y=(format_coordinate(bottom + 60.0)) text-anchor="middle" {
            "from 0, white, to " (format_short(greatest)) ", full: " (figure.y.title)
        }
    };
    (body, bottom + BELOW)
}

/// Returns every value of the horizontal axis once, in ascending order.
fn columns(figure: &Figure) -> Vec<f64> {
    let points = figure.series.iter().flat_map(|series| &series.points);
    let mut columns: Vec<f64> = points.map(|point| point.x.value).filter(|value| value.is_finite()).collect();
    columns.sort_by(f64::total_cmp);
    columns.dedup();
    columns
}

fn cell(figure: &Figure, series: &Series, point: &Point, (left, top, wide): (f64, f64, f64), greatest: f64) -> Markup {
    let share = if greatest > 0.0 { point.y.value / greatest } else { 0.0 };
    let shade = if share.is_finite() { share.clamp(0.0, 1.0) } else { 0.0 };
    html! {
        g class="point" tabindex="0" role="img" {
            title { (series.name) ", " (figure.x.title) " " (format_short(point.x.value)) ": " (figure.y.title) " " (format_estimate(&point.y)) }
            rect class="bar" x=(format_coordinate(left)) y=(format_coordinate(top)) width=(format_coordinate(wide)) height=(ROW) fill-opacity=(format!("{shade:.2}")) {}
        }
    }
}
