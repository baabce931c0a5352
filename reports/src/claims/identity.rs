//! "The identity is easier to learn with a skip than as a new function."
//!
//! The source is He et al. 2015, arXiv:1512.03385, section 3.1: if the identity is near what a block should do, it is
//! easier to push F toward zero than to fit the identity by a stack of layers. Here stacks are asked to do just that.

use super::claim::{Claim, Examined};
use super::condition::{ClaimVerdict, Condition, estimate};
use super::evidence::{Evidence, Values, last, mean_of, ratio, read_series};
use super::measure::{Column, MeasureRow, Measures, Plot, PlotAxis, PlotKind, Trace};
use crate::analyses::quantity::Quantity;
use crate::rows::record::RunRow;
use crate::rows::store::Run;
use crate::rows::{series, style, task};
use crate::stats::Estimate;

pub(super) const CLAIM: Claim = Claim {
    name: "identity",
    sentence: "A stack of layers learns the identity, or something near it, more easily with a skip than without.",
    rule: "Stacks learn y = x, and y = x + 0.1·g(x) with g a fixed random convolution, on random features; the error \
           after the last step, as a share of the target's mean square, paired by seed, of the deepest stacks. \
           Supported: with addition both errors are smaller than without a skip. Not supported: an interval says that \
           one is larger. A stack that diverges counts with its largest error, and at least with 1, the error of \
           answering 0.",
    caution: "A block begins with a ReLU: without a skip it can pass on negative numbers only by BatchNorm's shift, \
              and without BatchNorm not at all. Part of the advantage is built in, and 200 steps are few. That the \
              identity is easy to learn does not mean that good networks are near it. The norm of the branches after \
              training on images may differ; here it is after learning the identity.",
    examine,
};

/// The two targets to learn.
const TARGETS: [(&str, &str); 2] = [(series::IDENTITY, "the identity"), (series::NEAR_IDENTITY, "something near it")];

/// Returns whether the error of a stack ceased to be a finite number.
fn diverged(run: &Run, name: &str) -> bool {
    !read_series(run, &series::diverged(name)).is_empty()
}

/// Returns the error after the last step. A stack that diverged has none.
fn learned(run: &Run, name: &str) -> Option<f64> {
    last(run, &series::error(name)).filter(|_| !diverged(run, name))
}

/// Returns what counts as the error. A stack that diverged is a result, and no better than answering 0.
fn counted(run: &Run, name: &str) -> Option<f64> {
    let worst = || read_series(run, &series::error(name)).into_iter().map(|(_, error)| error).fold(1.0, f64::max);
    if diverged(run, name) { Some(worst()) } else { learned(run, name) }
}

fn examine(evidence: &Evidence<'_>) -> Examined {
    let all = evidence.task(task::IDENTITY);
    let normed = all.normed(true);
    let deepest = normed.depth(normed.deepest(&[style::NONE, style::ADD]));
    let error = |style: &str, name: &str| -> Values<'_> { deepest.style(style).values(|run| counted(run, name)) };
    let condition = |(name, word): (&str, &str)| {
        let says = format!("with addition {word} is learned to a smaller error than without a skip");
        let ratio = estimate(ratio(&error(style::ADD, name), &error(style::NONE, name)));
        Condition::below(says, Quantity::Ratio, 1.0, ratio)
    };
    let conditions: Vec<Condition> = TARGETS.into_iter().map(condition).collect();
    let plots = vec![
        plot(&all, &series::error(series::IDENTITY), "Learning the identity", "step", "error"),
        plot(&all, &series::error(series::NEAR_IDENTITY), "Learning something near the identity", "step", "error"),
        plot(&all, series::BRANCH_RATIO_TRAINED, "What the branches add, after learning", "block", "‖F(x)‖ / ‖x‖"),
    ];
    let (verdict, measures) = (ClaimVerdict::of_all(&conditions), vec![measures(&all)]);
    Examined { verdict, remarks: describe_remarks(&all), conditions, measures, plots }
}

/// Describes which stacks diverged.
fn describe_remarks(all: &Evidence<'_>) -> Vec<String> {
    let remark = |(first, network): (&RunRow, Evidence<'_>)| {
        let any = |run: &&&Run| TARGETS.iter().any(|(name, _)| diverged(run, name));
        let (count, of) = (network.runs().iter().filter(any).count(), network.runs().len());
        (count > 0).then(|| format!("diverged: {} in {count} of {of} cells", first.model))
    };
    all.models().into_iter().filter_map(remark).collect()
}

fn measures(all: &Evidence<'_>) -> Measures {
    let columns = ["error, identity", "error, near it", "‖F(x)‖ / ‖x‖ at the start", "the same, after learning"];
    let columns = columns.into_iter().map(|title| Column::new(title, Quantity::Number));
    let share = |run: &Run| Some(TARGETS.iter().filter(|(name, _)| diverged(run, name)).count() as f64 / 2.0);
    let line = |(first, network): (&RunRow, Evidence<'_>)| {
        let values = vec![
            network.mean(|run| learned(run, series::IDENTITY)),
            network.mean(|run| learned(run, series::NEAR_IDENTITY)),
            network.mean(|run| mean_of(run, series::BRANCH_RATIO_INIT)),
            network.mean(|run| mean_of(run, series::BRANCH_RATIO_TRAINED)),
            // A count of these cells, not an estimate of others: no interval.
            network.mean(share).map(|share| Estimate { low: None, high: None, ..share }),
        ];
        MeasureRow::new(&first.model, &first.skip, values)
    };
    Measures {
        title: "Errors after the last step, and what the branches add".to_owned(),
        caption: "Means over seeds with 95 % intervals; ratios of norms are means over the blocks. Stacks that \
                  diverged are not included, but counted separately. -nonorm: without BatchNorm."
            .to_owned(),
        columns: columns.chain([Column::new("diverged", Quantity::Share)]).collect(),
        lines: all.models().into_iter().map(line).collect(),
    }
}

fn plot(all: &Evidence<'_>, name: &str, title: &str, x: &'static str, y: &'static str) -> Plot {
    let trace = |(first, network): (&RunRow, Evidence<'_>)| Trace {
        name: first.model.clone(),
        skip: first.skip.clone(),
        points: network.mean_series(name).into_iter().filter(|(_, estimate)| estimate.value > 0.0).collect(),
    };
    Plot {
        name: name.replace('_', "-"),
        title: title.to_owned(),
        caption:
            "Means over seeds with 95 % intervals; a value of exactly 0 has no place on a logarithmic axis, and a \
             stack that diverges ends."
                .to_owned(),
        drawn: PlotKind::Lines,
        x: PlotAxis::linear(x, Quantity::Number),
        y: PlotAxis::log(y, Quantity::Number),
        traces: all.models().into_iter().map(trace).collect(),
    }
}
