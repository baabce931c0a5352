//! Formats a ratio in words: halved, doubled, by a percentage.

/// How far a number may be from a half or from two to be called that.
const ABOUT: f64 = 0.05;

/// Size below which a change does not matter to a reader.
const LITTLE: f64 = 0.015;

/// Holds the smallest and the largest of several ratios to what they are compared with.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Span {
    low: f64,
    high: f64,
}

impl Span {
    /// Returns the span, or `None` without ratios.
    pub(super) fn of(ratios: &[f64]) -> Option<Self> {
        let end = |of: fn(f64, f64) -> f64| ratios.iter().copied().reduce(of);
        Some(Self { low: end(f64::min)?, high: end(f64::max)? })
    }

    /// Describes what happened to a quantity of which more is better, such as speed.
    pub(super) fn describe_speed(self, subject: &str) -> String {
        match self {
            Span { low, high } if low >= 1.0 + LITTLE => self.describe_rise(subject, high >= 1.5, "raised"),
            Span { high, .. } if is_half(self.low) && is_half(high) => format!("halved {subject}"),
            Span { high, .. } if high <= 1.0 + LITTLE / 3.0 && self.low < 1.0 - LITTLE => {
                format!("cost {} of the {subject}", self.format_losses())
            }
            _ => self.describe_changed(subject),
        }
    }

    /// Describes what happened to a quantity of which less is better, such as memory.
    pub(super) fn describe_amount(self, subject: &str) -> String {
        match self {
            Span { low, .. } if is_double(low) && is_double(self.high) => format!("doubled {subject}"),
            Span { low, high } if high >= 1.5 && low >= 1.0 => {
                format!("took {} times the {subject}", self.format_times())
            }
            Span { low, high } if low >= 1.0 - LITTLE / 3.0 && high > 1.0 + LITTLE => {
                format!("took {} more {subject}", self.format_gains())
            }
            Span { low, high } if is_half(low) && is_half(high) => format!("halved {subject}"),
            Span { low, high } if high <= 1.0 + LITTLE / 3.0 && low < 1.0 - LITTLE => {
                format!("saved {} of the {subject}", self.format_losses())
            }
            _ => self.describe_changed(subject),
        }
    }

    fn describe_rise(self, subject: &str, multiple: bool, verb: &str) -> String {
        match multiple {
            _ if is_double(self.low) && is_double(self.high) => format!("doubled {subject}"),
            true => format!("multiplied {subject} by {}", self.format_times()),
            false => format!("{verb} {subject} by {}", self.format_gains()),
        }
    }

    /// Describes a change in both directions, or hardly any.
    fn describe_changed(self, subject: &str) -> String {
        let (low, high) = (percent(self.low - 1.0), percent(self.high - 1.0));
        if (self.low - 1.0).abs().max((self.high - 1.0).abs()) <= LITTLE {
            let most = (self.low - 1.0).abs().max((self.high - 1.0).abs());
            return format!("changed {subject} by at most {} %", (most * 100.0).ceil().max(1.0));
        }
        let signed = |value: f64| format!("{value:+.0}").replace('-', "−").replace("+0", "0");
        format!("changed {subject} by {} to {} %", signed(low), signed(high))
    }

    /// Formats `14 to 51 %`, `up to half`.
    fn format_losses(self) -> String {
        let (least, most) = (1.0 - self.high, 1.0 - self.low);
        let (small, large) = (format_share(least), format_share(most));
        match percent(least) < 1.0 {
            true => format!("up to {large}"),
            false if small == large => large,
            false => format!("{} to {large}", if large.ends_with('%') { bare(&small) } else { &small }),
        }
    }

    /// Formats `5 to 28 %`, `up to 28 %`.
    fn format_gains(self) -> String {
        let (small, large) = (percent(self.low - 1.0), percent(self.high - 1.0));
        match small < 1.0 {
            true => format!("up to {large} %"),
            false if small == large => format!("{large} %"),
            false => format!("{small} to {large} %"),
        }
    }

    /// Formats `1.3 to 2.2`.
    fn format_times(self) -> String {
        let (small, large) = (format!("{:.1}", self.low), format!("{:.1}", self.high));
        match small.as_str() {
            "1.0" => format!("up to {large}"),
            _ if small == large => large,
            _ => format!("{small} to {large}"),
        }
    }
}

/// Formats one ratio of speeds: `2 % faster`, `half as fast`.
pub(super) fn format_speed(ratio: f64) -> String {
    match ratio {
        _ if percent(ratio - 1.0) == 0.0 => "the same".to_owned(),
        _ if is_half(ratio) => "half as fast".to_owned(),
        _ if is_double(ratio) => "twice as fast".to_owned(),
        _ if ratio < 1.0 => format!("{} % slower", percent(1.0 - ratio)),
        _ if ratio < 1.5 => format!("{} % faster", percent(ratio - 1.0)),
        _ => format!("{ratio:.1} times as fast"),
    }
}

/// Formats one ratio of amounts: `28 % more`, `half`.
pub(super) fn format_amount(ratio: f64) -> String {
    match ratio {
        _ if percent(ratio - 1.0) == 0.0 => "the same".to_owned(),
        _ if is_half(ratio) => "half".to_owned(),
        _ if is_double(ratio) => "twice as much".to_owned(),
        _ if ratio < 1.0 => format!("{} % less", percent(1.0 - ratio)),
        _ if ratio < 1.95 => format!("{} % more", percent(ratio - 1.0)),
        _ => format!("{ratio:.1} times"),
    }
}

fn is_half(ratio: f64) -> bool {
    (ratio * 2.0 - 1.0).abs() <= ABOUT
}

fn is_double(ratio: f64) -> bool {
    (ratio / 2.0 - 1.0).abs() <= ABOUT
}

/// Returns whole percent, and never −0.
fn percent(share: f64) -> f64 {
    (share * 100.0).round() + 0.0
}

/// Formats a share; a half is written as a word.
fn format_share(share: f64) -> String {
    if is_half(share) { "half".to_owned() } else { format!("{} %", percent(share)) }
}

fn bare(percentage: &str) -> &str {
    percentage.trim_end_matches(" %")
}
