//! "Skip connections make networks of a hundred layers trainable."
//!
//! The source is He et al. 2015, arXiv:1512.03385, section 1 and figure 6: deeper plain networks have the higher
//! *training* error, deeper residual ones do not. Size and sign of (deep − shallow) decide, not the error by itself.

use super::claim::{Claim, Examined};
use super::condition::{ClaimVerdict, Condition, estimate};
use super::evidence::{Evidence, Values, alone, difference, minus, read_series, share};
use super::measure::{Column, MeasureRow, Measures, Plot, PlotAxis, PlotKind, Trace};
use crate::analyses::metric::Metric;
use crate::analyses::quantity::Quantity;
use crate::rows::store::Run;
use crate::rows::{series, style, task};
use crate::stats;

/// Training error above which He et al. 2016, arXiv:1603.05027, table 1, say that a network failed.
const FAILED: f64 = 0.2;

/// Share of images that counts as learned.
const LEARNED: f64 = 0.9;

pub(super) const CLAIM: Claim = Claim {
    name: "depth",
    sentence: "Skip connections make networks of a hundred layers trainable.",
    rule: "Training error of the last epoch, for the shallowest and the deepest network of each style, paired by seed. \
           Supported: without a skip it rises with depth; with addition and with concatenation it rises less, and \
           stays below 20 % in the deepest network (He et al. 2016 call larger errors failed). Not supported: an \
           interval says the opposite of one of these.",
    caution: "One width, one recipe, one number of epochs: a plain network may learn later, or at another rate.",
    examine,
};

fn train_error(run: &Run) -> Option<f64> {
    Some(1.0 - share(run.row.train_correct, run.row.train_total)?)
}

fn test_error(run: &Run) -> Option<f64> {
    Some(1.0 - share(run.row.test_correct, run.row.test_total)?)
}

/// Returns the first epoch in which 90 % of the training images were classified correctly, if there is one.
fn epochs_to_learn(run: &Run) -> Option<f64> {
    let totals = read_series(run, series::TRAIN_TOTAL);
    let share = |epoch: u64, correct: f64| {
        let total = totals.iter().find(|(other, _)| *other == epoch).map(|(_, total)| *total);
        total.filter(|total| *total > 0.0).map(|total| correct / total)
    };
    let learned = |(epoch, correct): &(u64, f64)| share(*epoch, *correct).is_some_and(|share| share >= LEARNED);
    read_series(run, series::TRAIN_CORRECT).iter().find(|point| learned(point)).map(|(epoch, _)| *epoch as f64)
}

fn examine(evidence: &Evidence<'_>) -> Examined {
    let trained = evidence.task(task::TRAIN);
    let depths = trained.depths(&style::COMPARED);
    let error = |style: &str, depth: Option<&u64>| trained.style(style).depth(depth.copied()).values(train_error);
    let rise =
        |style: &str| minus(&error(style, depths.last()), &error(style, depths.first().filter(|_| depths.len() > 1)));
    // Whether a style trains is asked at its own greatest depth, wherever another one could not be measured.
    let deepest = |style: &str| error(style, trained.depths(&[style]).last());
    let conditions = conditions(rise, deepest);
    Examined {
        verdict: ClaimVerdict::of_all(&conditions),
        conditions,
        measures: vec![measures(&trained)],
        plots: plots(&trained),
        ..Examined::default()
    }
}

fn conditions<'a>(rise: impl Fn(&str) -> Values<'a>, deepest: impl Fn(&str) -> Values<'a>) -> Vec<Condition> {
    let says = "without a skip, training error rises from the shallowest network to the deepest";
    let mut conditions = vec![Condition::above(says, Quantity::Difference, 0.0, alone(&rise(style::NONE)))];
    for style in [style::ADD, style::CONCAT] {
        let noun = style::noun(style);
        let spared = estimate(difference(&rise(style::NONE), &rise(style)));
        let says = format!("without a skip it rises by more than with {noun}");
        conditions.push(Condition::above(says, Quantity::Difference, 0.0, spared));
        let says = format!("the deepest network with {noun} trains");
        conditions.push(Condition::below(says, Quantity::Share, FAILED, alone(&deepest(style))));
    }
    conditions
}

fn measures(trained: &Evidence<'_>) -> Measures {
    let columns = [
        ("train error", Quantity::Share),
        ("test error", Quantity::Share),
        ("epochs to 90 %", Quantity::Number),
        ("seeds that got there", Quantity::Share),
        (Metric::Params.title(), Metric::Params.quantity()),
    ];
    let line = |(first, network): (&crate::rows::record::RunRow, Evidence<'_>)| {
        let reached = network.mean(|run| Some(if epochs_to_learn(run).is_some() { 1.0 } else { 0.0 }));
        let params = network.mean(|run| run.row.params.map(|count| count as f64));
        let reached = reached.map(|share| stats::Estimate { low: None, high: None, ..share });
        let values =
            vec![network.mean(train_error), network.mean(test_error), network.mean(epochs_to_learn), reached, params];
        MeasureRow::new(&first.model, &first.skip, values)
    };
    Measures {
        title: "Errors by depth".to_owned(),
        caption: "Means over seeds with 95 % intervals; the training error is of the last epoch, while the weights \
                  still changed. Epochs to 90 % of the training images: the mean over the seeds that reached it."
            .to_owned(),
        columns: columns.into_iter().map(|(title, quantity)| Column::new(title, quantity)).collect(),
        lines: trained.models().into_iter().map(line).collect(),
    }
}

fn plots(trained: &Evidence<'_>) -> Vec<Plot> {
    let plot = |name: &str, title: &str, of: fn(&Run) -> Option<f64>| Plot {
        name: name.to_owned(),
        title: title.to_owned(),
        caption: "Means over seeds with 95 % intervals.".to_owned(),
        drawn: PlotKind::Lines,
        x: PlotAxis::linear("weighted layers", Quantity::Number),
        y: PlotAxis::linear("error", Quantity::Share),
        traces: style::COMPARED.iter().map(|style| trace(&trained.style(style), style, of)).collect(),
    };
    vec![
        plot("train-error", "Training error against depth", train_error),
        plot("test-error", "Test error against depth", test_error),
    ]
}

fn trace(evidence: &Evidence<'_>, style: &str, of: fn(&Run) -> Option<f64>) -> Trace {
    let depths = evidence.depths(&[style]);
    let point = |depth: u64| Some((depth as f64, evidence.depth(Some(depth)).mean(of)?));
    Trace { name: style.to_owned(), skip: style.to_owned(), points: depths.into_iter().filter_map(point).collect() }
}
