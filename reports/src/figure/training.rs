//! Plots training curves: the loss of every epoch and the accuracy of every test.

use std::collections::{BTreeMap, HashMap};

use crate::analyses::group::Group;
use crate::report::Report;
use crate::rows::machine::is_pooled;
use crate::rows::record::Status;
use crate::rows::store::Run;
use crate::rows::{series, task};
use crate::stats::{self, Estimate};

use super::data::{Axis, Figure, Kind, Mark, Point, Scale, Series, exactly, slug};

/// Returns a figure of the loss and one of the test accuracy for each group that trained.
pub(super) fn training(report: &Report) -> Vec<Figure> {
    let mut trained: HashMap<&str, Vec<&Run>> = HashMap::new();
    for run in report.runs.iter().filter(|run| run.row.task == task::TRAIN && run.row.status == Status::Ok) {
        trained.entry(&run.row.group).or_default().push(run);
    }
    let of = |group: &Group| trained.get(group.identity.group.as_str()).map_or(&[][..], Vec::as_slice);
    report.groups.iter().flat_map(|group| [loss(of(group), group), accuracy(of(group), group)]).flatten().collect()
}

fn loss(trained: &[&Run], group: &Group) -> Option<Figure> {
    let y = Axis::new("training loss", Scale::Log);
    figure(trained, group, series::LOSS, "Training loss", y, |_, value| Some(value))
}

fn accuracy(trained: &[&Run], group: &Group) -> Option<Figure> {
    let y = Axis::new("test accuracy, %", Scale::Percent);
    let share = |run: &Run, value: f64| Some(value * 100.0 / run.row.test_total.filter(|total| *total > 0)? as f64);
    figure(trained, group, series::TEST_CORRECT, "Test accuracy", y, share)
}

fn figure(
    trained: &[&Run],
    group: &Group,
    series: &str,
    title: &str,
    y: Axis,
    value: impl Fn(&Run, f64) -> Option<f64>,
) -> Option<Figure> {
    let identity = &group.identity;
    let of = |run: &&&Run| {
        let row = &run.row;
        let own: [&str; 5] = [&row.suite, &row.data_sha256, &row.recipe, &row.device, &row.plan];
        let theirs = [&identity.suite, &identity.data_sha256, &identity.recipe, &identity.device, &identity.plan];
        own == theirs && (is_pooled(row) || row.host == identity.origin.host)
    };
    let runs: Vec<&Run> = trained.iter().filter(of).copied().collect();
    let lines: Vec<Series> = group
        .members
        .iter()
        .filter_map(|member| {
            let own: Vec<&Run> = runs.iter().copied().filter(|run| run.row.model == member.model).collect();
            let points = curve(&own, series, &member.model, &value);
            let (name, style) = (member.model.clone(), member.style().to_owned());
            (!points.is_empty()).then_some(Series { name, style, mark: Mark::Line, points })
        })
        .collect();
    (!lines.is_empty()).then(|| Figure {
        id: slug(&["training", series, &identity.group]),
        title: format!("{title}: {}", identity.group),
        caption: "Means over seeds; bars reach from the lowest seed to the highest. The loss is an epoch's mean while the weights change."
            .to_owned(),
        x: Axis::new("epoch", Scale::Linear),
        y,
        kind: Kind::Plot,
        series: lines,
    })
}

/// Returns the mean over seeds at each epoch.
fn curve(runs: &[&Run], series: &str, model: &str, value: &impl Fn(&Run, f64) -> Option<f64>) -> Vec<Point> {
    let mut epochs: BTreeMap<u64, Vec<f64>> = BTreeMap::new();
    for run in runs {
        for sample in run.samples.iter().filter(|sample| sample.series == series) {
            epochs.entry(sample.index).or_default().extend(value(run, sample.value));
        }
    }
    let point = |(epoch, values): (u64, Vec<f64>)| {
        let name = format!("{model}, epoch {epoch}");
        Some(Point { name, x: exactly(epoch as f64), y: span(&values)?, hollow: false })
    };
    epochs.into_iter().filter_map(point).collect()
}

/// Returns the mean, with the lowest and the highest value in place of an interval.
fn span(values: &[f64]) -> Option<Estimate> {
    let end = |of: fn(f64, f64) -> f64| values.iter().copied().reduce(of).filter(|_| values.len() > 1);
    Some(Estimate { n: values.len(), value: stats::mean(values)?, low: end(f64::min), high: end(f64::max) })
}
