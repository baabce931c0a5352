//! "Skip connections keep gradients from vanishing."
//!
//! Two measurements, since one does not do: norms of the gradient along the network, and the correlation of input gradients along a
//! line between two images (shattered gradients: Balduzzi et al. 2017, arXiv:1702.08591, by whom it falls as 2^−L in plain
//! networks and sublinearly with skips). With BatchNorm on, plain networks have healthy norms: He et al. 2015, arXiv:1512.03385,
//! section 4.1, say so themselves.

use super::condition::{Condition, Verdict, estimate};
use super::evidence::{Evidence, STYLES, difference, geometric_mean, is_normed, ratio, series};
use super::measure::{Along, Column, Drawn, Line, Measures, Plot, Quantity, Trace};
use super::{Claim, Examined};
use crate::record::RunRow;
use crate::stats::{self, Estimate};
use crate::store::Run;

pub(super) const CLAIM: Claim = Claim {
    name: "gradients",
    sentence: "Without skip connections gradients vanish on their way to the first layers; with them they do not.",
    rule: "Of the deepest networks with BatchNorm, and of the deepest without it, at initialisation: the norm of the loss's gradient \
           at the first block over that at the last. With BatchNorm also the correlation of input gradients at neighbouring points (lag 1 of \
           256) of a line between two images. Supported: each ratio is below 1 without a skip, and above that with addition and with \
           concatenation; the correlation is higher with either skip. Not supported: an interval says the opposite of one \
           of these.",
    caution: "With BatchNorm on, the norm of the gradient alone does not tell a plain network from a residual one: plain networks \
              that cannot be trained have norms that do not vanish too (He et al. 2015, section 4.1, call them healthy), or that explode. What tells them apart is how \
              the gradient changes from one input to the next, and the training error of the claim `depth`. A large gradient \
              is not a useful one.",
    examine,
};

/// The gradient's norm at the first block's output over that at the last's.
fn reach(run: &Run) -> Option<f64> {
    ends(run, "activation_gradient_init")
}

/// The first value of a series over the last.
fn ends(run: &Run, name: &str) -> Option<f64> {
    let points = series(run, name);
    let ((_, first), (_, last)) = (points.first()?, points.last()?);
    (points.len() > 1 && *last > 0.0).then(|| first / last)
}

/// The correlation of input gradients at neighbouring points.
fn correlation(run: &Run) -> Option<f64> {
    series(run, "gradient_correlation").into_iter().find(|(lag, _)| *lag == 1).map(|(_, value)| value)
}

fn examine(evidence: &Evidence<'_>) -> Examined {
    let all = evidence.task("gradients");
    let deepest = |normed| {
        let own = all.normed(normed);
        own.depth(own.deepest(&STYLES))
    };
    let (with, without) = (deepest(true), deepest(false));
    let conditions = [arrival(&with, ""), likeness(&with), arrival(&without, "without BatchNorm, ")].concat();
    let verdict = Verdict::of_all(&conditions);
    let measures = vec![norms(&all), decays(&all)];
    Examined { verdict, conditions, measures, plots: plots(&all, &with), ..Examined::default() }
}

/// The two skips and their words.
const SKIPS: [(&str, &str); 2] = [("add", "addition"), ("concat", "concatenation")];

/// How much of the gradient arrives at the first block.
fn arrival(deepest: &Evidence<'_>, prefix: &str) -> Vec<Condition> {
    let of = |style: &str| deepest.style(style).values(reach);
    let says = format!("{prefix}without a skip, the gradient at the first block is smaller than at the last");
    let vanishes = Condition::below(says, Quantity::Ratio, 1.0, geometric_mean(&of("none")));
    let more = |(style, word): (&str, &str)| {
        let says = format!("{prefix}with {word}, more of it arrives there than without a skip");
        Condition::above(says, Quantity::Ratio, 1.0, estimate(ratio(&of(style), &of("none"))))
    };
    std::iter::once(vanishes).chain(SKIPS.map(more)).collect()
}

/// How alike the gradients of neighbouring inputs are.
fn likeness(deepest: &Evidence<'_>) -> Vec<Condition> {
    let of = |style: &str| deepest.style(style).values(correlation);
    let closer = |(style, word): (&str, &str)| {
        let says = format!("with {word}, gradients of neighbouring inputs are more alike than without a skip");
        Condition::above(says, Quantity::Number, 0.0, estimate(difference(&of(style), &of("none"))))
    };
    SKIPS.map(closer).to_vec()
}

