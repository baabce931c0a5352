//! Reads amounts on the command line: `2GiB`, `300k`, `1.5ms`, each with the units of its quantity.

use std::ops::RangeBounds;
use std::time::Duration;

use skipbench_reports::analyses::metric::Metric;

/// Describes a quantity: its name with an example, and the factor of each unit to the unit of rows. A bare number is
/// allowed if `""` is among the units.
#[derive(Debug)]
struct Kind {
    name: &'static str,
    units: &'static [(&'static str, f64)],
    most: f64,
}

/// Sizes. Bare numbers are refused, because nobody means five bytes by 5.
const SIZE: Kind = Kind {
    name: "a size, such as 2GiB or 500MB",
    units: &[
        ("KiB", 1024.0),
        ("MiB", 1_048_576.0),
        ("GiB", 1_073_741_824.0),
        ("TiB", 1_099_511_627_776.0),
        ("kB", 1e3),
        ("KB", 1e3),
        ("MB", 1e6),
        ("GB", 1e9),
        ("TB", 1e12),
        ("B", 1.0),
    ],
    most: f64::MAX,
};

/// Times. Rows have nanoseconds, which nobody means by a bare number.
const TIME: Kind = Kind {
    name: "a time, such as 2ms or 1.5s",
    units: &[("ns", 1.0), ("us", 1e3), ("µs", 1e3), ("ms", 1e6), ("min", 6e10), ("s", 1e9)],
    most: f64::MAX,
};

const COUNT: Kind = Kind {
    name: "a count, such as 300k or 50M",
    units: &[("k", 1e3), ("M", 1e6), ("G", 1e9), ("", 1.0)],
    most: f64::MAX,
};

const RATE: Kind = Kind { name: "images per second, such as 500 or 2k", ..COUNT };

const SHARE: Kind = Kind { name: "a share, such as 95% or 0.95", units: &[("%", 0.01), ("", 1.0)], most: 1.0 };

impl Kind {
    fn of(metric: Metric) -> Self {
        match metric {
            Metric::TestAccuracy | Metric::TrainAccuracy => SHARE,
            Metric::TrainThroughput | Metric::EpochThroughput | Metric::InferThroughput => RATE,
            Metric::TimeToAccuracy | Metric::Latency | Metric::LatencyTail => TIME,
            Metric::TrainMemory | Metric::InferMemory | Metric::SavedMemory => SIZE,
            Metric::Params | Metric::Macs | Metric::KernelMacs | Metric::Allocations => COUNT,
        }
    }

    /// Reads the amount in the unit of rows.
    fn read(&self, word: &str) -> Option<f64> {
        let of = |(unit, factor): &(&str, f64)| Some(word.strip_suffix(unit)?.trim_end().parse::<f64>().ok()? * factor);
        self.units.iter().find_map(of).filter(|value| (0.0..=self.most).contains(value))
    }
}

/// Reads a limit of `metric`. An error lists the units that fit.
pub(super) fn quantity(metric: Metric, word: &str) -> Result<f64, String> {
    let (kind, word) = (Kind::of(metric), word.trim());
    let percent = || Some(format!("; {word} percent is {word}%")).filter(|_| metric.is_share() && is_percent(word));
    kind.read(word).ok_or_else(|| {
        let units: Vec<&str> = kind.units.iter().map(|(unit, _)| *unit).filter(|unit| !unit.is_empty()).collect();
        let number = word.parse::<f64>().is_ok_and(|number| (0.0..=f64::MAX).contains(&number));
        let bare = number && !kind.units.iter().any(|(unit, _)| unit.is_empty());
        let bare = if bare { format!("; {word} of which unit?") } else { String::new() };
        format!("takes {} (units: {}){bare}{}", kind.name, units.join(", "), percent().unwrap_or_default())
    })
}

/// Returns whether a bare number can only have meant percent.
fn is_percent(word: &str) -> bool {
    word.parse::<f64>().is_ok_and(|number| (1.0..=100.0).contains(&number))
}

/// Reads a number of seconds, for flags that have the unit in their name.
pub(super) fn seconds(word: &str) -> Result<f64, String> {
    let seconds: Option<f64> = word.strip_suffix('s').unwrap_or(word).trim().parse().ok();
    let usual = seconds.filter(|seconds| (0.001..=86_400.0).contains(seconds));
    usual.ok_or_else(|| "a number of seconds is needed, such as 10 or 0.5".to_owned())
}

/// Reads `90s`, `10m` or `1h 30m`. Bare numbers are refused, because 5 could mean seconds or minutes.
pub(super) fn time(word: &str) -> Result<Duration, String> {
    let word = word.trim();
    let span = word.parse::<jiff::SignedDuration>().ok().and_then(|span| Duration::try_from(span).ok());
    span.filter(|time| !time.is_zero() && *time <= LONGEST).ok_or_else(|| {
        let number = word.parse::<f64>().is_ok_and(|number| number > 0.0);
        let bare = if number { format!("; {word} of which unit?") } else { String::new() };
        format!("a time with its unit is needed, such as 90s, 10m or 1h 30m{bare}")
    })
}

/// Longest time that is allowed.
const LONGEST: Duration = Duration::from_secs(365 * 86_400);

/// Reads a number of processors.
pub(super) fn processors(word: &str) -> Result<usize, String> {
    let number = word.parse().ok().filter(|count| (1..=4096).contains(count));
    number.ok_or_else(|| "a number of processors is needed, such as 1".to_owned())
}

/// Reads `3%` as a share, 0.03, if that is one of `shares`. Without its sign 0.03 could mean either.
pub(super) fn share(word: &str, shares: impl RangeBounds<f64>) -> Option<f64> {
    let number: f64 = word.trim().strip_suffix('%')?.trim().parse().ok()?;
    Some(number / 100.0).filter(|share| shares.contains(share))
}

/// `10G` or `300k`.
pub(super) fn count(word: &str) -> Option<f64> {
    COUNT.read(word.trim())
}
