//! Defines what a figure is.

use crate::stats::Estimate;

/// A plot as data.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    /// Name in links and files, unlike any other of a report.
    pub id: String,
    /// Title that says what it shows.
    pub title: String,
    /// Caption that says how to read it.
    pub caption: String,
    /// Horizontal axis.
    pub x: Axis,
    /// Vertical axis.
    pub y: Axis,
    /// How its series are drawn.
    pub kind: Kind,
    /// Series that are drawn.
    pub series: Vec<Series>,
}

/// Several plots of one question, side by side.
#[derive(Debug, Clone, PartialEq)]
pub struct Panels {
    /// Name in links and files.
    pub id: String,
    /// Title that says what it shows.
    pub title: String,
    /// Plots, each with its own title and, as its caption, what was measured.
    pub panels: Vec<Figure>,
}

/// Says how series are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Draws marks, or lines through them, over two numbers.
    Plot,
    /// Draws a bar for each point's name, with the series stacked from left to right along the horizontal axis.
    Bars,
    /// Draws a line for each point, from top to bottom by its height, with its interval along the horizontal axis.
    Forest,
    /// Draws a row of cells for each series and a column for each value of the horizontal axis, shaded by the value.
    Heat,
}

/// An axis of a figure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Axis {
    /// Title that says what it shows, with its unit.
    pub title: String,
    /// How numbers are laid out on it.
    pub scale: Scale,
}

impl Axis {
    pub(super) fn new(title: impl Into<String>, scale: Scale) -> Self {
        Self { title: title.into(), scale }
    }
}

/// Says how numbers are laid out on an axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    /// Equal differences have equal lengths.
    Linear,
    /// Equal ratios have equal lengths; what is not positive has no place.
    Log,
    /// Percentages, where equal ratios of what is missing to 100 have equal lengths: 90, 95 and 97.5 are equally far
    /// apart.
    Percent,
}

/// Holds what belongs together in a plot.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// Name in the legend.
    pub name: String,
    /// Style, which gives color and mark: `none`, `add`, `concat`, `transformer`, or another.
    pub style: String,
    /// How it is drawn.
    pub mark: Mark,
    /// Points of the series.
    pub points: Vec<Point>,
}

/// Style of a series without points: a hollow mark in the legend, whose meaning is the series' name.
pub const LEGEND_ONLY: &str = "hollow";

impl Series {
    /// Returns what the legend says of hollow marks, if there are any among `series`.
    pub(super) fn hollow(series: &[Series], meaning: &str) -> Option<Self> {
        let any = series.iter().flat_map(|series| &series.points).any(|point| point.hollow);
        let (name, style) = (format!("hollow: {meaning}"), LEGEND_ONLY.to_owned());
        any.then_some(Self { name, style, mark: Mark::Marks, points: Vec::new() })
    }
}

/// Says how a series is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// Draws marks with error bars and names.
    Marks,
    /// Draws a line through its points, with marks and error bars.
    Line,
    /// Draws a line without marks, which is a bound and not a measurement.
    Guide,
}

/// One value of a series.
#[derive(Debug, Clone, PartialEq)]
pub struct Point {
    /// Name of what it is.
    pub name: String,
    /// Place on the horizontal axis, with its interval.
    pub x: Estimate,
    /// Place on the vertical axis, with its interval.
    pub y: Estimate,
    /// Whether it is drawn hollow, which the caption explains.
    pub hollow: bool,
}

/// Returns a number that is known exactly.
pub(super) fn exactly(value: f64) -> Estimate {
    Estimate { n: 1, value, low: None, high: None }
}

/// Converts an estimate to another unit.
pub(super) fn scaled(estimate: &Estimate, factor: f64) -> Estimate {
    let Estimate { n, value, low, high } = *estimate;
    Estimate { n, value: value * factor, low: low.map(|low| low * factor), high: high.map(|high| high * factor) }
}

/// Returns a name made of letters, digits and dashes.
pub(super) fn slug(words: &[&str]) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || c == '_' { c } else { '-' };
    words
        .iter()
        .filter(|word| !word.is_empty())
        .map(|word| word.chars().map(plain).collect::<String>())
        .collect::<Vec<_>>()
        .join("-")
}
