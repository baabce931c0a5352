//! Measures how gradients pass through a network (`gradients`), before, during and after training by the recipe.
//!
//! It uses one fixed batch in training mode. It records the norm of the loss's gradient of every weight
//! (`gradient_norm_init`, `gradient_norm_stepN` after N steps, `gradient_norm_trained`; index: layer from the images
//! on) and of every block's output (`activation_gradient_init`), and the deviation of that output
//! (`activation_deviation_init`). `gradient_correlation` (index: lag) says whether inputs that far apart on a line have
//! similar gradients.
//!
//! With BatchNorm the norms alone do not distinguish plain from residual networks (He et al. 2015, §4.1); the
//! correlation does.

use anyhow::{Context, Result, anyhow};
use burn::module::{Module, Param};
use burn::tensor::Tensor;
use skipbench_models::probe::{GradientProbe, Probe, ProbePoint};
use skipbench_models::{Model, State};
use skipbench_reports::rows::series;

use super::correlation::{LAGS, POINTS, autocorrelation};
use super::look::{fresh, probe_batch};
use super::sample::{deviation, norm_of, sample};
use crate::cell::Sample;
use crate::files::data::Batches;
use crate::tasks::checkpoint::Checkpoints;
use crate::tasks::interface::{Report, TaskResult};
use crate::tasks::setup::Setup;
use crate::tasks::train;

/// Parts of all steps after which gradients are recorded: the first few, an early part, a quarter.
const LOOKS: [u64; 3] = [64, 16, 4];

pub(super) fn run(setup: &Setup, checkpoints: Option<Checkpoints>, report: &mut Report) -> TaskResult {
    let mut samples = at_start(setup)?;
    let looks = LOOKS.map(|part| setup.total_steps() / part);
    let watch = |model: &Model, steps: u64| {
        if !looks.contains(&steps) {
            return Ok(Vec::new());
        }
        weights(setup, &copy(setup, model)?, &series::gradient_norm_after(steps))
    };
    let (model, measured, learned) = train::fit::<Model>(setup, checkpoints, report, &watch)?;
    samples.extend(learned);
    samples.extend(weights(setup, &copy(setup, &model)?, series::GRADIENT_NORM_TRAINED)?);
    Ok((measured, samples))
}

/// Returns a separate network with the same state. A pass in training mode moves running statistics, which clones
/// share.
fn copy(setup: &Setup, model: &Model) -> Result<Model> {
    let state = State::of(&model.valid());
    state.load_into(fresh(setup)?).map_err(|misfits| {
        let names: Vec<&str> = misfits.iter().map(|misfit| misfit.name.as_str()).collect();
        anyhow!("the copy of a network differs from it in {}", names.join(", "))
    })
}

fn at_start(setup: &Setup) -> Result<Vec<Sample>> {
    let model = fresh(setup)?;
    let mut samples = weights(setup, &model, series::GRADIENT_NORM_INIT)?;
    samples.extend(activations(setup, &model)?);
    let gradients = along_a_line(setup, &model)?;
    let correlation = autocorrelation(&gradients, &LAGS).unwrap_or_default();
    let of_lag = |(lag, value): (usize, f64)| sample(series::GRADIENT_CORRELATION, lag, Some(value));
    samples.extend(correlation.into_iter().filter_map(of_lag));
    Ok(samples)
}

/// Holds the names of a network's weights, from the images on.
#[derive(Default)]
struct Layers(Vec<ProbePoint>);

impl Probe for Layers {
    fn weight<const D: usize>(&mut self, point: ProbePoint, _weight: &Param<Tensor<D>>) {
        self.0.push(point);
    }
}

/// Returns every layer, including those that chance leaves out of a training step.
fn layers(setup: &Setup, model: &Model) -> Vec<ProbePoint> {
    let device = setup.device.clone().inner();
    let (images, _) = Batches::new(&setup.data, 1).fixed().into_tensors(&device);
    let mut layers = Layers::default();
    model.valid().forward_probed(images, &mut layers);
    layers.0
}

/// Returns the norm of the loss's gradient of every weight.
fn weights(setup: &Setup, model: &Model, series: &str) -> Result<Vec<Sample>> {
    let layers = layers(setup, model);
    let (images, labels) = probe_batch(setup).into_tensors(&setup.device);
    let mut probe = GradientProbe::default();
    let gradients = setup.loss().forward(model.forward_probed(images, &mut probe), labels).backward();
    let index = |point| layers.iter().position(|layer| *layer == point).map(|index| index + 1);
    let norms = probe.weights(&gradients).map(|(point, gradient)| {
        let index = index(point).context("a layer of the training step is one of the network")?;
        Ok(sample(series, index, gradient.as_ref().map(norm_of)))
    });
    let norms: Result<Vec<Option<Sample>>> = norms.collect();
    Ok(norms?.into_iter().flatten().collect())
}

/// Holds the deviations of every block's output.
#[derive(Default)]
struct Deviations(Vec<f64>);

impl Probe for Deviations {
    fn tensor<const D: usize>(&mut self, point: ProbePoint, x: Tensor<D>) -> Tensor<D> {
        if matches!(point, ProbePoint::Output(_)) {
            self.0.push(deviation(&x.clone().into_data()));
        }
        x
    }
}

fn activations(setup: &Setup, model: &Model) -> Result<Vec<Sample>> {
    let (images, labels) = probe_batch(setup).into_tensors(&setup.device);
    let mut deviations = Deviations::default();
    model.forward_probed(images.clone(), &mut deviations);
    let of_block = |(block, value): (usize, &f64)| sample(series::ACTIVATION_DEVIATION_INIT, block, Some(*value));
    let mut samples: Vec<Sample> = (1..).zip(&deviations.0).filter_map(of_block).collect();
    let mut probe = GradientProbe::default();
    let gradients = setup.loss().forward(model.forward_probed(images, &mut probe), labels).backward();
    let norms = (1..).zip(probe.outputs(&gradients));
    samples.extend(norms.filter_map(|(block, (_, gradient))| {
        sample(series::ACTIVATION_GRADIENT_INIT, block, gradient.as_ref().map(norm_of))
    }));
    Ok(samples)
}

/// Returns the gradient of the first logit with respect to the image, at points on a straight line between two training
/// images of different classes. All points are one batch, whose statistics BatchNorm uses, as in training.
fn along_a_line(setup: &Setup, model: &Model) -> Result<Vec<Vec<f32>>> {
    let batch = probe_batch(setup);
    let other = batch.labels.iter().position(|label| *label != batch.labels[0]).unwrap_or(batch.labels.len() - 1);
    let (images, _) = batch.into_tensors(&setup.device);
    let end = |index: usize| images.clone().narrow(0, index, 1);
    let (from, direction) = (end(0), end(other) - end(0));
    let points = (0..POINTS).map(|point| from.clone() + direction.clone() * (point as f64 / (POINTS - 1) as f64));
    let line = Tensor::cat(points.collect(), 0).detach().require_grad();
    let gradients = model.forward(line.clone()).narrow(1, 0, 1).sum().backward();
    let gradient = line.grad(&gradients).context("the logits do not depend on the image")?;
    let [points, ..] = gradient.dims();
    let values: Vec<f32> = gradient.into_data().iter::<f32>().collect();
    let size = values.len() / points;
    Ok(values.chunks_exact(size).map(<[f32]>::to_vec).collect())
}
