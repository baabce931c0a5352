//! Amounts on the command line: `2GiB`, `300k`, `1.5ms`, each with the units of what it is an amount of.

use std::ops::RangeBounds;

use skipbench_reports::analyses::metric::Metric;

/// What an amount is of: what it is called, with an example, and what each unit multiplies by to give the unit of rows.
/// A bare number is one where `""` is among them.
#[derive(Debug)]
struct Kind {
    name: &'static str,
    units: &'static [(&'static str, f64)],
    most: f64,
}

/// Bare numbers are refused: nobody means five bytes by 5.
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

/// Rows have nanoseconds, which nobody means by a bare number.
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

const RATE: Kind = Kind { name: "images a second, such as 500 or 2k", ..COUNT };

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

    /// The amount in the unit of rows.
    fn read(&self, word: &str) -> Option<f64> {
        let of = |(unit, factor): &(&str, f64)| Some(word.strip_suffix(unit)?.trim_end().parse::<f64>().ok()? * factor);
        self.units.iter().find_map(of).filter(|value| (0.0..=self.most).contains(value))
    }
}

/// Reads a limit of `metric`. What is refused is told with the units that fit.
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

/// A bare number that can only have meant percent.
fn is_percent(word: &str) -> bool {
    word.parse::<f64>().is_ok_and(|number| (1.0..=100.0).contains(&number))
}

/// A number of seconds.
pub(super) fn seconds(word: &str) -> Result<f64, String> {
    let seconds: Option<f64> = word.strip_suffix('s').unwrap_or(word).trim().parse().ok();
    let usual = seconds.filter(|seconds| (0.001..=86_400.0).contains(seconds));
    usual.ok_or_else(|| "a number of seconds is needed, such as 10 or 0.5".to_owned())
}

/// A number of processors.
pub(super) fn processors(word: &str) -> Result<usize, String> {
    let number = word.parse().ok().filter(|count| (1..=4096).contains(count));
    number.ok_or_else(|| "a number of processors is needed, such as 1".to_owned())
}

/// `3%` or `3` as a share, 0.03, if that is one of `shares`.
pub(super) fn share(word: &str, shares: impl RangeBounds<f64>) -> Option<f64> {
    let number: f64 = word.strip_suffix('%').unwrap_or(word).trim().parse().ok()?;
    Some(number / 100.0).filter(|share| shares.contains(share))
}

/// `10G` or `300k`.
pub(super) fn count(word: &str) -> Option<f64> {
    COUNT.read(word.trim())
}
