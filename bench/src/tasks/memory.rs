//! `peak-memory-train` and `peak-memory-infer`: the most memory alive at once while steps run, in a pass of its own.
//!
//! Measured: heap bytes of the whole process by the counting allocator, from the moment network and batch are there, and
//! what the last forward pass leaves alive for its backward pass; VmHWM at the end; on CubeCL devices the bytes in use and reserved in their pools. Not measured: what code outside the
//! allocator maps. Verified: the last loss, or the last logits, are finite. Bias: the heap peak includes weights,
//! optimiser state, the batch and the backend's scratch, as a user's process does.

use burn::module::Module;
use burn::tensor::Device;

use super::{Report, Result2, Setup, finite, update};
use crate::cell::{Measured, Progress};
use crate::data::Batches;
use crate::meter::{self, heap, rss};

/// The first step also allocates the optimiser's state, so that only later ones see the whole.
const STEPS: u64 = 3;

pub(super) fn train(setup: &Setup, report: &mut Report) -> Result2 {
    let (mut model, measured) = setup.model()?;
    let (criterion, mut optimizer) = (setup.loss(), setup.optimizer());
    let batch = Batches::new(&setup.data, setup.recipe().batch).fixed().into_tensors(&setup.device);
    let rate = setup.recipe().lr / 10.0;
    let span = heap::Span::start();
    let (mut last, mut saved) = (None, 0);
    for done in 0..STEPS {
        report(Progress { done, total: STEPS, epoch: 0, epochs: 0, loss: None });
        let (images, labels) = batch.clone();
        let before = heap::live_bytes();
        let loss = criterion.forward(model.forward(images), labels);
        meter::sync(&setup.device)?;
        saved = heap::live_bytes().saturating_sub(before);
        last = Some(finite(loss.clone().inner())?);
        model = update(model, &mut optimizer, loss, rate);
    }
    meter::sync(&setup.device)?;
    let measured = Measured { loss: last, heap_saved_bytes: Some(saved), ..measured };
    Ok((with_memory(measured, span, &setup.device), Vec::new()))
}

pub(super) fn infer(setup: &Setup, report: &mut Report) -> Result2 {
    let (model, measured) = setup.model()?;
    let model = model.valid();
    let device = setup.device.clone().inner();
    let (images, _) = Batches::new(&setup.data, setup.recipe().batch).fixed().into_tensors(&device);
    let span = heap::Span::start();
    for done in 0..STEPS {
        report(Progress { done, total: STEPS, epoch: 0, epochs: 0, loss: None });
        finite(model.forward(images.clone()).sum())?;
    }
    meter::sync(&device)?;
    Ok((with_memory(measured, span, &device), Vec::new()))
}

fn with_memory(measured: Measured, span: heap::Span, device: &Device) -> Measured {
    let pools = device.memory_pool_usage();
    Measured {
        heap_start_bytes: Some(span.start_bytes()),
        heap_peak_bytes: Some(span.peak_bytes()),
        rss_peak_bytes: rss::peak_bytes(),
        device_in_use_bytes: pools.as_ref().map(|pools| pools.bytes_in_use),
        device_reserved_bytes: pools.as_ref().map(|pools| pools.bytes_reserved),
        ..measured
    }
}
