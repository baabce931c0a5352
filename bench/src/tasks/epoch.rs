//! `train-epoch`: the time of whole epochs as training runs them: order, augmentation, transfer, steps.
//!
//! Timed: from the shuffling of the images to the end of the last step, the device waited for on both sides; within it, the
//! time that the host spends preparing batches. Not timed: loading from disk, building, tests, the warm-up, which runs steps
//! on one batch until they are steady. Verified: the last loss is finite. Bias: the images are in memory, decoded.

use std::time::{Duration, Instant};

use anyhow::Context;
use burn::tensor::Tensor;
use skipbench_models::Network;
use skipbench_reports::rows;

use super::throughput::{median_ns, repeat, series, warmed};
use super::{Report, Setup, TaskResult, finite, step};
use crate::cell::{Measured, Progress};
use crate::data::Batches;
use crate::meter;

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
    let least = Duration::from_millis(setup.recipe().timed_ms);
    let (mut times, mut preparing, mut last): (Vec<Duration>, Vec<Duration>, Option<Tensor<1>>) = Default::default();
    let mut images = 0;
    while (times.len() as u64) < EPOCHS || times.iter().sum::<Duration>() < least {
        let epoch = times.len() as u64 + 1;
        report(Progress { done: epoch - 1, total: epoch.max(EPOCHS), epoch, epochs: epoch.max(EPOCHS), loss: None });
        let (data, time) = meter::timed(&setup.device, || {
            let mut data = Duration::ZERO;
            images = 0;
            let mut batches = batches.train(setup.cell.seed, epoch, setup.augment());
            loop {
                let start = Instant::now();
                let Some(batch) = batches.next() else { return data };
                images += batch.labels.len() as u64;
                let tensors = batch.into_tensors(&setup.device);
                data += start.elapsed();
                last = Some(advance(tensors));
            }
        })?;
        times.push(time);
        preparing.push(data);
    }
    let loss = finite(last.context("an epoch has at least one step")?)?;
    let (measured, mut samples) = warmed(Measured { loss: Some(loss), ..measured }, &warmup);
    samples.extend(series(rows::series::EPOCH_NS, &times));
    samples.extend(series(rows::series::EPOCH_DATA_NS, &preparing));
    let measured = Measured {
        epoch_images: Some(images),
        epoch_ns_median: median_ns(&times),
        epoch_data_ns_median: median_ns(&preparing),
        rss_peak_bytes: meter::rss::peak_bytes(),
        ..measured
    };
    Ok((measured, samples))
}
