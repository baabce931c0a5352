//! Defines where a drawing's parts are, and what gives them their color.

use crate::figure::LEGEND_ONLY;
use crate::rows::style;

/// Width of a drawing, in its own units.
pub(super) const WIDTH: f64 = 720.0;
/// Height of a drawing, without the legend.
pub(super) const HEIGHT: f64 = 400.0;
/// Where the corner of the axes is.
pub(super) const LEFT: f64 = 64.0;
/// Right end of the horizontal axis.
pub(super) const RIGHT: f64 = WIDTH - 20.0;
/// Upper end of the vertical axis.
pub(super) const TOP: f64 = 18.0;
/// Vertical position of the horizontal axis.
pub(super) const BOTTOM: f64 = HEIGHT - 52.0;

/// Holds where the axes of a plot are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Frame {
    pub(super) left: f64,
    pub(super) right: f64,
    pub(super) top: f64,
    pub(super) bottom: f64,
}

impl Frame {
    /// Frame of a drawing that is one plot.
    pub(super) const WHOLE: Frame = Frame { left: LEFT, right: RIGHT, top: TOP, bottom: BOTTOM };
}

/// Formats a coordinate in few digits.
pub(super) fn format_coordinate(value: f64) -> String {
    let text = format!("{value:.1}");
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}

/// Returns the class that gives a style its color.
pub(super) fn class(style: &str) -> &'static str {
    match style {
        style::NONE => "s-none",
        style::ADD => "s-add",
        style::CONCAT => "s-concat",
        style::TRANSFORMER => "s-transformer",
        "guide" => "s-guide",
        LEGEND_ONLY => "s-guide hollow",
        "forward" => "s-forward",
        "backward" => "s-backward",
        "optimizer" => "s-optimizer",
        _ => "s-other",
    }
}
