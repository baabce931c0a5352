//! Matched groups: each member's values and, below each, the ratio to the reference with its interval.

use crate::compare::{Comparison, Entry, Member, Verdict};
use crate::group::{Identity, Origin};
use crate::metric::Metric;
use crate::paired::Contrast;
use crate::stats::Estimate;

use super::{Style, bullet, drawn, origins};

/// The columns; `comparison.csv` holds the rest.
const COLUMNS: [Metric; 11] = [
    Metric::TestAccuracy,
    Metric::TrainThroughput,
    Metric::EpochThroughput,
    Metric::TimeToAccuracy,
    Metric::InferThroughput,
    Metric::Latency,
    Metric::LatencyTail,
    Metric::TrainMemory,
    Metric::InferMemory,
    Metric::Params,
    Metric::Macs,
];

/// One table a group: each member's values and, below each, the ratio to the reference with its interval.
pub fn comparisons(comparisons: &[Comparison], style: Style) -> String {
    let mut text: String = comparisons.iter().map(|comparison| group(comparison, style)).collect();
    text.push_str(LEGEND);
    let mut seen: Vec<(String, Origin)> = Vec::new();
    for Identity { device, origin, .. } in comparisons.iter().map(|comparison| &comparison.identity) {
        let origin = (device.clone(), origin.clone());
        if !seen.contains(&origin) {
            seen.push(origin);
        }
    }
    text + &origins(&seen)
}

const LEGEND: &str = "Means over seeds and rounds; ± is a 95 % Student interval. Below: accuracy's difference in points, and × the \
                      ratio of all else, to the first line, pair by pair, [ ] its 95 % interval (bootstrap-t from six pairs \
                      on, else Student's). \"no difference shown\": the interval includes none (\"from 1.5 on\": what so many \
                      pairs would have shown in four cases of five); \"within the noise\": below what the reference shows \
                      against itself; \"not among many\": among all that the group compares such a one is no surprise (Holm, \
                      5 %). MACs are for one image.\n";

fn group(comparison: &Comparison, style: Style) -> String {
    let metrics: Vec<Metric> = COLUMNS.into_iter().filter(|metric| measured(comparison, *metric)).collect();
    let titles = ["model", "skip", "n"].into_iter().map(str::to_owned);
    let header = titles.chain(metrics.iter().map(|metric| title(*metric).to_owned())).collect();
    let line = |member: &Member| {
        let names = [member.model.clone(), member.skip.clone(), replicates(member)];
        names.into_iter().chain(metrics.iter().map(|metric| value(member, *metric, style))).collect()
    };
    let table = drawn(header, comparison.members.iter().map(line).collect(), 2, style);
    let gap = if style == Style::Markdown { "\n" } else { "" };
    let (heading, noise) = (heading(&comparison.identity, style), noise(comparison, style));
    format!("{heading}\n{gap}{table}\n{noise}{}\n", failures(comparison, style))
}

fn heading(identity: &Identity, style: Style) -> String {
    let bold = if style == Style::Markdown { "**" } else { "" };
    let matched = match identity.budget.as_str() {
        "" => "not matched".to_owned(),
        budget => format!("matched in {budget}"),
    };
    let Identity { group, data, device, reference, .. } = identity;
    format!("{bold}{group}{bold}: {data} on {device}, {matched}, compared with {reference}")
}

/// Replicates behind the line: one number, or from – to where metrics differ.
fn replicates(member: &Member) -> String {
    let counts = member.entries.iter().map(|entry| entry.value.n);
    match (counts.clone().min(), counts.max()) {
        (Some(low), Some(high)) if low < high => format!("{low}–{high}"),
        (Some(n), _) => n.to_string(),
        _ => String::new(),
    }
}

fn measured(comparison: &Comparison, metric: Metric) -> bool {
    comparison.members.iter().any(|member| member.entry(metric).is_some())
}

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

fn value(member: &Member, metric: Metric, style: Style) -> String {
    let Some(entry) = member.entry(metric) else { return String::new() };
    let line = if style == Style::Markdown { "<br>" } else { "\n" };
    let mut lines = vec![number(metric, &entry.value)];
    lines.extend(ratio(entry));
    lines.join(line)
}

fn number(metric: Metric, estimate: &Estimate) -> String {
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

fn si(value: f64) -> String {
    match value {
        value if value >= 1e9 => format!("{:.2} G", value / 1e9),
        value if value >= 1e6 => format!("{:.2} M", value / 1e6),
        value => format!("{:.1} k", value / 1e3),
    }
}

/// The lines below a value.
fn ratio(entry: &Entry) -> Vec<String> {
    let Some(contrast) = entry.judged() else { return Vec::new() };
    let shown = if entry.metric.is_share() { points(&contrast.estimate) } else { times(&contrast.estimate) };
    match entry.verdict {
        Verdict::Reference => Vec::new(),
        Verdict::Exact | Verdict::Higher | Verdict::Lower => vec![shown],
        Verdict::NoDifferenceShown => vec![shown, nothing_shown(entry, contrast)],
        Verdict::WithinNoise => vec![shown, "within the noise".to_owned()],
        Verdict::NotAmongMany => vec![shown, "not among many".to_owned()],
        Verdict::TooFewPairs => vec![shown, format!("n = {}: no interval", contrast.estimate.n)],
    }
}

fn times(ratio: &Estimate) -> String {
    let plain = format!("×{:.2}", ratio.value);
    match (ratio.low, ratio.high) {
        (Some(low), Some(high)) if format!("{low:.2}") != format!("{high:.2}") => {
            format!("{plain} [{low:.2}, {high:.2}]")
        }
        _ => plain,
    }
}

/// A difference of shares in percentage points.
fn points(difference: &Estimate) -> String {
    let signed = |share: f64| format!("{:+.1}", share * 100.0).replace('-', "−");
    match (difference.low, difference.high) {
        (Some(low), Some(high)) => format!("{} [{}, {}]", signed(difference.value), signed(low), signed(high)),
        _ => signed(difference.value),
    }
}

/// With the smallest difference of accuracy that would have shown.
fn nothing_shown(entry: &Entry, contrast: &Contrast) -> String {
    match contrast.detectable.filter(|_| entry.metric.is_share()) {
        Some(least) => format!("no difference shown, from {:.1} on", least * 100.0),
        None => "no difference shown".to_owned(),
    }
}

/// What the A/A cells showed.
fn noise(comparison: &Comparison, style: Style) -> String {
    let bullet = bullet(style);
    let floors: Vec<String> = comparison
        .twins
        .iter()
        .filter_map(|(metric, twin)| {
            let floor = comparison.noise_floor(*metric)?;
            Some(format!("{} {:.1} % (n = {})", title(*metric), floor * 100.0, twin.n))
        })
        .collect();
    match floors.is_empty() {
        true => String::new(),
        false => {
            format!("{bullet}noise floor, {} against itself: {}\n", comparison.identity.reference, floors.join(", "))
        }
    }
}

fn failures(comparison: &Comparison, style: Style) -> String {
    let mut lines = String::new();
    let bullet = bullet(style);
    for member in &comparison.members {
        for failure in &member.failures {
            let error = &failure.error;
            lines.push_str(&format!(
                "{bullet}not measured: {}, {}, seed {}: {error}\n",
                member.model, failure.task, failure.seed
            ));
        }
    }
    lines
}
