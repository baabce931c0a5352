//! Formats two runs side by side.

use super::format::{Format, bullet};
use super::plain::format_sentence;
use super::text_table::TextTable;
use crate::analyses::diff::{Change, ChangedSetting, Diff};
use crate::rows::recipe;

use super::number::{format_metric, format_ratio};

/// Formats what changed, what else differs, and what may not be concluded.
pub fn format_diff(diff: &Diff, format: Format) -> String {
    let conditions = diff.conditions.iter().map(|condition| {
        let [before, after] = format_sides(condition);
        format!("{}: {before} before, {after} after", condition.what)
    });
    let unmatched = diff.unmatched.iter().map(|(name, run)| format!("only in {run}: {name}"));
    let cautions = diff.cautions.iter().map(|caution| format!("caution: {caution}"));
    let said = conditions.chain(unmatched).chain(cautions);
    let said: String = said.map(|said| format!("{}{}\n", bullet(format), format_sentence(&said, format))).collect();
    let table = if diff.changes.is_empty() { String::new() } else { table(diff).format_titled(format) };
    table + &said
}

/// Formats both values of a setting. Of two recipes only the keys that differ are shown, uncut.
fn format_sides(ChangedSetting { what, before, after }: &ChangedSetting) -> [String; 2] {
    match *what {
        "recipe" if !before.is_empty() && !after.is_empty() => {
            [recipe::format_difference(before, &[after.as_str()]), recipe::format_difference(after, &[before.as_str()])]
        }
        _ => [format_value(before), format_value(after)],
    }
}

/// Formats the beginning of a value, which is enough to distinguish it.
fn format_value(value: &str) -> String {
    match value.chars().count() {
        0 => "not recorded".to_owned(),
        1..=60 => value.to_owned(),
        _ => format!("{}…", value.chars().take(60).collect::<String>()),
    }
}

fn table(diff: &Diff) -> TextTable {
    TextTable {
        id: "diff".to_owned(),
        title: "Before and after".to_owned(),
        caption:
            "Means over the repeats (seeds and rounds) that both runs have; for times in sets, medians over the sets. \
             Ratio: after over before, repeat by repeat, as a geometric mean with its 95 % interval in brackets; ×2.00 \
             means twice as much. The intervals are not corrected for their number. \"None shared\": the runs have no \
             repeat in common, so the means are over all, and there is no ratio."
                .to_owned(),
        header: ["group", "model", "metric", "repeats", "before", "after", "ratio"].map(str::to_owned).to_vec(),
        rows: diff.changes.iter().map(format_row).collect(),
        left: 3,
    }
}

fn format_row(change: &Change) -> Vec<String> {
    let ratio = change.ratio.map(|ratio| format_ratio(&ratio.estimate)).unwrap_or_default();
    vec![
        change.group.clone(),
        change.model.clone(),
        change.metric.title().to_owned(),
        format_replicates(change),
        format_metric(change.metric, &change.before),
        format_metric(change.metric, &change.after),
        ratio,
    ]
}

fn format_replicates(change: &Change) -> String {
    match change.pairs {
        0 => format!("{} and {}, none shared", change.before.n, change.after.n),
        pairs => pairs.to_string(),
    }
}
