//! Formats advice in words, with the networks behind it.

use super::format::Format;
use super::plain::format_sentence;
use super::text_table::TextTable;
use crate::analyses::distinguish::format_distinction;
use crate::analyses::group::Setting;
use crate::analyses::metric::Metric;
use crate::analyses::quantity::format_number_of;
use crate::analyses::recommend::{Advice, Candidate, Fit};
use crate::stats::Estimate;

use super::number::{format_metric, format_points};

/// Formats what to take in a setting, how sure that is, and every network that was considered.
pub fn format_advice(advice: &Advice, format: Format) -> String {
    let verdict = advice.fitting.first().map_or_else(
        || "No measured network keeps these limits.".to_owned(),
        |chosen| format!("Take {}: {}", chosen.model, describe_confidence(advice, chosen)),
    );
    let (bold, gap) = if format == Format::Markdown { ("**", "\n") } else { ("", "") };
    let (heading, verdict) = (format_sentence(&format_heading(advice), format), format_sentence(&verdict, format));
    format!("{bold}{heading}{bold}\n{gap}{verdict}\n\n{}", table(advice).format(format))
}

/// Formats the setting, unlike any other's.
fn format_heading(advice: &Advice) -> String {
    let Setting { data, device, host, suite, skipbench, .. } = &advice.setting;
    format!(
        "{data} on {device}, machine {host}, suite {suite}, skipbench {skipbench}{}",
        format_distinction(&advice.distinction)
    )
}

fn describe_confidence(advice: &Advice, chosen: &Candidate) -> String {
    let accuracy = format_metric(Metric::TestAccuracy, &chosen.accuracy);
    let limits = match chosen.fit {
        Fit::Sure => "it keeps the limits with its whole 95 % intervals",
        _ => {
            "by its means it keeps the limits, but its 95 % intervals reach beyond them: more seeds, or for times more \
             sets (--sets, --precision), would narrow them"
        }
    };
    let limits = if advice.limits.is_empty() { "no limit was given" } else { limits };
    let others: Vec<&str> = advice.as_good().map(|other| other.model.as_str()).collect();
    let rivals = match (advice.fitting.len(), others.is_empty()) {
        (1, _) => "no other measured network fits".to_owned(),
        (_, true) => "it is more accurate than every other that fits, by the whole 95 % interval".to_owned(),
        (_, false) => format!("not shown to be more accurate than {}", others.join(", ")),
    };
    format!("{accuracy} ({}); {limits}; {rivals}.", format_number_of(chosen.accuracy.n, "seed"))
}

fn table(advice: &Advice) -> TextTable {
    let limits = advice.limits.iter().map(|limit| {
        let sign = if limit.metric.more_is_better() { "≥" } else { "≤" };
        let bound = Estimate { n: 1, value: limit.bound, low: None, high: None };
        format!("{} {sign} {}", limit.metric.title(), format_metric(limit.metric, &bound))
    });
    let header = ["model", "style", "fits", Metric::TestAccuracy.title(), "less than the first, points"]
        .map(str::to_owned)
        .into_iter()
        .chain(limits);
    let row = |one: &Candidate| format_row(one, advice);
    TextTable {
        id: "advice".to_owned(),
        title: "Advice".to_owned(),
        caption: String::new(),
        header: header.collect(),
        rows: advice.fitting.iter().chain(&advice.others).map(row).collect(),
        left: 3,
    }
}

fn format_row(one: &Candidate, advice: &Advice) -> Vec<String> {
    let words = [one.model.clone(), one.style.clone(), format_fit(one.fit).to_owned()];
    let behind = one.behind.as_ref().map(format_points).unwrap_or_default();
    let kept = advice.limits.iter().zip(&one.kept).map(|(limit, (value, fit))| match value {
        Some(value) => format!("{}, {}", format_metric(limit.metric, value), format_fit(*fit)),
        None => format_fit(*fit).to_owned(),
    });
    words.into_iter().chain([format_metric(Metric::TestAccuracy, &one.accuracy), behind]).chain(kept).collect()
}

fn format_fit(fit: Fit) -> &'static str {
    match fit {
        Fit::Sure => "yes",
        Fit::Likely => "likely",
        Fit::Unknown => "not measured",
        Fit::No => "no",
    }
}
