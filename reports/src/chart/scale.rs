//! Computes places on an axis from values, and the ticks of an axis.

use std::collections::HashSet;

use crate::figure::Scale;
use crate::stats::Estimate;

/// An axis with its scale and ticks.
#[derive(Debug, Clone, PartialEq)]
pub struct Layout {
    scale: Scale,
    low: f64,
    high: f64,
    start: f64,
    end: f64,
    /// Values that have a tick with a number.
    pub ticks: Vec<f64>,
}

/// Approximate number of ticks on an axis.
const TICKS: f64 = 6.0;

/// Largest number of values that count as few.
const FEW: usize = 8;

/// Room that a number on an axis needs.
const ROOM: f64 = 26.0;

impl Layout {
    /// Lays out an axis from `start` to `end` of a drawing, with room for every one of `values` that has a place on it.
    pub fn new(scale: Scale, values: impl Iterator<Item = f64>, (start, end): (f64, f64)) -> Self {
        let usable = values.filter(|value| value.is_finite() && (scale != Scale::Log || *value > 0.0));
        let (low, high) =
            usable.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)));
        let (low, high) = if low <= high { widened(scale, low, high) } else { (1.0, 10.0) };
        let ticks = match scale {
            Scale::Linear => linear_ticks(low, high),
            Scale::Log => log_ticks(low, high),
            Scale::Percent => percent_ticks(low, high),
        };
        Self { scale, low, high, start, end, ticks }
    }

    /// Returns the same axis with its ticks at `values`, if these are few and have room for their numbers.
    pub(crate) fn with_ticks_at(mut self, values: impl Iterator<Item = f64>) -> Self {
        let mut values: Vec<f64> = values.filter(|value| self.place(*value).is_some()).collect();
        values.sort_by(f64::total_cmp);
        values.dedup();
        let places: Vec<f64> = values.iter().filter_map(|value| self.place(*value)).collect();
        let apart = places.windows(2).all(|pair| (pair[1] - pair[0]).abs() >= ROOM);
        if (2..=FEW).contains(&values.len()) && apart {
            self.ticks = values;
        }
        self
    }

    /// Returns the place of `value`, if it has one.
    pub fn place(&self, value: f64) -> Option<f64> {
        let along = |value| along(self.scale, value);
        let share = (along(value) - along(self.low)) / (along(self.high) - along(self.low));
        Some(self.start + share * (self.end - self.start)).filter(|place| place.is_finite())
    }

    /// Returns the place of `value`, or the end of the axis that it is beyond.
    pub(crate) fn held(&self, value: f64) -> f64 {
        let (low, high) = (self.start.min(self.end), self.start.max(self.end));
        self.place(value).unwrap_or(self.start).clamp(low, high)
    }
}

/// Least value that what is missing to 100 % counts as. An accuracy of 100 % then has a place too.
const LEAST_MISSING: f64 = 0.1;

fn along(scale: Scale, value: f64) -> f64 {
    match scale {
        Scale::Linear => value,
        Scale::Log => value.ln(),
        Scale::Percent => -(100.0 - value).max(LEAST_MISSING).ln(),
    }
}

/// Returns a range somewhat larger than from `low` to `high`, which keeps marks off the frame.
fn widened(scale: Scale, low: f64, high: f64) -> (f64, f64) {
    match scale {
        Scale::Linear => {
            let margin = if high > low { (high - low) * 0.06 } else { high.abs().max(1.0) * 0.1 };
            // An axis of what cannot be negative does not begin below 0.
            (if low >= 0.0 { (low - margin).max(0.0) } else { low - margin }, high + margin)
        }
        Scale::Log => {
            let factor = if high > low { (high / low).powf(0.06) } else { 1.5 };
            (low / factor, high * factor)
        }
        Scale::Percent => {
            let missing = |value: f64| (100.0 - value).clamp(LEAST_MISSING, 100.0);
            let factor = (missing(low) / missing(high)).max(2.0).powf(0.08);
            (100.0 - missing(low) * factor, 100.0 - missing(high) / factor)
        }
    }
}

fn percent_ticks(low: f64, high: f64) -> Vec<f64> {
    let all = [0.0, 50.0, 80.0, 90.0, 95.0, 98.0, 99.0, 99.5, 99.8, 99.9];
    let ticks: Vec<f64> = all.into_iter().filter(|tick| (low..=high).contains(tick)).collect();
    if ticks.len() < 2 { linear_ticks(low, high) } else { ticks }
}

/// Returns multiples of 1, 2 or 5 times a power of ten.
fn linear_ticks(low: f64, high: f64) -> Vec<f64> {
    let rough = (high - low) / TICKS;
    let power = 10f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0].into_iter().map(|factor| factor * power).find(|step| *step >= rough);
    let step = step.filter(|step| step.is_finite() && *step > 0.0).unwrap_or(1.0);
    let first = (low / step).ceil() as i64;
    (first..).map(|index| index as f64 * step).take_while(|tick| *tick <= high).take(50).collect()
}

/// Returns 1, 2 and 5 of each power of ten. Over three powers and more it returns 1 and 3, and over more than four only
/// the powers.
fn log_ticks(low: f64, high: f64) -> Vec<f64> {
    let powers = low.log10().floor() as i32..=high.log10().ceil() as i32;
    let factors: &[f64] = match (high / low).log10() {
        decades if decades < 3.0 => &[1.0, 2.0, 5.0],
        decades if decades < 4.0 => &[1.0, 3.0],
        _ => &[1.0],
    };
    let all = powers.flat_map(|power| factors.iter().map(move |factor| factor * 10f64.powi(power)));
    let ticks: Vec<f64> = all.filter(|tick| (low..=high).contains(tick)).collect();
    if ticks.len() < 4 { linear_ticks(low, high).into_iter().filter(|tick| *tick > 0.0).collect() } else { ticks }
}

/// Formats the numbers of an axis, with as many more digits than usual as it takes to distinguish every two.
pub fn format_ticks(ticks: &[f64]) -> Vec<String> {
    let with = |more: i32| ticks.iter().map(|tick| format_digits(*tick, 4 + more)).collect::<Vec<String>>();
    let distinct = |texts: &Vec<String>| texts.iter().collect::<HashSet<_>>().len() == texts.len();
    (0..MORE_DIGITS).map(with).find(distinct).unwrap_or_else(|| with(MORE_DIGITS))
}

/// Number of digits that distinguishes any two numbers.
const MORE_DIGITS: i32 = 13;

/// Formats a number on an axis or in a tooltip: short, with prefixes for thousands.
pub fn format_short(value: f64) -> String {
    format_digits(value, 4)
}

/// Formats a number in `count` significant digits.
fn format_digits(value: f64, count: i32) -> String {
    let (scaled, prefix) = match value.abs() {
        size if size >= 1e9 => (value / 1e9, " G"),
        size if size >= 1e6 => (value / 1e6, " M"),
        size if size >= 1e4 => (value / 1e3, " k"),
        _ => (value, ""),
    };
    let digits = match scaled.abs() {
        0.0 => 0,
        size => (count - 1 - size.log10().floor() as i32).clamp(0, count + 2) as usize,
    };
    let text = format!("{scaled:.digits$}");
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text };
    format!("{text}{prefix}").replace('-', "−")
}

/// Formats `1.2 [1.1, 1.3]`.
pub(crate) fn format_estimate(estimate: &Estimate) -> String {
    match (estimate.low, estimate.high) {
        (Some(low), Some(high)) if format_short(low) != format_short(high) => {
            format!("{} [{}, {}]", format_short(estimate.value), format_short(low), format_short(high))
        }
        _ => format_short(estimate.value),
    }
}
