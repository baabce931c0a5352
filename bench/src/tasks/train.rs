//! Trains by the recipe and tests (`train`). It records one loss and three counts per epoch.
//!
//! Timed: every step and test, data preparation included, over all resumptions. Not timed: loading, building, saving.
//! Verified: finite losses, checked after every fifty steps and at the end of an epoch, and the parameter count. Its
//! time is for planning; throughput has its own tasks.
//!
//! `time-to-accuracy` does the same, alone on the machine, until a test reaches the recipe's `target_accuracy`. Timed:
//! every step with its data preparation up to that test. Not timed: the tests. If no test reaches it, the time stays
//! empty. Bias: tests come every `eval_every` epochs, so the time is a whole number of epochs. There is no warm-up, as
//! a user's training has none.

use std::time::Instant;

use anyhow::{Context, Result, bail};
use burn::nn::loss::CrossEntropyLoss;
use burn::optim::ModuleOptimizer;
use burn::tensor::{Int, Tensor};
use skipbench_models::Network;
use skipbench_reports::rows::series;

use super::interface::{Report, TaskResult};
use super::precision::cast;
use super::setup::Setup;
use super::step::step;
use crate::cell::{Measured, Progress, Sample, Task};
use crate::files::data::Batches;
use crate::tasks::checkpoint::{Checkpoints, Part, State};
use crate::tasks::leave::{self, Left};

/// Number of steps after which the loss is checked.
const LOOK_EVERY: usize = 50;

pub(super) fn run<N: Network>(setup: &Setup, checkpoints: Option<Checkpoints>, report: &mut Report) -> TaskResult {
    fit::<N>(setup, checkpoints, report, &unwatched).map(|(_, measured, samples)| (measured, samples))
}

/// Observes a network after a number of steps. It must leave no trace in the network.
pub(super) type Watch<'a, N> = dyn Fn(&N, u64) -> Result<Vec<Sample>> + 'a;

/// Observes nothing.
pub(super) fn unwatched<N>(_: &N, _: u64) -> Result<Vec<Sample>> {
    Ok(Vec::new())
}

/// Trains, tests, and returns the network too. What `watch` observes is part of the state, so a resumed run has it
/// once.
pub(super) fn fit<N: Network>(
    setup: &Setup,
    mut checkpoints: Option<Checkpoints>,
    report: &mut Report,
    watch: &Watch<N>,
) -> Result<(N, Measured, Vec<Sample>)> {
    let (model, measured) = setup.network::<N>()?;
    let (model, optimizer, state) = match &checkpoints {
        Some(checkpoints) => checkpoints.load(model, setup.optimizer())?,
        None => (model, setup.optimizer(), State::default()),
    };
    model.resume(state.steps);
    let batches = Batches::new(&setup.data, setup.recipe().batch);
    let mut training =
        Training { setup, batches, criterion: setup.loss(), watch, model: Some(model), optimizer, state };
    while !training.is_done() {
        training.epoch(report)?;
        training.save(checkpoints.as_mut())?;
    }
    let model = training.model.context("the network was lost in a step that failed")?;
    let State { epochs, steps, train_ns, target, loss, train, test, samples, .. } = training.state;
    let measured = Measured {
        epochs: Some(epochs),
        steps: Some(steps),
        loss,
        train_correct: train.map(|(correct, _)| correct),
        train_total: train.map(|(_, total)| total),
        test_correct: test.map(|(correct, _)| correct),
        test_total: test.map(|(_, total)| total),
        train_ns: Some(train_ns),
        target_ns: target.map(|(ns, _)| ns),
        target_epochs: target.map(|(_, epochs)| epochs),
        rss_peak_bytes: crate::tasks::meter::rss::peak_bytes(),
        ..measured
    };
    Ok((model, measured, samples))
}

/// Holds a training run between two epochs.
struct Training<'a, N> {
    setup: &'a Setup<'a>,
    batches: Batches<'a>,
    criterion: CrossEntropyLoss,
    watch: &'a Watch<'a, N>,
    /// Network. It is only empty inside a step, which consumes the network and returns the next.
    model: Option<N>,
    optimizer: ModuleOptimizer,
    state: State,
}

