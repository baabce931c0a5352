//! `train-step` and `infer`: the time of whole steps on one fixed real batch.
//!
//! Timed: the step, with a wait for the device on both sides. Not timed: loading, building, data preparation and
//! transfer, the first `warmup_steps` steps. Verified: the last loss, or the last logits, are finite, so that work that
//! failed cannot pass as fast work. Bias: the batch is warm in the caches, as it is not in training from disk.

use anyhow::Result;
use burn::module::Module;
use burn::tensor::Tensor;
use skipbench_reports::stats;

use super::{Report, Result2, Setup, finite, step};
use crate::cell::{Measured, Progress, Sample};
use crate::data::Batches;
use crate::meter;

pub(super) fn train_step(setup: &Setup, report: &mut Report) -> Result2 {
    let (model, measured) = setup.model()?;
    let (criterion, mut optimizer) = (setup.loss(), setup.optimizer());
    let batch = Batches::new(&setup.data, setup.recipe().batch).fixed().into_tensors(&setup.device);
    let rate = setup.recipe().lr / 10.0;
    let (mut model, mut last) = (Some(model), None);
    let times = repeat(setup, report, || {
        let current = model.take().expect("every step gives the network back");
        let (next, loss, _) = step(current, &mut optimizer, &criterion, batch.clone(), rate);
        model = Some(next);
        last = Some(loss);
    })?;
    let loss = last.map(finite).transpose()?;
    Ok(outcome(setup, Measured { loss, ..measured }, &times))
}

pub(super) fn infer(setup: &Setup, report: &mut Report) -> Result2 {
    let (model, measured) = setup.model()?;
    let model = model.valid();
    let device = setup.device.clone().inner();
    let (images, _) = Batches::new(&setup.data, setup.recipe().batch).fixed().into_tensors(&device);
    let mut last: Option<Tensor<2>> = None;
    let times = repeat(setup, report, || last = Some(model.forward(images.clone())))?;
    last.map(|logits| finite(logits.sum())).transpose()?;
    Ok(outcome(setup, measured, &times))
}

/// The loop: warm up, then time each step.
fn repeat(setup: &Setup, report: &mut Report, mut step: impl FnMut()) -> Result<Vec<u64>> {
    let (warmup, timed) = (setup.recipe().warmup_steps, setup.recipe().timed_steps);
    let mut times = Vec::with_capacity(timed as usize);
    for done in 0..warmup + timed {
        report(Progress { done, total: warmup + timed, epoch: 0, epochs: 0, loss: None });
        let ((), time) = meter::timed(&setup.device, &mut step)?;
        if done >= warmup {
            times.push(time.as_nanos() as u64);
        }
    }
    Ok(times)
}

fn outcome(setup: &Setup, measured: Measured, times: &[u64]) -> (Measured, Vec<Sample>) {
    let values: Vec<f64> = times.iter().map(|time| *time as f64).collect();
    let samples = (1..).zip(&values).map(|(index, value)| Sample::new("step_ns", index, *value)).collect();
    let measured = Measured {
        warmup_steps: Some(setup.recipe().warmup_steps),
        timed_steps: Some(times.len() as u64),
        step_ns_median: stats::median(&values).map(|median| median as u64),
        rss_peak_bytes: meter::rss::peak_bytes(),
        ..measured
    };
    (measured, samples)
}
