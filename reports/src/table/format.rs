//! Numbers and names as people read them.

use crate::analyses::metric::Metric;
use crate::stats::Estimate;

/// What a column of `metric` is called.
pub(crate) fn title(metric: Metric) -> &'static str {
    match metric {
        Metric::TestAccuracy => "test accuracy",
        Metric::TrainAccuracy => "train accuracy",
        Metric::TrainThroughput => "train images/s",
        Metric::EpochThroughput => "epoch images/s",
        Metric::TimeToAccuracy => "time to accuracy",
        Metric::InferThroughput => "infer images/s",
        Metric::Latency => "latency p50",
        Metric::LatencyTail => "latency p99",
        Metric::TrainMemory => "train peak",
        Metric::InferMemory => "infer peak",
        Metric::SavedMemory => "kept for backward",
        Metric::Params => "params",
        Metric::Macs => "MACs",
    }
}

/// An estimate in the unit that suits it.
pub(crate) fn number(metric: Metric, estimate: &Estimate) -> String {
    let value = estimate.value;
    match metric {
        Metric::TestAccuracy | Metric::TrainAccuracy => match estimate.high {
            Some(high) => format!("{:.1} ± {:.1} %", value * 100.0, (high - value) * 100.0),
            None => format!("{:.1} %", value * 100.0),
        },
        Metric::TrainThroughput | Metric::EpochThroughput | Metric::InferThroughput => match value {
            value if value < 100.0 => format!("{value:.1}"),
            value => format!("{value:.0}"),
        },
        Metric::TimeToAccuracy => format!("{:.2} s", value / 1e9),
        Metric::Latency | Metric::LatencyTail => format!("{:.2} ms", value / 1e6),
        Metric::TrainMemory | Metric::InferMemory | Metric::SavedMemory => {
            format!("{:.1} MiB", value / f64::from(1 << 20))
        }
        Metric::Params | Metric::Macs => si(value),
    }
}

/// A count with a prefix for thousands.
fn si(value: f64) -> String {
    match value {
        value if value >= 1e9 => format!("{:.2} G", value / 1e9),
        value if value >= 1e6 => format!("{:.2} M", value / 1e6),
        value => format!("{:.1} k", value / 1e3),
    }
}

/// A ratio with its interval.
pub(crate) fn times(ratio: &Estimate) -> String {
    let plain = format!("×{:.2}", ratio.value);
    match (ratio.low, ratio.high) {
        (Some(low), Some(high)) if format!("{low:.2}") != format!("{high:.2}") => {
            format!("{plain} [{low:.2}, {high:.2}]")
        }
        _ => plain,
    }
}

/// A difference of shares in percentage points.
pub(crate) fn points(difference: &Estimate) -> String {
    let signed = |share: f64| format!("{:+.1}", share * 100.0).replace('-', "−");
    match (difference.low, difference.high) {
        (Some(low), Some(high)) => format!("{} [{}, {}]", signed(difference.value), signed(low), signed(high)),
        _ => signed(difference.value),
    }
}