impl<N: Network> Training<'_, N> {
    fn total_steps(&self) -> u64 {
        self.setup.total_steps()
    }

    fn is_done(&self) -> bool {
        self.state.part.is_none() && (self.state.steps >= self.total_steps() || self.state.target.is_some())
    }

    /// Keeps a checkpoint where one is due; always where the run is left before its end.
    fn save(&self, checkpoints: Option<&mut Checkpoints>) -> Result<()> {
        let leaves = leave::is_asked() && !self.is_done();
        if let Some(checkpoints) = checkpoints {
            let save = if leaves { Checkpoints::try_save } else { Checkpoints::save_if_due };
            save(checkpoints, self.model()?, &self.optimizer, &self.state);
        }
        if leaves { Err(Left.into()) } else { Ok(()) }
    }

    fn model(&self) -> Result<&N> {
        self.model.as_ref().context("the network was lost in a step that failed")
    }

    fn epoch(&mut self, report: &mut Report) -> Result<()> {
        let start = Instant::now();
        let epoch = self.state.epochs + 1;
        let before = self.state.part.take().unwrap_or_default();
        let is_whole = self.train_epoch(epoch, before, start, report)?;
        let Some(Part { losses, correct, seen, ns }) = self.state.part.take_if(|_| is_whole) else {
            self.state.train_ns += start.elapsed().as_nanos() as u64;
            return Ok(());
        };
        let loss = mean(&losses);
        self.state.fit_ns += ns;
        self.state.epochs = epoch;
        self.state.loss = Some(loss);
        self.state.train = Some((correct, seen));
        self.record(series::LOSS, loss);
        self.record(series::TRAIN_CORRECT, correct as f64);
        self.record(series::TRAIN_TOTAL, seen as f64);
        let last = self.state.steps >= self.total_steps();
        if last || epoch.is_multiple_of(self.setup.recipe().eval_every) {
            let (correct, total) = self.test()?;
            self.state.test = Some((correct, total));
            let share = correct as f64 / total.max(1) as f64;
            if self.setup.cell.task == Task::TimeToAccuracy && share >= self.setup.recipe().target_accuracy {
                self.state.target = Some((self.state.fit_ns, epoch));
            }
            self.record(series::TEST_CORRECT, correct as f64);
        }
        self.state.train_ns += start.elapsed().as_nanos() as u64;
        Ok(())
    }

    fn record(&mut self, series: &str, value: f64) {
        self.state.samples.push(Sample::new(series, self.state.epochs, value));
    }

    /// Runs what of an epoch was not done `before`, and puts all of it into the state's part. Returns whether the epoch
    /// came to its end: a cell that must leave does so between two steps.
    ///
    /// Losses and correct answers stay on the device until then, because steps must not wait for them. Every fiftieth
    /// is an exception: a network that diverged is not trained to the end of a long epoch.
    fn train_epoch(&mut self, epoch: u64, before: Part, start: Instant, report: &mut Report) -> Result<bool> {
        let (recipe, total) = (self.setup.recipe(), self.total_steps());
        let (mut losses, mut correct, mut seen) = (Vec::new(), Vec::new(), before.seen);
        let (done, mut is_whole) = (before.losses.len(), true);
        for batch in self.batches.train(self.setup.cell.seed, epoch, self.setup.augment()).skip(done) {
            if self.state.steps >= total {
                break;
            }
            if leave::is_asked() {
                is_whole = false;
                break;
            }
            report(Progress { done: self.state.steps, total, epoch, epochs: recipe.epochs, loss: self.state.loss });
            seen += batch.labels.len() as u64;
            let (images, labels) = batch.into_tensors(&self.setup.device);
            let rate = recipe.learning_rate(self.state.steps, total, self.setup.steps_per_epoch());
            let model = self.model.take().context("the network was lost in a step that failed")?;
            let (model, loss, logits) =
                step(model, &mut self.optimizer, &self.criterion, (images, labels.clone()), rate, recipe.precision);
            self.state.steps += 1;
            self.state.samples.extend((self.watch)(&model, self.state.steps)?);
            self.model = Some(model);
            losses.push(loss);
            if losses.len().is_multiple_of(LOOK_EVERY) {
                still_finite(&losses, done, epoch)?;
            }
            correct.push(right(logits, labels.inner()));
        }
        // Reading the losses waits for the device.
        let losses = [before.losses, values(losses, done, epoch)?].concat();
        let ns = before.ns + start.elapsed().as_nanos() as u64;
        let correct = before.correct + correct.into_iter().map(|count| count.into_scalar::<i64>() as u64).sum::<u64>();
        self.state.part = Some(Part { losses, correct, seen, ns });
        Ok(is_whole)
    }

    fn test(&self) -> Result<(u64, u64)> {
        let precision = self.setup.recipe().precision;
        let model = cast(&self.model()?.valid(), precision);
        let half = |images: Tensor<4>| precision.half().map_or(images.clone(), |half| images.cast(half));
        Ok(tested(self.setup, &self.batches, |images| model.logits(half(images))))
    }
}

/// Counts how many test images `logits` classifies correctly, and how many there are.
pub(super) fn tested(setup: &Setup, batches: &Batches, mut logits: impl FnMut(Tensor<4>) -> Tensor<2>) -> (u64, u64) {
    let device = setup.device.clone().inner();
    let (mut correct, mut total) = (0, 0);
    for batch in batches.test() {
        total += batch.labels.len() as u64;
        let (images, labels) = batch.into_tensors(&device);
        correct += right(logits(images), labels).into_scalar::<i64>() as u64;
    }
    (correct, total)
}

/// Counts how many images are classified correctly.
fn right(logits: Tensor<2>, labels: Tensor<1, Int>) -> Tensor<1, Int> {
    logits.argmax(1).flatten::<1>(0, 1).equal(labels).int().sum()
}

/// Checks the last loss alone. After the first that is not a number, none is a number again.
fn still_finite(losses: &[Tensor<1>], done: usize, epoch: u64) -> Result<()> {
    match losses.last() {
        Some(last) if !last.clone().into_scalar::<f32>().is_finite() => values(losses.to_vec(), done, epoch).map(drop),
        _ => Ok(()),
    }
}

/// The losses as numbers; `done` steps of the epoch came before them.
fn values(losses: Vec<Tensor<1>>, done: usize, epoch: u64) -> Result<Vec<f64>> {
    let mut values = Vec::with_capacity(losses.len());
    for (index, loss) in losses.into_iter().enumerate() {
        let loss = f64::from(loss.into_scalar::<f32>());
        if !loss.is_finite() {
            bail!("training diverged: the loss is {loss} at step {} of epoch {epoch}", done + index + 1);
        }
        values.push(loss);
    }
    Ok(values)
}

fn mean(losses: &[f64]) -> f64 {
    losses.iter().fold(0.0, |sum, loss| sum + loss) / losses.len() as f64
}
