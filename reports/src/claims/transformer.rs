//! "There is no modern Transformer without skips."
//!
//! There are three sources. Dong et al. 2021, arXiv:2103.03404, say that attention without skips makes all tokens
//! alike, doubly exponentially in depth. Noci et al. 2022, arXiv:2206.03126, say that the gradients of queries and keys
//! then vanish. Ji et al. 2025, arXiv:2505.01996, say that the skip around attention matters more than the one around
//! the MLP; the two are therefore removed one by one.

use super::claim::{Claim, Examined};
use super::condition::{ClaimVerdict, Condition, estimate};
use super::evidence::{Evidence, Values, difference, geometric_mean, last, ratio, read_series, share};
use super::measure::{Column, MeasureRow, Measures, Plot, PlotAxis, PlotKind, Trace};
use crate::analyses::metric::Metric;
use crate::analyses::quantity::Quantity;
use crate::rows::store::Run;
use crate::rows::{series, style, task};
use crate::stats::{self, Estimate};

pub(super) const CLAIM: Claim = Claim {
    name: "transformer",
    sentence: "A Transformer without skip connections does not train, because its tokens become alike.",
    rule: "A Vision Transformer with both skips against the same with neither, paired by seed. Supported: with both \
           its test accuracy is higher; at initialization its tokens after the last block are less alike (the residual \
           ‖X − 1x̄ᵀ‖/‖X‖ is larger), and the gradients of its queries and keys are larger relative to those of its \
           values. Not supported: an interval says the opposite of one of these.",
    caution: "One recipe, made for networks with skips: without them longer training or another initialization can catch up (He et al. \
              2023, arXiv:2302.10322, need five times the iterations). The table takes the two skips away one by one.",
    examine,
};

/// Which skips a Transformer has, by the style's word.
const SKIPS: [(&str, &str); 4] = [
    (style::ADD, "both skips"),
    (style::MLP_ONLY, "no attention skip"),
    (style::ATTENTION_ONLY, "no MLP skip"),
    (style::NONE, "neither"),
];

fn accuracy(run: &Run) -> Option<f64> {
    share(run.row.test_correct, run.row.test_total).filter(|_| run.row.task == task::TRAIN)
}

/// Returns how unlike the tokens are after the last block, before training.
fn residual(run: &Run) -> Option<f64> {
    last(run, series::TOKEN_RESIDUAL)
}

/// Returns the gradient norm of queries and keys over that of values, before training: the geometric mean over blocks.
fn queries_and_keys(run: &Run) -> Option<f64> {
    let log = |name: &str| {
        let logs: Vec<f64> = read_series(run, name).into_iter().map(|(_, norm)| norm.ln()).collect();
        stats::mean(&logs).filter(|mean| mean.is_finite())
    };
    Some(((log(series::QUERY_GRADIENT)? + log(series::KEY_GRADIENT)?) / 2.0 - log(series::VALUE_GRADIENT)?).exp())
}

fn examine(evidence: &Evidence<'_>) -> Examined {
    let all = evidence.only(|row| row.family == style::VIT);
    let conditions = conditions(&all);
    let plots = vec![residuals(&all), gradients(&all)];
    let (verdict, measures) = (ClaimVerdict::of_all(&conditions), vec![measures(&all)]);
    Examined { verdict, conditions, measures, plots, ..Examined::default() }
}

fn conditions(all: &Evidence<'_>) -> Vec<Condition> {
    let of = |style: &str, of: fn(&Run) -> Option<f64>| -> Values<'_> { all.style(style).values(of) };
    let more = |what| estimate(ratio(&of(style::ADD, what), &of(style::NONE, what)));
    vec![
        Condition::above(
            "it is more accurate with both skips than with neither",
            Quantity::Difference,
            0.0,
            estimate(difference(&of(style::ADD, accuracy), &of(style::NONE, accuracy))),
        ),
        Condition::above("its tokens are less alike after the last block", Quantity::Ratio, 1.0, more(residual)),
        Condition::above(
            "the gradients of its queries and keys are larger relative to those of its values",
            Quantity::Ratio,
            1.0,
            more(queries_and_keys),
        ),
    ]
}

