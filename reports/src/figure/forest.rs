//! Builds forest plots: the ratios or differences of one metric, one line each, with their intervals.

use crate::analyses::answer::{Answer, Effect};
use crate::analyses::compare::{CHANCE, ComparedMember, Comparison, ComparisonVerdict};
use crate::analyses::group::Setting;
use crate::analyses::metric::Metric;
use crate::analyses::quantity::capitalize;
use crate::report::Report;
use crate::rows::style;
use crate::stats::Estimate;

use super::data::{Axis, Figure, Kind, Mark, Point, Scale, Series, exactly, scaled, slug};

/// Prefix of the ids of forest plots of the answer.
pub(crate) const ANSWER: &str = "answer-";

/// Prefix of the ids of all other forest plots.
pub(crate) const COMPARISON: &str = "forest-";

/// Compared metrics without a plot: exact ones, and the tail of a latency whose median has one.
const UNDRAWN: [Metric; 3] = [Metric::LatencyTail, Metric::Params, Metric::Macs];

/// One line of a plot.
struct Line<'a> {
    name: String,
    style: &'a str,
    estimate: Estimate,
    hollow: bool,
}

/// Returns one plot for each answer, then one for each setting and metric that groups compare.
pub(super) fn forest(report: &Report) -> Vec<Figure> {
    let answers = report.answers.iter().map(of_answer);
    let settings = by_setting(&report.comparisons);
    let compared = settings.iter().flat_map(|(setting, comparisons)| of_setting(setting, comparisons));
    answers.chain(compared).collect()
}

fn of_answer(answer: &Answer) -> Figure {
    let lines = answer.effects.iter().map(|effect| of_effect(effect, answer.metric)).collect();
    let title = format!("{}: what the skip changes", capitalize(answer.metric.subject()));
    figure(ANSWER, answer.metric, title, String::new(), lines)
}

fn of_effect(effect: &Effect, metric: Metric) -> Line<'_> {
    let Effect { group, style, model, against, contrast, corrected_p, .. } = effect;
    let by = model.as_ref().map_or(String::new(), |model| format!(" by {model}"));
    let name = format!("{group}: {}{by} against {}", style::noun(style), style::noun(against));
    let shown = contrast.estimate.excludes(none(metric)) && corrected_p.is_some_and(|p| p <= CHANCE);
    Line { name, style, estimate: contrast.estimate, hollow: !shown }
}

/// Returns the comparisons of each setting, in their order.
fn by_setting(comparisons: &[Comparison]) -> Vec<(Setting, Vec<&Comparison>)> {
    let mut settings: Vec<(Setting, Vec<&Comparison>)> = Vec::new();
    for comparison in comparisons {
        let setting = comparison.identity.setting();
        match settings.iter_mut().find(|(other, _)| *other == setting) {
            Some((_, same)) => same.push(comparison),
            None => settings.push((setting, vec![comparison])),
        }
    }
    settings
}

fn of_setting(setting: &Setting, comparisons: &[&Comparison]) -> Vec<Figure> {
    let plot = |metric: Metric| {
        let lines: Vec<Line<'_>> = comparisons.iter().flat_map(|comparison| of_group(comparison, metric)).collect();
        let subject = capitalize(metric.subject());
        let title = format!("{subject} of {}, compared with each group's reference", setting.suite);
        let place = format!("{} on {}. ", setting.data, setting.device);
        (!lines.is_empty()).then(|| figure(COMPARISON, metric, title, place, lines))
    };
    Metric::COMPARED.into_iter().filter(|metric| !UNDRAWN.contains(metric)).filter_map(plot).collect()
}

fn of_group(comparison: &Comparison, metric: Metric) -> Vec<Line<'_>> {
    let line = |member| of_member(&comparison.identity.group, member, metric);
    comparison.members.iter().filter_map(line).collect()
}

fn of_member<'a>(group: &str, member: &'a ComparedMember, metric: Metric) -> Option<Line<'a>> {
    let entry = member.entry(metric).filter(|entry| entry.verdict != ComparisonVerdict::Reference)?;
    let estimate = entry.judged()?.estimate;
    let style = style::grouped(&member.family, &member.skip);
    let hollow = !matches!(entry.verdict, ComparisonVerdict::Higher | ComparisonVerdict::Lower);
    Some(Line { name: format!("{group}: {}", member.model), style, estimate, hollow })
}

/// Returns the value that means no difference.
fn none(metric: Metric) -> f64 {
    if metric.is_share() { 0.0 } else { 1.0 }
}

fn figure(beginning: &str, metric: Metric, title: String, place: String, lines: Vec<Line<'_>>) -> Figure {
    let (axis, factor) = if metric.is_share() {
        (Axis::new(format!("{}: difference in percentage points", metric.subject()), Scale::Linear), 100.0)
    } else {
        (Axis::new(format!("{}: ratio, 1 is no difference", metric.subject()), Scale::Log), 1.0)
    };
    Figure {
        id: format!("{beginning}{}", slug(&[metric.word()])),
        title,
        caption: place + LEGEND,
        x: axis,
        y: Axis::new("", Scale::Linear),
        kind: Kind::Forest,
        series: series(&lines, factor),
    }
}

const LEGEND: &str = "A mark is the ratio or the difference, and the line through it its 95 % interval. A hollow mark \
    shows no difference, or one that could be noise or chance.";

/// Returns a series for each style. A point's height is the number of its line.
fn series(lines: &[Line<'_>], factor: f64) -> Vec<Series> {
    let mut styles: Vec<&str> = Vec::new();
    for line in lines {
        if !styles.contains(&line.style) {
            styles.push(line.style);
        }
    }
    let point = |(index, line): (usize, &Line<'_>)| Point {
        name: line.name.clone(),
        x: scaled(&line.estimate, factor),
        y: exactly(index as f64),
        hollow: line.hollow,
    };
    let of = |style: &str| lines.iter().enumerate().filter(|(_, line)| line.style == style).map(point).collect();
    let one = |style: &&str| Series {
        name: (*style).to_owned(),
        style: (*style).to_owned(),
        mark: Mark::Marks,
        points: of(style),
    };
    styles.iter().map(one).collect()
}
