//! Times whole steps on one fixed real batch: `train-step`, `infer` and `latency`. For `latency` the batch is one
//! image.
//!
//! Timed: the step, with a wait for the device on both sides. Not timed: loading, building, data preparation and
//! transfer, and the warm-up, which lasts until the steps' times are steady. Verified: the last loss, or the last
//! logits, are finite, so work that failed cannot pass as fast work. Bias: the batch is warm in the caches, as it is
//! not in training from disk.
//!
//! After its whole steps `train-step` times `timed_steps` in parts: forward, backward, optimizer. There is a wait after
//! each part, which on a device that works ahead takes longer than the whole.

use std::time::Duration;

use anyhow::{Context, Result};
use burn::nn::loss::CrossEntropyLoss;
use burn::optim::ModuleOptimizer;
use burn::tensor::{Device, FloatDType, Int, Tensor};
use skipbench_models::Network;
use skipbench_reports::{rows, stats};

use super::interface::{Report, TaskResult};
use super::precision::{backward, cast, forward};
use super::setup::Setup;
use super::step::{finite, shape_word, step};
use crate::cell::recipe::{Precision, Recipe};
use crate::cell::{Cell, Measured, Progress, Sample};
use crate::device::DeviceError;
use crate::files::data::Batches;
use crate::tasks::meter;
use crate::tasks::meter::timed_loop::{self, Limits, Timed};

/// Largest number of steps. A hundred are informative enough; more only cost memory.
const MOST_STEPS: u64 = 1000;

pub(super) fn train_step<N: Network>(setup: &Setup, report: &mut Report) -> TaskResult {
    let (mut steps, measured) = TrainSteps::<N>::new(setup)?;
    let timed = repeat(setup, report, || steps.step())?;
    let (measured, mut samples) = outcome(measured, &timed);
    let (measured, parts) = steps.in_parts(measured, setup.recipe().timed_steps)?;
    samples.extend(parts);
    Ok((measured, samples))
}

/// Trains on one fixed batch.
pub(super) struct TrainSteps<N> {
    /// Network, which is always present between steps.
    model: Option<N>,
    optimizer: ModuleOptimizer,
    criterion: CrossEntropyLoss,
    batch: (Tensor<4>, Tensor<1, Int>),
    rate: f64,
    precision: Precision,
    device: Device,
    /// Loss of the last step.
    loss: Option<Tensor<1>>,
}

impl<N: Network> TrainSteps<N> {
    pub(super) fn new(setup: &Setup) -> Result<(Self, Measured)> {
        let (model, measured) = setup.network::<N>()?;
        let steps = Self {
            model: Some(model),
            optimizer: setup.optimizer(),
            criterion: setup.loss(),
            batch: Batches::new(&setup.data, setup.cell.batch()).fixed().into_tensors(&setup.device),
            rate: setup.recipe().lr / 10.0,
            precision: setup.recipe().precision,
            device: setup.device.clone(),
            loss: None,
        };
        Ok((steps, measured))
    }

    pub(super) fn step(&mut self) -> Result<Duration, DeviceError> {
        meter::timed(&self.device, || {
            let current = self.model.take().expect("every step gives the network back");
            let batch = self.batch.clone();
            let (next, loss, _) = step(current, &mut self.optimizer, &self.criterion, batch, self.rate, self.precision);
            (self.model, self.loss) = (Some(next), Some(loss));
        })
        .map(|((), time)| time)
    }

    /// Returns the last step's loss.
    ///
    /// # Errors
    /// Returns an error if it is not finite.
    pub(super) fn verified(&self) -> Result<f64> {
        finite(self.loss.clone().context("no step was done yet")?)
    }

    /// Adds the medians of the parts of `count` steps to `measured`, and their last loss.
    pub(super) fn in_parts(&mut self, measured: Measured, count: u64) -> Result<(Measured, Vec<Sample>)> {
        let mut parts = [const { Vec::new() }; 3];
        for _ in 0..count {
            let times = self.step_in_parts()?;
            parts.iter_mut().zip(times).for_each(|(part, time)| part.push(time));
        }
        let names = [rows::series::FORWARD_NS, rows::series::BACKWARD_NS, rows::series::OPTIMIZER_NS];
        let samples = names.iter().zip(&parts).flat_map(|(name, times)| series(name, times)).collect();
        let [forward_ns_median, backward_ns_median, optimizer_ns_median] = parts.map(|times| median_ns(&times));
        let loss = Some(self.verified()?);
        Ok((Measured { loss, forward_ns_median, backward_ns_median, optimizer_ns_median, ..measured }, samples))
    }

    /// Does a step with a wait after the forward pass, the backward pass and the optimizer. Returns their times.
    fn step_in_parts(&mut self) -> Result<[Duration; 3], DeviceError> {
        let Self { model, optimizer, criterion, batch, rate, precision, device, .. } = self;
        let current = model.take().expect("every step gives the network back");
        let (images, labels) = batch.clone();
        let (loss, forward_time) =
            meter::timed(device, || criterion.forward(forward(&current, images, *precision), labels))?;
        self.loss = Some(loss.clone().inner());
        let (gradients, backward_time) = meter::timed(device, || backward(&current, loss, *precision))?;
        let (next, updating) = meter::timed(device, || optimizer.step(*rate, current, gradients))?;
        *model = Some(next);
        Ok([forward_time, backward_time, updating])
    }
}

