//! Defines what an analysis shows besides its conditions: numbers with their kind, not yet text or drawing.

use serde::Serialize;

use crate::analyses::quantity::Quantity;
use crate::stats::Estimate;

/// A table of numbers.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Measures {
    /// Title that says what it shows.
    pub title: String,
    /// Caption that says how to read it.
    pub caption: String,
    /// Columns of the table.
    pub columns: Vec<Column>,
    /// Lines of the table.
    pub lines: Vec<MeasureRow>,
}

/// A column of a table of numbers.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Column {
    /// Title that says what it holds.
    pub title: String,
    /// Kind of its numbers.
    pub quantity: Quantity,
}

impl Column {
    pub(super) fn new(title: impl Into<String>, quantity: Quantity) -> Self {
        Self { title: title.into(), quantity }
    }
}

/// A line of a table of numbers.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MeasureRow {
    /// Name of what it is about, such as a model.
    pub name: String,
    /// Word of the skip style.
    pub skip: String,
    /// Values, one for each column; `None` if it was not measured.
    pub values: Vec<Option<Estimate>>,
}

impl MeasureRow {
    pub(super) fn new(name: impl Into<String>, skip: impl Into<String>, values: Vec<Option<Estimate>>) -> Self {
        Self { name: name.into(), skip: skip.into(), values }
    }
}

/// A plot, with its axes and traces.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Plot {
    /// Name, unlike any other of the claim.
    pub name: String,
    /// Title that says what it shows.
    pub title: String,
    /// Caption that says how to read it.
    pub caption: String,
    /// How it is drawn.
    pub drawn: PlotKind,
    /// Horizontal axis.
    pub x: PlotAxis,
    /// Vertical axis; in a heat map, what the cells hold.
    pub y: PlotAxis,
    /// Traces that are drawn.
    pub traces: Vec<Trace>,
}

/// Says how a plot is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum PlotKind {
    /// Draws lines through the points.
    Lines,
    /// Draws a mark for each point.
    Marks,
    /// Draws a row of cells for each trace. Larger values are darker.
    Heat,
}

/// An axis of a plot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct PlotAxis {
    /// Title that says what it shows.
    pub title: &'static str,
    /// Kind of its numbers.
    pub quantity: Quantity,
    /// Whether equal ratios have equal lengths.
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

/// A trace of a plot.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Trace {
    /// Name of the trace.
    pub name: String,
    /// Word of the skip style.
    pub skip: String,
    /// Places along the horizontal axis, each with its value.
    pub points: Vec<(f64, Estimate)>,
}
