//! Measures how alike the gradients of inputs on a line are, before training: the Pearson correlation by lag, and how
//! it falls with depth.

use crate::analyses::quantity::Quantity;
use crate::claims::evidence::{Evidence, is_normed, read_series};
use crate::claims::measure::{Column, MeasureRow, Measures, Plot, PlotAxis, PlotKind, Trace};
use crate::rows::record::RunRow;
use crate::rows::store::Run;
use crate::rows::{series, style};
use crate::stats::{self, Estimate};

/// Lag of neighboring points among the line's 256.
pub(super) const NEAR: u64 = 1;

/// Lag of a sixteenth of the line, which is far enough for ReLUs to change where there is no BatchNorm.
pub(super) const FAR: u64 = 16;

/// Lags of a table.
const LAGS: [u64; 6] = [1, 2, 4, 8, 16, 32];

/// Returns the correlation of input gradients at points `lag` apart.
pub(super) fn correlation(run: &Run, lag: u64) -> Option<f64> {
    read_series(run, series::GRADIENT_CORRELATION).into_iter().find(|(other, _)| *other == lag).map(|(_, value)| value)
}

/// Tabulates the correlation of the deepest networks at several lags.
pub(super) fn by_lag(deepest: &[&Evidence<'_>]) -> Measures {
    let line = |(first, network): (&RunRow, Evidence<'_>)| {
        let values = LAGS.map(|lag| network.mean(|run| correlation(run, lag))).to_vec();
        MeasureRow::new(&first.model, &first.skip, values)
    };
    Measures {
        title: "Correlation of the deepest networks by lag".to_owned(),
        caption: "Of input gradients at points that far apart on a line of 256 between two images, before training; \
                  means over seeds with 95 % intervals. Gradients are centered along the line, so the correlation \
                  falls below 0 at large lags."
            .to_owned(),
        columns: LAGS.iter().map(|lag| Column::new(format!("lag {lag}"), Quantity::Number)).collect(),
        lines: deepest.iter().flat_map(|evidence| evidence.models()).map(line).collect(),
    }
}

/// Fits how the correlation of a style falls with depth by two laws: halvings per layer, 2^(−b·L), and L^(−b). There is
/// none if more than a third of the correlations are not positive, and so have no logarithm.
fn decay(evidence: &Evidence<'_>, lag: u64) -> [Option<Estimate>; 2] {
    let point = |run: &&Run| Some((run.row.depth as f64, correlation(run, lag)?));
    let points: Vec<(f64, f64)> = evidence.runs().iter().filter_map(point).collect();
    let logs: Vec<(f64, f64)> = points.iter().filter(|(_, y)| *y > 0.0).map(|(x, y)| (*x, -y.log2())).collect();
    if 3 * logs.len() < 2 * points.len() {
        return [None, None];
    }
    [stats::slope(&logs), stats::growth_exponent(&points).map(opposite)]
}

/// Formats a style with BatchNorm or without.
fn format_kind(style: &str, normed: bool) -> String {
    if normed { style.to_owned() } else { format!("{style}, without BatchNorm") }
}

/// Tabulates how fast the correlation falls with depth.
pub(super) fn decays(all: &Evidence<'_>) -> Measures {
    let line = |(style, normed): (&str, bool)| {
        let of_style = all.normed(normed).style(style);
        let values = [NEAR, FAR].map(|lag| decay(&of_style, lag)).concat();
        values.iter().any(Option::is_some).then(|| MeasureRow::new(format_kind(style, normed), style, values))
    };
    let column = |lag: u64| ["halvings per layer", "b of L^−b"].map(|law| format!("lag {lag}: {law}"));
    let columns = [NEAR, FAR].map(column).concat();
    let kinds = [true, false].into_iter().flat_map(|normed| style::COMPARED.map(|style| (style, normed)));
    Measures {
        title: "How the correlation falls with depth L".to_owned(),
        caption:
            "Least squares over depths and seeds with Student's 95 % interval. Correlations that are not positive \
                  are left out, and no law is fitted if they are more than a third. One halving per layer is 2^−L, \
                  which Balduzzi et al. 2017 derive for plain networks without BatchNorm; for residual networks with \
                  it they derive b = 1/2 of L^−b."
                .to_owned(),
        columns: columns.into_iter().map(|title| Column::new(title, Quantity::Number)).collect(),
        lines: kinds.filter_map(line).collect(),
    }
}

fn opposite(estimate: Estimate) -> Estimate {
    let Estimate { n, value, low, high } = estimate;
    Estimate { n, value: -value, low: high.map(|high| -high), high: low.map(|low| -low) }
}

/// Describes what was found of 2^−L where it is derived: in plain networks without BatchNorm.
pub(super) fn describe_decay(all: &Evidence<'_>) -> Option<String> {
    let unnormed = all.normed(false);
    let halvings = |style: &str, lag: u64| decay(&unnormed.style(style), lag)[0].map(format_estimate);
    let near = halvings(style::NONE, NEAR)?;
    let found = format!(
        "without BatchNorm and without a skip the correlation at lag {NEAR} falls by {near} halvings per layer, where 2^−L is one"
    );
    let [Some(none), Some(add), Some(concat)] = style::COMPARED.map(|style| halvings(style, FAR)) else {
        return Some(found);
    };
    Some(format!("{found}; at lag {FAR} by {none} without a skip, {add} with addition, {concat} with concatenation"))
}

/// Formats `0.039 [0.012, 0.066]`.
fn format_estimate(Estimate { value, low, high, .. }: Estimate) -> String {
    let short = |value: f64| match format!("{value:.3}") {
        zero if zero == "-0.000" => "0.000".to_owned(),
        other => other.replace('-', "−"),
    };
    let ends = low.zip(high).map(|(low, high)| format!(" [{}, {}]", short(low), short(high)));
    short(value) + &ends.unwrap_or_default()
}

/// Plots the correlation against depth, near and far, and against the lag.
pub(super) fn plots(all: &Evidence<'_>, with: &Evidence<'_>, without: &Evidence<'_>) -> Vec<Plot> {
    let kinds = [(with, "", "with BatchNorm"), (without, "-nonorm", "without BatchNorm")];
    let against_lag = kinds.map(|(deepest, suffix, words)| against_lag(deepest, suffix, words));
    [by_depth(all, NEAR), by_depth(all, FAR)].into_iter().chain(against_lag).collect()
}

fn by_depth(all: &Evidence<'_>, lag: u64) -> Plot {
    let trace = |style: &str, normed: bool| {
        let of_style = all.normed(normed).style(style);
        let point = |depth: u64| {
            let mean = of_style.depth(Some(depth)).mean(|run| correlation(run, lag))?;
            Some((depth as f64, mean))
        };
        let points = of_style.depths(&[style]).into_iter().filter_map(point).collect();
        Trace { name: format_kind(style, normed), skip: style.to_owned(), points }
    };
    let has = |normed: bool| all.runs().iter().any(|run| is_normed(&run.row) == normed);
    let kinds = [true, false].into_iter().filter(|normed| has(*normed));
    Plot {
        name: format!("correlation-lag-{lag}"),
        title: format!("Shattered gradients: correlation at lag {lag} against depth"),
        caption: format!(
            "Input gradients at points {lag} of 256 apart on a line between two images, at the start. Both axes are logarithmic."
        ),
        drawn: PlotKind::Lines,
        x: PlotAxis::log("weighted layers", Quantity::Number),
        y: PlotAxis::log("correlation", Quantity::Number),
        traces: kinds.flat_map(|normed| style::COMPARED.map(|style| trace(style, normed))).collect(),
    }
}

fn against_lag(deepest: &Evidence<'_>, suffix: &str, words: &str) -> Plot {
    let trace = |(first, network): (&RunRow, Evidence<'_>)| Trace {
        name: first.model.clone(),
        skip: first.skip.clone(),
        points: network.mean_series(series::GRADIENT_CORRELATION),
    };
    Plot {
        name: format!("correlation-by-lag{suffix}"),
        title: format!("Shattered gradients: correlation against lag, {words}"),
        caption: format!("Input gradients along a line of 256 points, at the start. The deepest networks {words}."),
        drawn: PlotKind::Lines,
        x: PlotAxis::linear("lag", Quantity::Number),
        y: PlotAxis::linear("correlation", Quantity::Number),
        traces: deepest.models().into_iter().map(trace).collect(),
    }
}