/// Returns the rows of each choice of skips, with its name.
fn ablations<'a>(all: &'a Evidence<'_>) -> impl Iterator<Item = (&'static str, &'static str, Evidence<'a>)> {
    let of_style = |(style, name): (&'static str, &'static str)| (style, name, all.style(style));
    SKIPS.into_iter().map(of_style).filter(|(_, _, of_style)| !of_style.runs().is_empty())
}

fn measures(all: &Evidence<'_>) -> Measures {
    let both = all.style(style::ADD).values(accuracy);
    let columns = [
        (Metric::TestAccuracy.title(), Metric::TestAccuracy.quantity()),
        ("against both skips", Quantity::Difference),
        ("token residual, last block", Quantity::Number),
        ("query and key gradients over value's", Quantity::Ratio),
    ];
    let line = |(style, name, of_style): (&str, &str, Evidence<'_>)| {
        let lost = estimate(difference(&of_style.values(accuracy), &both)).filter(|_| style != style::ADD);
        MeasureRow::new(
            name,
            style,
            vec![
                of_style.mean(accuracy),
                lost,
                of_style.mean(residual),
                geometric_mean(&of_style.values(queries_and_keys)),
            ],
        )
    };
    Measures {
        title: "Skips taken away".to_owned(),
        caption: "Means over seeds with 95 % intervals; residual and gradients at initialization. A residual of 0: all tokens are alike."
            .to_owned(),
        columns: columns.into_iter().map(|(title, quantity)| Column::new(title, quantity)).collect(),
        lines: ablations(all).map(line).collect(),
    }
}

fn residuals(all: &Evidence<'_>) -> Plot {
    let trace = |(style, name, of_style): (&str, &str, Evidence<'_>)| Trace {
        name: name.to_owned(),
        skip: style.to_owned(),
        points: of_style.mean_series(series::TOKEN_RESIDUAL),
    };
    Plot {
        name: "token-residual".to_owned(),
        title: "How unlike tokens stay, at the start".to_owned(),
        caption: "‖X − 1x̄ᵀ‖/‖X‖ after each block, 0 the embedding; means over seeds with 95 % intervals.".to_owned(),
        drawn: PlotKind::Lines,
        x: PlotAxis::linear("block", Quantity::Number),
        y: PlotAxis::log("token residual", Quantity::Number),
        traces: ablations(all).map(trace).collect(),
    }
}

/// Plots block by block the gradient norm of the queries over that of the values.
fn gradients(all: &Evidence<'_>) -> Plot {
    let points = |of_style: &Evidence<'_>| -> Vec<(f64, Estimate)> {
        let values = of_style.mean_series(series::VALUE_GRADIENT);
        let over = |(block, query): (f64, Estimate)| {
            let (_, value) = values.iter().find(|(other, _)| *other == block)?;
            let ratio = query.value / value.value;
            ratio.is_finite().then_some((block, Estimate { n: query.n, value: ratio, low: None, high: None }))
        };
        of_style.mean_series(series::QUERY_GRADIENT).into_iter().filter_map(over).collect()
    };
    let trace = |(style, name, of_style): (&str, &str, Evidence<'_>)| Trace {
        name: name.to_owned(),
        skip: style.to_owned(),
        points: points(&of_style),
    };
    Plot {
        name: "query-gradients".to_owned(),
        title: "Gradients of the queries over those of the values, at the start".to_owned(),
        caption: "Ratios of the means over seeds, block by block.".to_owned(),
        drawn: PlotKind::Lines,
        x: PlotAxis::linear("block", Quantity::Number),
        y: PlotAxis::log("query over value", Quantity::Ratio),
        traces: ablations(all).map(trace).collect(),
    }
}
