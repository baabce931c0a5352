//! "The identity is easier to learn with a skip than as a new function."
//!
//! He et al. 2015, arXiv:1512.03385, section 3.1: if the identity is near what a block should do, it is easier to push F towards
//! nothing than to fit the identity by a stack of layers. Here stacks are asked to do just that.

use super::condition::{Condition, Verdict, estimate};
use super::evidence::{Evidence, Values, last, mean_of, ratio};
use super::measure::{Along, Column, Drawn, Line, Measures, Plot, Quantity, Trace};
use super::{Claim, Examined};
use crate::record::RunRow;

pub(super) const CLAIM: Claim = Claim {
    name: "identity",
    sentence: "A stack of layers learns the identity, or something near it, more easily with a skip than without.",
    rule: "Stacks learn y = x, and y = x + 0.1·g(x) with g a fixed random convolution, on random features; the error after the last \
           step, as a share of the target's mean square, paired by seed, of the deepest stacks. Supported: with addition both errors are smaller than \
           without a skip. Not supported: an interval says that one is larger.",
    caution: "That the identity is easy does not say that good networks are near it. The norm of the branches after training \
              on images is another matter; here it is after learning the identity.",
    examine,
};

/// The two things to learn.
const TARGETS: [(&str, &str); 2] = [("identity_error", "the identity"), ("near_identity_error", "something near it")];

fn examine(evidence: &Evidence<'_>) -> Examined {
    let all = evidence.task("identity");
    let normed = all.normed(true);
    let deepest = normed.depth(normed.deepest(&["none", "add"]));
    let error = |style: &str, name: &str| -> Values<'_> { deepest.style(style).values(|run| last(run, name)) };
    let condition = |(name, word): (&str, &str)| {
        let says = format!("with addition {word} is learnt to a smaller error than without a skip");
        let ratio = estimate(ratio(&error("add", name), &error("none", name)));
        Condition::below(says, Quantity::Ratio, 1.0, ratio)
    };
    let conditions: Vec<Condition> = TARGETS.into_iter().map(condition).collect();
    let plots = vec![
        plot(&all, "identity_error", "Learning the identity", "step", "error"),
        plot(&all, "near_identity_error", "Learning something near the identity", "step", "error"),
        plot(&all, "branch_ratio_trained", "What the branches add, after learning", "block", "‖F(x)‖ / ‖x‖"),
    ];
    Examined { verdict: Verdict::of_all(&conditions), conditions, measures: vec![measures(&all)], plots }
}

fn measures(all: &Evidence<'_>) -> Measures {
    let columns = ["error, identity", "error, near it", "‖F(x)‖ / ‖x‖ at the start", "the same, after learning"];
    let line = |(first, own): (&RunRow, Evidence<'_>)| {
        let values = vec![
            own.mean(|run| last(run, "identity_error")),
            own.mean(|run| last(run, "near_identity_error")),
            own.mean(|run| mean_of(run, "branch_ratio_init")),
            own.mean(|run| mean_of(run, "branch_ratio_trained")),
        ];
        Line::new(&first.model, &first.skip, values)
    };
    Measures {
        title: "Errors after the last step, and what the branches add".to_owned(),
        caption: "Means over seeds with 95 % intervals; ratios of norms are means over the blocks. -nonorm: without BatchNorm.".to_owned(),
        columns: columns.into_iter().map(|title| Column::new(title, Quantity::Number)).collect(),
        lines: all.models().into_iter().map(line).collect(),
    }
}

fn plot(all: &Evidence<'_>, name: &str, title: &str, x: &'static str, y: &'static str) -> Plot {
    let trace = |(first, own): (&RunRow, Evidence<'_>)| Trace {
        name: first.model.clone(),
        skip: first.skip.clone(),
        points: own.mean_series(name).into_iter().filter(|(_, estimate)| estimate.value > 0.0).collect(),
    };
    Plot {
        name: name.replace('_', "-"),
        title: title.to_owned(),
        caption: "Means over seeds with 95 % intervals; what is exactly 0 has no place on a logarithmic axis."
            .to_owned(),
        drawn: Drawn::Lines,
        x: Along::linear(x, Quantity::Number),
        y: Along::log(y, Quantity::Number),
        traces: all.models().into_iter().map(trace).collect(),
    }
}
