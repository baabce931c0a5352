//! Numbers of a comparison, for people.

use skipbench_reports::stats::Estimate;

/// The interval of a change, in parentheses.
pub(super) fn interval(ratio: &Estimate) -> String {
    match (ratio.low, ratio.high) {
        (Some(low), Some(high)) => format!(" (95 % interval {} to {})", signed(low - 1.0), signed(high - 1.0)),
        _ => String::new(),
    }
}

/// A share: `3.4 %`.
pub(super) fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}

/// A change without its unit, with its sign.
pub(super) fn bare(share: f64) -> String {
    format!("{:+.1}", share * 100.0).replace('-', "−")
}

/// A change: `+3.4 %`.
pub(super) fn signed(share: f64) -> String {
    format!("{} %", bare(share))
}

/// A time in the unit that fits.
pub(super) fn format_ns(ns: f64) -> String {
    match ns {
        ..1e4 => format!("{ns:.0} ns"),
        ..1e6 => format!("{:.1} µs", ns / 1e3),
        ..1e9 => format!("{:.2} ms", ns / 1e6),
        _ => format!("{:.2} s", ns / 1e9),
    }
}
