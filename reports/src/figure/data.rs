//! What a figure is.

use crate::stats::Estimate;

/// A plot.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    /// Its name in links and files, unlike any other's of a report.
    pub id: String,
    /// What it shows.
    pub title: String,
    /// How to read it.
    pub caption: String,
    /// The horizontal axis.
    pub x: Axis,
    /// The vertical axis.
    pub y: Axis,
    /// How its series are drawn.
    pub kind: Kind,
    /// What is drawn.
    pub series: Vec<Series>,
}

/// Several plots of one question, side by side.
#[derive(Debug, Clone, PartialEq)]
pub struct Panels {
    /// Its name in links and files.
    pub id: String,
    /// What it shows.
    pub title: String,
    /// The plots, each with its own title and, as its caption, what was measured.
    pub panels: Vec<Figure>,
}

/// How series are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Marks, or lines through them, over two numbers.
    Plot,
    /// A bar for each point's name, the series stacked from left to right along the horizontal axis.
    Bars,
    /// A line for each point, from top to bottom by its height, with its interval along the horizontal axis.
    Forest,
    /// A row of cells for each series, a column for each value of the horizontal axis, shaded by the value.
    Heat,
}

/// An axis.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Axis {
    /// What it shows, with its unit.
    pub title: String,
    /// How numbers are laid out on it.
    pub scale: Scale,
}

impl Axis {
    pub(super) fn new(title: impl Into<String>, scale: Scale) -> Self {
        Self { title: title.into(), scale }
    }
}

/// How numbers are laid out on an axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    /// Equal differences are equally long.
    Linear,
    /// Equal ratios are equally long; what is not positive has no place.
    Log,
    /// Percentages, of which equal ratios of what is missing to 100 are equally long: 90, 95 and 97.5 are as far apart.
    Percent,
}

/// What belongs together in a plot.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// Its name in the legend.
    pub name: String,
    /// How it joins, which gives color and mark: `none`, `add`, `concat`, `transformer`, or else.
    pub style: String,
    /// How it is drawn.
    pub mark: Mark,
    /// Its points.
    pub points: Vec<Point>,
}

/// The style of a series without points: a hollow mark in the legend, whose meaning is the series' name.
pub const LEGEND_ONLY: &str = "hollow";

impl Series {
    /// What the legend says of hollow marks, if there are any among `series`.
    pub(super) fn hollow(series: &[Series], meaning: &str) -> Option<Self> {
        let any = series.iter().flat_map(|series| &series.points).any(|point| point.hollow);
        let (name, style) = (format!("hollow: {meaning}"), LEGEND_ONLY.to_owned());
        any.then_some(Self { name, style, mark: Mark::Marks, points: Vec::new() })
    }
}

/// How a series is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// Marks with error bars and names.
    Marks,
    /// A line through its points, with marks and error bars.
    Line,
    /// A line without marks: a bound, no measurement.
    Guide,
}

/// One value of a series.
#[derive(Debug, Clone, PartialEq)]
pub struct Point {
    /// What it is.
    pub name: String,
    /// Where it is on the horizontal axis, with its interval.
    pub x: Estimate,
    /// Where it is on the vertical axis.
    pub y: Estimate,
    /// Whether it is drawn hollow, which the caption explains.
    pub hollow: bool,
}

/// A number that is known exactly.
pub(super) fn exactly(value: f64) -> Estimate {
    Estimate { n: 1, value, low: None, high: None }
}

/// An estimate in another unit.
pub(super) fn scaled(estimate: &Estimate, factor: f64) -> Estimate {
    let Estimate { n, value, low, high } = *estimate;
    Estimate { n, value: value * factor, low: low.map(|low| low * factor), high: high.map(|high| high * factor) }
}

/// A name made of letters, digits and dashes.
pub(super) fn slug(words: &[&str]) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || c == '_' { c } else { '-' };
    words
        .iter()
        .filter(|word| !word.is_empty())
        .map(|word| word.chars().map(plain).collect::<String>())
        .collect::<Vec<_>>()
        .join("-")
}
