//! Shows norms of the loss's gradient along a network: before, during and after training.

use crate::analyses::quantity::Quantity;
use crate::claims::evidence::{Evidence, geometric_mean, read_series};
use crate::claims::measure::{Column, MeasureRow, Measures, Plot, PlotAxis, PlotKind, Trace};
use crate::rows::record::RunRow;
use crate::rows::series;
use crate::rows::store::Run;

use super::likeness::{FAR, NEAR, correlation};

/// Moment at which norms were recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Moment {
    Start,
    After(u64),
    Trained,
}

impl Moment {
    /// Returns the moment of a series of norms by layer.
    fn of(series: &str) -> Option<Self> {
        match series {
            series::GRADIENT_NORM_INIT => Some(Moment::Start),
            series::GRADIENT_NORM_TRAINED => Some(Moment::Trained),
            other => series::steps_before_gradient_norm(other).map(Moment::After),
        }
    }

    fn series(self) -> String {
        match self {
            Moment::Start => series::GRADIENT_NORM_INIT.to_owned(),
            Moment::After(steps) => series::gradient_norm_after(steps),
            Moment::Trained => series::GRADIENT_NORM_TRAINED.to_owned(),
        }
    }

    fn format(self) -> String {
        match self {
            Moment::Start => "at the start".to_owned(),
            Moment::After(1) => "after 1 step".to_owned(),
            Moment::After(steps) => format!("after {steps} steps"),
            Moment::Trained => "trained".to_owned(),
        }
    }
}

/// Returns every moment at which some of these networks were recorded, in order.
fn moments(of: &Evidence<'_>) -> Vec<Moment> {
    let samples = of.runs().iter().flat_map(|run| &run.samples);
    let mut moments: Vec<Moment> = samples.filter_map(|sample| Moment::of(&sample.series)).collect();
    moments.sort_unstable();
    moments.dedup();
    moments
}

/// Returns the gradient's norm at the first block's output over that at the last block's, before training.
pub(super) fn reach(run: &Run) -> Option<f64> {
    ends(run, series::ACTIVATION_GRADIENT_INIT)
}

/// Returns the first value of a series over the last.
fn ends(run: &Run, name: &str) -> Option<f64> {
    let points = read_series(run, name);
    let ((_, first), (_, last)) = (points.first()?, points.last()?);
    (points.len() > 1 && *last > 0.0).then(|| first / last)
}

/// Tabulates every network's norms and correlations.
pub(super) fn table(all: &Evidence<'_>) -> Measures {
    let moments = moments(all);
    let weights = moments.iter().map(|moment| match moment {
        Moment::Start => Column::new("first over last layer's weights, at the start", Quantity::Ratio),
        moment => Column::new(moment.format(), Quantity::Ratio),
    });
    let at_lag = [NEAR, FAR].map(|lag| Column::new(format!("correlation at lag {lag}"), Quantity::Number));
    let line = |(first, network): (&RunRow, Evidence<'_>)| {
        let ratios = moments.iter().map(|moment| geometric_mean(&network.values(|run| ends(run, &moment.series()))));
        let at_lag = [NEAR, FAR].map(|lag| network.mean(|run| correlation(run, lag)));
        let values = std::iter::once(geometric_mean(&network.values(reach))).chain(ratios).chain(at_lag).collect();
        MeasureRow::new(&first.model, &first.skip, values)
    };
    Measures {
        title: "Gradients by network".to_owned(),
        caption: "Ratios of the gradient's norms are geometric means over seeds; 1 is a gradient that neither vanishes nor explodes. The \
                  correlation is at the start. -nonorm: without BatchNorm."
            .to_owned(),
        columns: std::iter::once(Column::new("first over last block, at the start", Quantity::Ratio))
            .chain(weights)
            .chain(at_lag)
            .collect(),
        lines: all.models().into_iter().map(line).collect(),
    }
}

/// Plots norms by layer, one plot for each moment, of the deepest networks with BatchNorm and of the deepest without.
pub(super) fn plots(with: &Evidence<'_>, without: &Evidence<'_>) -> Vec<Plot> {
    let of = |deepest: &Evidence<'_>, suffix: &str, words: &str| {
        let plot = |moment: Moment| by_layer(deepest, moment, (suffix, words));
        moments(deepest).into_iter().map(plot).collect::<Vec<Plot>>()
    };
    [of(with, "", "with BatchNorm"), of(without, "-nonorm", "without BatchNorm")].concat()
}

fn by_layer(deepest: &Evidence<'_>, moment: Moment, (suffix, words): (&str, &str)) -> Plot {
    let name = moment.series();
    let trace = |(first, network): (&RunRow, Evidence<'_>)| Trace {
        name: first.model.clone(),
        skip: first.skip.clone(),
        points: network.mean_series(&name),
    };
    Plot {
        name: name.replace('_', "-") + suffix,
        title: format!("Gradient norms {}, {words}", moment.format()),
        caption: format!(
            "The norm of the loss's gradient by the weights of each layer, means over seeds; the first layer is the one at the images. \
             The deepest networks {words}."
        ),
        drawn: PlotKind::Lines,
        x: PlotAxis::linear("layer", Quantity::Number),
        y: PlotAxis::log("gradient norm", Quantity::Number),
        traces: deepest.models().into_iter().map(trace).collect(),
    }
}
