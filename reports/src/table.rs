//! Comparisons for people to read. Nothing is computed here.

use comfy_table::{CellAlignment, Table, presets};

use crate::compare::{Comparison, Entry, Member, Verdict};
use crate::group::{Identity, Metric, Origin};
use crate::stats::Estimate;

/// How a table is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// For a terminal.
    Terminal,
    /// As Markdown.
    Markdown,
}

/// The columns; `comparison.csv` holds the rest.
const COLUMNS: [Metric; 9] = [
    Metric::TestAccuracy,
    Metric::TrainThroughput,
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
    let mut origins: Vec<String> = Vec::new();
    for comparison in comparisons {
        let origin = origin(&comparison.identity);
        if !origins.contains(&origin) {
            text.push_str(&origin);
            origins.push(origin);
        }
    }
    text
}

const LEGEND: &str = "Means over seeds; ± and [ ] are 95 % Student intervals over seeds, × is the ratio to the first line, \
                      paired by seed; \"no difference shown\": the interval includes 1. MACs are for one image.\n";

fn origin(Identity { device, origin, .. }: &Identity) -> String {
    let Origin { device_name, host, skipbench, burn, date, command } = origin;
    let name = if device_name.is_empty() { String::new() } else { format!(" ({device_name})") };
    format!("{date}, {device}{name}, machine {host}, skipbench {skipbench}, Burn {burn}: {command}\n")
}

fn group(comparison: &Comparison, style: Style) -> String {
    let metrics: Vec<Metric> = COLUMNS.into_iter().filter(|metric| measured(comparison, *metric)).collect();
    let mut table = Table::new();
    table.load_style(match style {
        Style::Terminal => presets::UTF8_HORIZONTAL_ONLY,
        Style::Markdown => presets::ASCII_MARKDOWN,
    });
    let titles = ["model", "skip", "n"].into_iter().map(str::to_owned);
    table.set_header(titles.chain(metrics.iter().map(|metric| title(*metric).to_owned())));
    for member in &comparison.members {
        let names = [member.model.clone(), member.skip.clone(), seeds(member)];
        table.add_row(names.into_iter().chain(metrics.iter().map(|metric| value(member, *metric, style))));
    }
    for column in table.column_iter_mut().skip(2) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    let gap = if style == Style::Markdown { "\n" } else { "" };
    format!("{}\n{gap}{table}\n{}\n", heading(&comparison.identity, style), failures(comparison, style))
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

/// Seeds behind the line: one number, or from – to where metrics differ.
fn seeds(member: &Member) -> String {
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

fn title(metric: Metric) -> &'static str {
    match metric {
        Metric::TestAccuracy => "test accuracy",
        Metric::TrainAccuracy => "train accuracy",
        Metric::TrainThroughput => "train images/s",
        Metric::InferThroughput => "infer images/s",
        Metric::Latency => "latency p50",
        Metric::LatencyTail => "latency p99",
        Metric::TrainMemory => "train peak",
        Metric::InferMemory => "infer peak",
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
        Metric::TrainThroughput | Metric::InferThroughput if value < 100.0 => format!("{value:.1}"),
        Metric::TrainThroughput | Metric::InferThroughput => format!("{value:.0}"),
        Metric::Latency | Metric::LatencyTail => format!("{:.2} ms", value / 1e6),
        Metric::TrainMemory | Metric::InferMemory => format!("{:.1} MiB", value / f64::from(1 << 20)),
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
    let Some(ratio) = &entry.ratio else { return Vec::new() };
    let plain = format!("×{:.2}", ratio.value);
    let interval = match (ratio.low, ratio.high) {
        (Some(low), Some(high)) if format!("{low:.2}") != format!("{high:.2}") => {
            format!("{plain} [{low:.2}, {high:.2}]")
        }
        _ => plain.clone(),
    };
    match entry.verdict {
        Verdict::Reference => Vec::new(),
        Verdict::Exact => vec![plain],
        Verdict::Higher | Verdict::Lower => vec![interval],
        Verdict::NoDifferenceShown => vec![interval, "no difference shown".to_owned()],
        Verdict::TooFewPairs => vec![plain, format!("n = {}: no interval", ratio.n)],
    }
}

fn failures(comparison: &Comparison, style: Style) -> String {
    let mut lines = String::new();
    let bullet = if style == Style::Markdown { "- " } else { "" };
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
