//! Measures whether it is easier to learn nothing new (`identity`). The blocks of a backbone's first stage, as a stack,
//! learn y = x and y = x + 0.1·g(x), where g is a fixed random 3×3 convolution. The features are random and drawn again
//! in each step (He et al. 2015, §3.1: a deeper network could copy its shallower counterpart by making its extra blocks
//! the identity).
//!
//! `identity_error` and `near_identity_error` (index: step) are the squared error over the target's square, before the
//! step. `identity_diverged` and `near_identity_diverged` (index: step) mean that the error was no finite number there,
//! and that the stack learned no further. That is a result, because trainability is the question. `branch_ratio_init`
//! and `branch_ratio_trained` (index: block) are ‖F(x)‖/‖x‖ before and after learning y = x.

use anyhow::{Result, anyhow, ensure};
use burn::optim::GradientsParams;
use burn::tensor::module::conv2d;
use burn::tensor::ops::ConvOptions;
use burn::tensor::{Device, Tensor, TensorData};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};
use skipbench_models::probe::{Probe, ProbePoint, Unprobed};
use skipbench_models::{Model, ModelSpec, Staged};
use skipbench_reports::rows::series;

use super::look::{fresh, report_progress};
use super::sample::{norm_of, sample};
use crate::cell::{Measured, Sample};
use crate::tasks::interface::{Report, TaskResult};
use crate::tasks::setup::Setup;

/// Side of the random maps, in pixels.
const SIDE: usize = 8;

/// Approximate number of errors that are kept of each run.
const KEPT: u64 = 50;

/// Share of g in the near identity.
const SHARE: f64 = 0.1;

pub(super) fn run(setup: &Setup, report: &mut Report) -> TaskResult {
    let (_, measured) = setup.model()?;
    let features = Features::new(setup)?;
    let mut samples = Vec::new();
    let mut same = Learner::new(setup, &features)?;
    samples.extend(same.ratios(series::BRANCH_RATIO_INIT));
    let learned = same.learn(series::IDENTITY, &mut samples, |x| x, report)?;
    if learned.error.is_some() {
        samples.extend(same.ratios(series::BRANCH_RATIO_TRAINED));
    }
    let mut near = Learner::new(setup, &features)?;
    near.learn(series::NEAR_IDENTITY, &mut samples, |x| x.clone() + features.other(x) * SHARE, report)?;
    Ok((Measured { steps: Some(learned.steps), loss: learned.error, ..measured }, samples))
}

/// Draws random maps, the same for every network of one width and seed.
struct Features<'a> {
    shape: [usize; 4],
    seed: u64,
    device: &'a Device,
    g: Tensor<4>,
}

impl<'a> Features<'a> {
    fn new(setup: &'a Setup) -> Result<Self> {
        let ModelSpec::Backbone(config) = &setup.cell.spec else {
            anyhow::bail!("{}: only a backbone's stage keeps its shape", setup.cell.model)
        };
        let (width, seed, device) = (config.width, setup.cell.seed, &setup.device);
        // Gain 1: g(x) is as large as x.
        let g = normal([width, width, 3, 3], seed, 0, device) / ((width * 9) as f64).sqrt();
        Ok(Self { shape: [setup.recipe().batch, width, SIDE, SIDE], seed, device, g })
    }

    /// Returns the maps of step `step`, from 0.
    fn of_step(&self, step: u64) -> Tensor<4> {
        normal(self.shape, self.seed, step + 1, self.device)
    }

    /// Computes g(x).
    fn other(&self, x: Tensor<4>) -> Tensor<4> {
        conv2d(x, self.g.clone(), None, ConvOptions::new([1, 1], [1, 1], [1, 1], 1))
    }
}

fn normal(shape: [usize; 4], seed: u64, stream: u64, device: &Device) -> Tensor<4> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(stream);
    let count = shape.iter().product();
    let values: Vec<f32> = Distribution::<f32>::sample_iter(StandardNormal, rng).take(count).collect();
    Tensor::from_data(TensorData::new(values, shape), device)
}

/// Says how learning ended.
#[derive(Debug, Clone, Copy)]
struct Learned {
    steps: u64,
    /// Last error; `None` if the stack diverged.
    error: Option<f64>,
}