pub(super) fn infer<N: Network>(setup: &Setup, report: &mut Report) -> TaskResult {
    let (mut steps, measured) = InferSteps::<N>::new(setup)?;
    let timed = repeat(setup, report, || steps.step())?;
    Ok(outcome(Measured { output_shape: steps.verified()?, ..measured }, &timed))
}

/// Does forward passes of the trained form of the network on one fixed batch.
pub(super) struct InferSteps<N> {
    model: N,
    images: Tensor<4>,
    device: Device,
    last: Option<Tensor<2>>,
}

impl<N: Network> InferSteps<N> {
    pub(super) fn new(setup: &Setup) -> Result<(Self, Measured)> {
        let (model, measured) = setup.network::<N>()?;
        // Weights and images are cast once, before timing, as a service would.
        let model: N = cast(&model.valid(), setup.recipe().precision);
        let device = setup.device.clone().inner();
        let (images, _) = Batches::new(&setup.data, setup.cell.batch()).fixed().into_tensors(&device);
        let images = setup.recipe().precision.half().map_or(images.clone(), |half| images.cast(half));
        Ok((Self { model, images, device, last: None }, measured))
    }

    pub(super) fn step(&mut self) -> Result<Duration, DeviceError> {
        let Self { model, images, device, last } = self;
        meter::timed(device, || *last = Some(model.logits(images.clone()))).map(|((), time)| time)
    }

    /// Returns the shape of the last logits.
    ///
    /// # Errors
    /// Returns an error if they are not finite.
    pub(super) fn verified(&self) -> Result<String> {
        let logits = self.last.clone().context("no step was done yet")?;
        let shape = shape_word(logits.dims());
        finite(logits.cast(FloatDType::F32).sum())?;
        Ok(shape)
    }
}

/// Warms up until steady, then times `step`.
pub(super) fn repeat(
    setup: &Setup,
    report: &mut Report,
    step: impl FnMut() -> Result<Duration, DeviceError>,
) -> Result<Timed> {
    let total = setup.cell.timed_steps();
    let show = |done| report(Progress { done, total: total.max(done + 1), epoch: 0, epochs: 0, loss: None });
    Ok(timed_loop::repeat(&limits(setup.cell), step, show)?)
}

fn limits(cell: &Cell) -> Limits {
    let Recipe { warmup_ms, warmup_max_ms, timed_ms, .. } = cell.recipe;
    let [warmup, warmup_most, timed] = [warmup_ms, warmup_max_ms, timed_ms].map(Duration::from_millis);
    Limits { warmup, warmup_most, timed, timed_steps: cell.timed_steps(), most_steps: MOST_STEPS }
}

/// Returns the warm-up's figures and series.
pub(super) fn warmed(measured: Measured, timed: &Timed) -> (Measured, Vec<Sample>) {
    let measured = Measured {
        warmup_steps: Some(timed.warmup.times().len() as u64),
        warmup_ns: Some(timed.warmup.spent().as_nanos() as u64),
        warmup_steady: Some(timed.steady),
        ..measured
    };
    let series =
        (1..).zip(timed.warmup.times()).map(|(index, time)| Sample::new(rows::series::WARMUP_NS, index, *time));
    (measured, series.collect())
}

fn outcome(measured: Measured, timed: &Timed) -> (Measured, Vec<Sample>) {
    let (measured, mut samples) = warmed(measured, timed);
    let measured = Measured { rss_peak_bytes: meter::rss::peak_bytes(), ..stepped(measured, &timed.times) };
    samples.extend(series(rows::series::STEP_NS, &timed.times));
    (measured, samples)
}

/// Adds the figures of timed steps.
pub(crate) fn stepped(measured: Measured, times: &[Duration]) -> Measured {
    let tail = |p: f64, least: usize| quantile_ns(times, p).filter(|_| times.len() >= least);
    Measured {
        timed_steps: Some(times.len() as u64),
        step_ns_median: median_ns(times),
        step_ns_p90: tail(0.9, 10),
        step_ns_p99: tail(0.99, 100),
        ..measured
    }
}

pub(super) fn series(name: &str, times: &[Duration]) -> Vec<Sample> {
    (1..).zip(times).map(|(index, time)| Sample::new(name, index, time.as_nanos() as f64)).collect()
}

pub(super) fn median_ns(times: &[Duration]) -> Option<u64> {
    quantile_ns(times, 0.5)
}

fn quantile_ns(times: &[Duration], p: f64) -> Option<u64> {
    let values: Vec<f64> = times.iter().map(|time| time.as_nanos() as f64).collect();
    stats::quantile(&values, p).map(|value| value as u64)
}
