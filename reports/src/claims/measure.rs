//! What an analysis shows beside its conditions: numbers with their kind, not yet text or drawing.

use serde::Serialize;

use crate::analyses::quantity::Quantity;
use crate::stats::Estimate;

/// A table of numbers.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Measures {
    /// What it shows.
    pub title: String,
    /// How to read it.
    pub caption: String,
    /// What its columns hold.
    pub columns: Vec<Column>,
    /// Its lines.
    pub lines: Vec<MeasureRow>,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Column {
    /// What it holds.
    pub title: String,
    /// In which kind of number.
    pub quantity: Quantity,
}

impl Column {
    pub(super) fn new(title: impl Into<String>, quantity: Quantity) -> Self {
        Self { title: title.into(), quantity }
    }
}

/// A line.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MeasureRow {
    /// What it is of, such as a model.
    pub name: String,
    /// Skip style.
    pub skip: String,
    /// A value for each column; none if it was not measured.
    pub values: Vec<Option<Estimate>>,
}

impl MeasureRow {
    pub(super) fn new(name: impl Into<String>, skip: impl Into<String>, values: Vec<Option<Estimate>>) -> Self {
        Self { name: name.into(), skip: skip.into(), values }
    }
}

/// What is drawn.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Plot {
    /// Its name, unlike any other's of the claim.
    pub name: String,
    /// What it shows.
    pub title: String,
    /// How to read it.
    pub caption: String,
    /// How it is drawn.
    pub drawn: PlotKind,
    /// The horizontal axis.
    pub x: PlotAxis,
    /// The vertical axis; of a heat map what the cells hold.
    pub y: PlotAxis,
    /// What is drawn.
    pub traces: Vec<Trace>,
}

/// How a plot is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum PlotKind {
    /// Lines through the points.
    Lines,
    /// A mark for each point.
    Marks,
    /// A row of cells for each trace, the darker the larger.
    Heat,
}

/// An axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct PlotAxis {
    /// What it shows.
    pub title: &'static str,
    /// In which kind of number.
    pub quantity: Quantity,
    /// Whether equal ratios are equally long.
    pub log: bool,
}

impl PlotAxis {
    pub(super) const fn linear(title: &'static str, quantity: Quantity) -> Self {
        Self { title, quantity, log: false }
    }

    pub(super) const fn log(title: &'static str, quantity: Quantity) -> Self {
        Self { title, quantity, log: true }
    }
}

/// A line of a plot.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Trace {
    /// Its name.
    pub name: String,
    /// Skip style.
    pub skip: String,
    /// Where it is along the horizontal axis, and its value there.
    pub points: Vec<(f64, Estimate)>,
}
