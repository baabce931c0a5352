//! Formats the answer as a table that fits a terminal: a row for each group and style.

use super::change::{format_amount, format_speed};
use super::describe_doubt;
use crate::analyses::answer::{Answer, Effect};
use crate::analyses::metric::Metric;
use crate::rows::style;
use crate::table::TextTable;
use crate::table::plain::format_line;

/// Tabulates what each skip changed in each group, in words. A cell is empty where nothing was measured.
pub fn effects(answers: &[Answer]) -> TextTable {
    let keyed: Vec<Vec<(Place<'_>, &Effect)>> = answers.iter().map(|answer| places(&answer.effects)).collect();
    let mut rows: Vec<Place<'_>> = Vec::new();
    for (place, _) in keyed.iter().flatten() {
        if !rows.contains(place) {
            rows.push(*place);
        }
    }
    // Groups in their order; within one the styles in theirs.
    let groups: Vec<&str> = rows.iter().map(|(key, _)| key.group).collect();
    rows.sort_by_key(|(key, _)| groups.iter().position(|group| *group == key.group));
    let titles = ["group", "skip"].into_iter().map(str::to_owned);
    let cell = |place: &Place<'_>, (answer, keyed): (&Answer, &Vec<(Place<'_>, &Effect)>)| {
        let effect = keyed.iter().find(|(other, _)| other == place);
        effect.map_or(String::new(), |(_, effect)| format_effect(effect, answer.metric))
    };
    let row = |place: &Place<'_>| {
        let cells = answers.iter().zip(&keyed).map(|column| cell(place, column));
        [format_line(place.0.group), format_skip(&place.0)].into_iter().chain(cells).collect()
    };
    TextTable {
        id: "effects".to_owned(),
        title: "What each skip changes, against no skip".to_owned(),
        caption: String::new(),
        header: titles.chain(answers.iter().map(|answer| answer.metric.subject().to_owned())).collect(),
        rows: rows.iter().map(row).collect(),
        left: 2,
    }
}

/// Identifies a row, and which of those with equal names, as groups on two devices have.
type Place<'a> = (Key<'a>, usize);

fn places(effects: &[Effect]) -> Vec<(Place<'_>, &Effect)> {
    let alike = |index: usize| effects[..index].iter().filter(|other| key(other) == key(&effects[index])).count();
    effects.iter().enumerate().map(|(index, effect)| ((key(effect), alike(index)), effect)).collect()
}

/// Holds what makes two effects belong in one row.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Key<'a> {
    group: &'a str,
    style: &'a str,
    against: &'a str,
    model: Option<&'a str>,
    base: Option<&'a str>,
}

fn key(effect: &Effect) -> Key<'_> {
    Key {
        group: &effect.group,
        style: &effect.style,
        against: &effect.against,
        model: effect.model.as_deref(),
        base: effect.base.as_deref(),
    }
}

/// Formats `addition`, `concatenation against addition by densenet-22-12`.
fn format_skip(key: &Key<'_>) -> String {
    let against = if key.against == style::NONE { "" } else { &format!(" against {}", style::noun(key.against)) };
    let by = key.model.map_or(String::new(), |model| format!(" by {model}"));
    format_line(&format!("{}{against}{by}", style::noun(key.style)))
}

fn format_effect(effect: &Effect, metric: Metric) -> String {
    let value = effect.contrast.estimate.value;
    match describe_doubt(effect, metric) {
        "" if metric.is_share() => format_points(value * 100.0),
        "" if metric.more_is_better() => format_speed(value),
        "" => format_amount(value),
        // The table says of every cell what changed; its columns are narrow.
        "no difference shown" => "none shown".to_owned(),
        doubt => doubt.split(" among").next().unwrap_or(doubt).to_owned(),
    }
}

/// Formats points. Large differences need no decimals.
fn format_points(points: f64) -> String {
    let digits = usize::from(points.abs() < 10.0);
    format!("{points:+.digits$} points").replace('-', "−")
}
