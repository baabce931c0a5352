//! Comparisons for people to read. Nothing is computed here.

use comfy_table::{CellAlignment, Table, presets};

use crate::compare::{Comparison, Entry, Member, Verdict};
use crate::group::Metric;
use crate::stats::Estimate;

/// How a table is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// For a terminal.
    Terminal,
    /// As Markdown.
    Markdown,
}

/// One table a group: each member's values and, below each, the ratio to the reference with its interval.
pub fn comparisons(comparisons: &[Comparison], style: Style) -> String {
    comparisons.iter().map(|comparison| group(comparison, style)).collect::<Vec<_>>().join("\n")
}

fn group(comparison: &Comparison, style: Style) -> String {
    let metrics: Vec<Metric> = Metric::ALL.into_iter().filter(|metric| measured(comparison, *metric)).collect();
    let mut table = Table::new();
    table.load_style(match style {
        Style::Terminal => presets::UTF8_HORIZONTAL_ONLY,
        Style::Markdown => presets::ASCII_MARKDOWN,
    });
    let titles = ["model", "skip"].into_iter().map(str::to_owned);
    table.set_header(titles.chain(metrics.iter().map(|metric| title(*metric).to_owned())));
    for member in &comparison.members {
        let names = [member.model.clone(), member.skip.clone()];
        table.add_row(names.into_iter().chain(metrics.iter().map(|metric| value(member, *metric, style))));
    }
    for column in table.column_iter_mut().skip(2) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    format!("{}\n{table}\n{}", heading(comparison, style), failures(comparison))
}

fn heading(comparison: &Comparison, style: Style) -> String {
    let (bold, end) = if style == Style::Markdown { ("**", "**\n") } else { ("", "") };
    let matched = match comparison.budget.as_str() {
        "" => String::new(),
        budget => format!(", matched in {budget}"),
    };
    let Comparison { group, data, device, reference, .. } = comparison;
    format!("{bold}{group}{bold}{end}: {data} on {device}{matched}; ratios to {reference}", end = end.trim_end())
}

fn measured(comparison: &Comparison, metric: Metric) -> bool {
    comparison.members.iter().any(|member| member.entry(metric).is_some())
}

fn title(metric: Metric) -> &'static str {
    match metric {
        Metric::TestAccuracy => "test %",
        Metric::TrainAccuracy => "train %",
        Metric::TrainThroughput => "train img/s",
        Metric::InferThroughput => "infer img/s",
        Metric::TrainMemory => "train peak",
        Metric::InferMemory => "infer peak",
        Metric::Params => "params",
        Metric::Macs => "MACs",
    }
}

fn value(member: &Member, metric: Metric, style: Style) -> String {
    let Some(entry) = member.entry(metric) else { return String::new() };
    let line = if style == Style::Markdown { "<br>" } else { "\n" };
    match ratio(entry) {
        Some(ratio) => format!("{}{line}{ratio}", number(metric, &entry.value)),
        None => number(metric, &entry.value),
    }
}

fn number(metric: Metric, estimate: &Estimate) -> String {
    let value = estimate.value;
    match metric {
        Metric::TestAccuracy | Metric::TrainAccuracy => match estimate.high {
            Some(high) => format!("{:.1} ± {:.1}", value * 100.0, (high - value) * 100.0),
            None => format!("{:.1}", value * 100.0),
        },
        Metric::TrainThroughput | Metric::InferThroughput => format!("{value:.0}"),
        Metric::TrainMemory | Metric::InferMemory => bytes(value),
        Metric::Params | Metric::Macs => si(value),
    }
}

fn bytes(value: f64) -> String {
    format!("{:.1} MiB", value / f64::from(1 << 20))
}

fn si(value: f64) -> String {
    match value {
        value if value >= 1e9 => format!("{:.2} G", value / 1e9),
        value if value >= 1e6 => format!("{:.2} M", value / 1e6),
        value => format!("{:.1} k", value / 1e3),
    }
}

fn ratio(entry: &Entry) -> Option<String> {
    let ratio = entry.ratio.as_ref()?;
    let interval = match (ratio.low, ratio.high) {
        (Some(low), Some(high)) => format!(" [{low:.2}, {high:.2}]"),
        _ => String::new(),
    };
    match entry.verdict {
        Verdict::Reference => None,
        Verdict::Exact => Some(format!("×{:.3}", ratio.value)),
        Verdict::Higher | Verdict::Lower => Some(format!("×{:.2}{interval}", ratio.value)),
        Verdict::NoDifferenceShown => Some(format!("no difference shown{interval}")),
        Verdict::TooFewPairs => Some(format!("×{:.2} (n = {})", ratio.value, ratio.n)),
    }
}

fn failures(comparison: &Comparison) -> String {
    let mut lines = String::new();
    for member in &comparison.members {
        for failure in &member.failures {
            let error = failure.error.lines().next().unwrap_or_default();
            lines.push_str(&format!(
                "not measured: {}, {}, seed {}: {error}\n",
                member.model, failure.task, failure.seed
            ));
        }
    }
    lines
}