/// Trains a stack.
struct Learner<'a> {
    setup: &'a Setup<'a>,
    features: &'a Features<'a>,
    stack: Option<Staged>,
}

impl<'a> Learner<'a> {
    fn new(setup: &'a Setup, features: &'a Features) -> Result<Self> {
        match fresh(setup)? {
            Model::Staged(stack) => Ok(Self { setup, features, stack: Some(stack) }),
            _ => anyhow::bail!("{}: only a backbone has a stage of blocks that keep their shape", setup.cell.model),
        }
    }

    /// Learns `target` until the recipe ends or the error is no longer finite.
    fn learn(
        &mut self,
        name: &str,
        samples: &mut Vec<Sample>,
        target: impl Fn(Tensor<4>) -> Tensor<4>,
        report: &mut Report,
    ) -> Result<Learned> {
        let (total, per_epoch) = (self.setup.total_steps(), self.setup.steps_per_epoch());
        let every = (total / KEPT).max(1);
        let mut optimizer = self.setup.optimizer();
        let mut learned = Learned { steps: 0, error: None };
        for step in 0..total {
            report_progress(report, step, total);
            let Some(stack) = self.stack.take() else { break };
            let x = self.features.of_step(step);
            let wanted = target(x.clone());
            let error = relative_error(stack.forward_first_stage(x, &mut Unprobed), wanted);
            if step % every == 0 || step + 1 == total {
                learned.error = number(&error)?;
                samples.extend(error_sample(name, step, learned.error));
                if learned.error.is_none() {
                    return Ok(learned);
                }
            }
            learned.steps = step + 1;
            // Where chance left every block out there is nothing to learn from.
            if !error.is_tracked() {
                self.stack = Some(stack);
                continue;
            }
            let rate = self.setup.recipe().learning_rate(step, total, per_epoch);
            let gradients = GradientsParams::from_grads(error.backward(), &stack);
            self.stack = Some(optimizer.step(rate, stack, gradients));
        }
        ensure!(learned.error.is_some(), "{name}: no step was taken");
        Ok(learned)
    }

    /// Returns ‖F(x)‖/‖x‖ of every block, on features that no step sees.
    fn ratios(&self, series: &str) -> Vec<Sample> {
        let mut ratios = Ratios::default();
        if let Some(stack) = &self.stack {
            stack.forward_first_stage(self.features.of_step(u64::MAX - 1), &mut ratios);
        }
        ratios.0.iter().filter_map(|(block, ratio)| sample(series, *block, Some(*ratio))).collect()
    }
}

/// Returns the sample of an error. That there is none is a result too.
fn error_sample(name: &str, step: u64, error: Option<f64>) -> Option<Sample> {
    let (series, value) = match error {
        Some(error) => (series::error(name), error),
        None => (series::diverged(name), 1.0),
    };
    sample(&series, step as usize + 1, Some(value))
}

/// Returns the number in an error, or `None` if it is not finite.
fn number(error: &Tensor<1>) -> Result<Option<f64>> {
    let read = error.clone().inner().try_into_scalar::<f32>();
    let value = f64::from(read.map_err(|error| anyhow!("reading the error: {error}"))?);
    Ok(Some(value).filter(|value| value.is_finite()))
}

fn relative_error(y: Tensor<4>, target: Tensor<4>) -> Tensor<1> {
    let square = |x: Tensor<4>| x.powi_scalar(2).mean();
    square(y - target.clone()) / square(target)
}

/// Holds each block's ‖F(x)‖/‖x‖, and ‖x‖ of a block whose branch has not run yet.
#[derive(Default)]
struct Ratios(Vec<(usize, f64)>, f64);

impl Probe for Ratios {
    fn tensor<const D: usize>(&mut self, point: ProbePoint, x: Tensor<D>) -> Tensor<D> {
        match point {
            ProbePoint::Input(_) => self.1 = norm_of(&x.clone().into_data()),
            ProbePoint::Branch(at) => self.0.push((at.block, norm_of(&x.clone().into_data()) / self.1)),
            _ => {}
        }
        x
    }
}
