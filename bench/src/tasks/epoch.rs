//! Times whole epochs as training runs them (`train-epoch`): order, augmentation, transfer, steps.
//!
//! Timed: from the shuffling of the images to the end of the last step, with a wait for the device on both sides, and
//! within it the time that the host spends preparing batches. Not timed: loading from disk, building, tests, and the
//! warm-up, which runs steps on one batch until they are steady. Verified: the last loss is finite. Bias: the images
//! are in memory, decoded.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use burn::tensor::{Int, Tensor};
use skipbench_models::Network;
use skipbench_reports::rows;

use super::interface::{Report, TaskResult};
use super::setup::Setup;
use super::step::{finite, step};
use super::throughput::{median_ns, repeat, series, warmed};
use crate::cell::{Measured, Progress};
use crate::files::data::Batches;
use crate::tasks::meter;

/// Fewest epochs that are timed.
const EPOCHS: u64 = 2;

pub(super) fn run<N: Network>(setup: &Setup, report: &mut Report) -> TaskResult {
    let (model, measured) = setup.network::<N>()?;
    let (criterion, mut optimizer) = (setup.loss(), setup.optimizer());
    let batches = Batches::new(&setup.data, setup.recipe().batch);
    let rate = setup.recipe().lr / 10.0;
    let mut model = Some(model);
    let mut advance = |batch| {
        let current: N = model.take().expect("every step gives the network back");
        let (next, loss, _) = step(current, &mut optimizer, &criterion, batch, rate, setup.recipe().precision);
        model = Some(next);
        loss
    };
    let fixed = batches.fixed().into_tensors(&setup.device);
    let warmup =
        repeat(setup, report, || meter::timed(&setup.device, || advance(fixed.clone())).map(|(_, time)| time))?;
    let epochs = Epochs::timed(setup, &batches, advance, report)?;
    let loss = finite(epochs.last.context("an epoch has at least one step")?)?;
    let (measured, mut samples) = warmed(Measured { loss: Some(loss), ..measured }, &warmup);
    samples.extend(series(rows::series::EPOCH_NS, &epochs.times));
    samples.extend(series(rows::series::EPOCH_DATA_NS, &epochs.preparing));
    let measured = Measured {
        epoch_images: Some(epochs.images),
        epoch_ns_median: median_ns(&epochs.times),
        epoch_data_ns_median: median_ns(&epochs.preparing),
        rss_peak_bytes: meter::rss::peak_bytes(),
        ..measured
    };
    Ok((measured, samples))
}

/// Holds the epochs that were timed.
#[derive(Default)]
struct Epochs {
    times: Vec<Duration>,
    /// Part of each epoch that was spent preparing batches.
    preparing: Vec<Duration>,
    /// Number of images in one epoch.
    images: u64,
    /// Loss of the last step.
    last: Option<Tensor<1>>,
}

impl Epochs {
    /// Runs as many epochs as the recipe's time takes. `advance` does a step.
    fn timed(
        setup: &Setup,
        batches: &Batches,
        mut advance: impl FnMut((Tensor<4>, Tensor<1, Int>)) -> Tensor<1>,
        report: &mut Report,
    ) -> Result<Self> {
        let least = Duration::from_millis(setup.recipe().timed_ms);
        let mut epochs = Self::default();
        while (epochs.times.len() as u64) < EPOCHS || epochs.times.iter().sum::<Duration>() < least {
            let epoch = epochs.times.len() as u64 + 1;
            let total = epoch.max(EPOCHS);
            report(Progress { done: epoch - 1, total, epoch, epochs: total, loss: None });
            let (preparing, time) = meter::timed(&setup.device, || epochs.once(setup, batches, epoch, &mut advance))?;
            epochs.times.push(time);
            epochs.preparing.push(preparing);
        }
        Ok(epochs)
    }

    /// Runs one epoch. Returns the time that was spent preparing its batches.
    fn once(
        &mut self,
        setup: &Setup,
        batches: &Batches,
        epoch: u64,
        advance: &mut impl FnMut((Tensor<4>, Tensor<1, Int>)) -> Tensor<1>,
    ) -> Duration {
        let mut preparing = Duration::ZERO;
        self.images = 0;
        let mut batches = batches.train(setup.cell.seed, epoch, setup.augment());
        loop {
            let start = Instant::now();
            let Some(batch) = batches.next() else { return preparing };
            self.images += batch.labels.len() as u64;
            let tensors = batch.into_tensors(&setup.device);
            preparing += start.elapsed();
            self.last = Some(advance(tensors));
        }
    }
}