fn norms(all: &Evidence<'_>) -> Measures {
    let columns = [
        ("first over last block, at the start", Quantity::Ratio),
        ("first over last layer's weights, at the start", Quantity::Ratio),
        ("the same, trained", Quantity::Ratio),
        ("correlation at lag 1", Quantity::Number),
    ];
    let line = |(first, own): (&RunRow, Evidence<'_>)| {
        let weights = |name| geometric_mean(&own.values(|run| ends(run, name)));
        let values = vec![
            geometric_mean(&own.values(reach)),
            weights("gradient_norm_init"),
            weights("gradient_norm_trained"),
            own.mean(correlation),
        ];
        Line::new(&first.model, &first.skip, values)
    };
    Measures {
        title: "Gradients by network".to_owned(),
        caption: "Ratios of the gradient's norms are geometric means over seeds; 1 is a gradient that neither vanishes nor explodes. \
                  -nonorm: without BatchNorm."
            .to_owned(),
        columns: columns.into_iter().map(|(title, quantity)| Column::new(title, quantity)).collect(),
        lines: all.models().into_iter().map(line).collect(),
    }
}

/// How fast the correlation falls with depth, by two laws: 2^(−b·L) and L^(−b).
fn decays(all: &Evidence<'_>) -> Measures {
    let mut lines = Vec::new();
    for normed in [true, false] {
        for style in STYLES {
            let own = all.normed(normed).style(style);
            let points: Vec<(f64, f64)> =
                own.runs().iter().filter_map(|run| Some((run.row.depth as f64, correlation(run)?))).collect();
            if points.is_empty() {
                continue;
            }
            let logs: Vec<(f64, f64)> = points.iter().filter(|(_, y)| *y > 0.0).map(|(x, y)| (*x, -y.log2())).collect();
            let power = stats::growth_exponent(&points).map(opposite);
            lines.push(Line::new(normalised(style, normed), style, vec![stats::slope(&logs), power]));
        }
    }
    let columns = [("halvings a layer", Quantity::Number), ("b of L^−b", Quantity::Number)];
    Measures {
        title: "How the correlation at lag 1 falls with depth L".to_owned(),
        caption: "Least squares over depths and seeds with Student's 95 % interval; correlations that are not positive are left \
                  out. One halving a layer is 2^−L, what Balduzzi et al. 2017 derive for plain networks without BatchNorm; for \
                  residual networks with it they derive b = 1/2 of L^−b."
            .to_owned(),
        columns: columns.into_iter().map(|(title, quantity)| Column::new(title, quantity)).collect(),
        lines,
    }
}

fn opposite(estimate: Estimate) -> Estimate {
    let Estimate { n, value, low, high } = estimate;
    Estimate { n, value: -value, low: high.map(|high| -high), high: low.map(|low| -low) }
}

fn normalised(style: &str, normed: bool) -> String {
    if normed { style.to_owned() } else { format!("{style}, without BatchNorm") }
}

fn plots(all: &Evidence<'_>, deepest: &Evidence<'_>) -> Vec<Plot> {
    let layers = |name: &str, title: &str| {
        let trace = |(first, own): (&RunRow, Evidence<'_>)| Trace {
            name: first.model.clone(),
            skip: first.skip.clone(),
            points: own.mean_series(name),
        };
        Plot {
            name: name.replace('_', "-"),
            title: title.to_owned(),
            caption: "The norm of the loss's gradient by the weights of each layer, means over seeds; the first layer is the one at the \
                      images. The deepest networks with BatchNorm."
                .to_owned(),
            drawn: Drawn::Lines,
            x: Along::linear("layer", Quantity::Number),
            y: Along::log("gradient norm", Quantity::Number),
            traces: deepest.models().into_iter().map(trace).collect(),
        }
    };
    vec![
        layers("gradient_norm_init", "Gradient norms at the start"),
        layers("gradient_norm_trained", "Gradient norms after training"),
        by_depth(all),
    ]
}

fn by_depth(all: &Evidence<'_>) -> Plot {
    let trace = |style: &str, normed: bool| {
        let own = all.normed(normed).style(style);
        let point = |depth: u64| Some((depth as f64, own.depth(Some(depth)).mean(correlation)?));
        let points = own.depths(&[style]).into_iter().filter_map(point).collect();
        Trace { name: normalised(style, normed), skip: style.to_owned(), points }
    };
    let has = |normed: bool| all.runs().iter().any(|run| is_normed(&run.row) == normed);
    let kinds = [true, false].into_iter().filter(|normed| has(*normed));
    Plot {
        name: "correlation".to_owned(),
        title: "Shattered gradients: correlation at lag 1 against depth".to_owned(),
        caption: "Input gradients at neighbouring points of a line between two images, at the start. Both axes are logarithmic."
            .to_owned(),
        drawn: Drawn::Lines,
        x: Along::log("weighted layers", Quantity::Number),
        y: Along::log("correlation", Quantity::Number),
        traces: kinds.flat_map(|normed| STYLES.map(|style| trace(style, normed))).collect(),
    }
}
