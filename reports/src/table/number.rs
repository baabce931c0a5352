//! Formats numbers as people read them, with their intervals.

use crate::analyses::metric::Metric;
use crate::analyses::quantity::Quantity;
use crate::stats::Estimate;

/// Formats an estimate of a metric in the unit that suits it.
pub(crate) fn format_metric(metric: Metric, estimate: &Estimate) -> String {
    format_quantity(metric.quantity(), estimate)
}

/// Formats an estimate in the way of its kind.
pub(crate) fn format_quantity(quantity: Quantity, estimate: &Estimate) -> String {
    let (value, unit) = (estimate.value, quantity.unit());
    match quantity {
        Quantity::Share => match estimate.high {
            Some(high) => format!("{:.1} ± {:.1} %", value * 100.0, (high - value) * 100.0),
            None => format!("{:.1} %", value * 100.0),
        },
        Quantity::Difference => format_points(estimate),
        Quantity::Ratio => format_any_ratio(estimate),
        Quantity::Bytes => format!("{:.1} {}", value / unit.size, unit.name),
        Quantity::Milliseconds | Quantity::Seconds => format!("{:.2} {}", value / unit.size, unit.name),
        Quantity::Count => format_count(value),
        Quantity::Rate if value < 100.0 => format!("{value:.1}"),
        Quantity::Rate => format!("{value:.0}"),
        Quantity::Number => format_interval(estimate, format_significant),
    }
}

/// Formats a number without an interval, such as a bound, in full.
pub(crate) fn format_bound(quantity: Quantity, bound: f64) -> String {
    match quantity {
        Quantity::Share => format!("{} %", bound * 100.0),
        Quantity::Difference => format!("{}", bound * 100.0),
        Quantity::Ratio => format!("×{bound}"),
        _ => format!("{bound}"),
    }
}

/// Formats a count with a prefix for thousands.
fn format_count(value: f64) -> String {
    match value {
        value if value >= 1e9 => format!("{:.2} G", value / 1e9),
        value if value >= 1e6 => format!("{:.2} M", value / 1e6),
        value => format!("{:.1} k", value / 1e3),
    }
}

/// Formats a ratio with its interval, in two decimals.
pub(crate) fn format_ratio(ratio: &Estimate) -> String {
    format_ratio_to(ratio, 2)
}

/// Formats a ratio with its interval in three decimals, which ratios of turns are precise enough for.
pub(crate) fn format_fine_ratio(ratio: &Estimate) -> String {
    format_ratio_to(ratio, 3)
}

fn format_ratio_to(ratio: &Estimate, digits: usize) -> String {
    let plain = format!("×{:.digits$}", ratio.value);
    match (ratio.low, ratio.high) {
        (Some(low), Some(high)) if format!("{low:.digits$}") != format!("{high:.digits$}") => {
            format!("{plain} [{low:.digits$}, {high:.digits$}]")
        }
        _ => plain,
    }
}

/// Formats a ratio far from 1, which needs more digits than [`format_ratio`] writes.
fn format_any_ratio(estimate: &Estimate) -> String {
    let usual = |value: f64| (0.1..1000.0).contains(&value);
    let ends = [Some(estimate.value), estimate.low, estimate.high];
    if ends.into_iter().flatten().all(usual) {
        format_ratio(estimate)
    } else {
        format!("×{}", format_interval(estimate, format_significant))
    }
}

/// Formats a difference of shares in percentage points.
pub(crate) fn format_points(difference: &Estimate) -> String {
    let signed = |share: f64| format!("{:+.1}", share * 100.0).replace('-', "−");
    match (difference.low, difference.high) {
        (Some(low), Some(high)) => format!("{} [{}, {}]", signed(difference.value), signed(low), signed(high)),
        _ => signed(difference.value),
    }
}

fn format_interval(estimate: &Estimate, format: fn(f64) -> String) -> String {
    let value = format(estimate.value);
    match (estimate.low.map(format), estimate.high.map(format)) {
        (Some(low), Some(high)) if low != high => format!("{value} [{low}, {high}]"),
        _ => value,
    }
}

/// Formats a number in three significant digits.
fn format_significant(value: f64) -> String {
    let size = value.abs();
    let text = match size {
        _ if size == 0.0 => "0".to_owned(),
        _ if !(1e-3..1e6).contains(&size) => format!("{value:.2e}"),
        _ => {
            let digits = (2 - size.log10().floor() as i32).clamp(0, 6) as usize;
            format!("{value:.digits$}")
        }
    };
    text.replace('-', "−")
}
