//! Measures `peak-memory-train` and `peak-memory-infer`: the most memory alive at once while steps run, in a separate
//! pass.
//!
//! Measured: heap bytes of the whole process, by the counting allocator. The counter is reset at the start of every
//! part of every step. It gives the most bytes alive in the forward pass, the backward pass and the optimizer (in
//! inference the forward pass alone), and what each leaves alive. VmHWM is read at the end; on CubeCL devices also the
//! bytes in use and reserved in their pools. From the third step on the work is counted too: allocations, what was
//! asked of this project's kernels, instructions. Not measured: what code outside the allocator maps. Verified: the
//! last loss, or the last logits, are finite. Bias: the heap peak includes weights, optimizer state, the batch and the
//! backend's scratch, as a user's process does. The data set is not among them, because it is released once the batch
//! is made.

use anyhow::Result;
use burn::tensor::{Device, FloatDType};
use skipbench_models::Network;
use skipbench_reports::rows::series;
use skipbench_reports::stats;

use super::interface::{Report, TaskResult};
use super::precision::{backward, cast, forward};
use super::setup::Setup;
use super::step::{finite, shape_word};
use crate::cell::{Measured, Progress, Sample};
use crate::files::data::Batches;
use crate::tasks::meter::work::{Span, Work};
use crate::tasks::meter::{self, heap, rss};

/// Number of steps. The first also allocates the optimizer's state, and only later ones see the whole. From the third
/// on, a step that leaves more behind than it found leaks.
const STEPS: u64 = 6;

/// Number of steps after which work is counted. The first makes the optimizer's state, and caches fill.
const COUNTED_AFTER: u64 = 2;

/// Phases of a training step.
const PHASES: [&str; 3] = ["forward", "backward", "optimizer"];

/// Holds heap bytes in one phase of a step.
#[derive(Debug, Clone, Copy)]
pub struct HeapUse {
    /// Most bytes alive during it.
    pub peak: u64,
    /// Bytes alive after it.
    pub live: u64,
}

impl HeapUse {
    /// Returns its samples.
    fn samples(self, phase: &str, step: u64) -> [Sample; 2] {
        let (peak, live) = (series::phase_peak_bytes(phase), series::phase_live_bytes(phase));
        [Sample::new(&peak, step, self.peak as f64), Sample::new(&live, step, self.live as f64)]
    }
}

/// Runs `work`, waits for the device, and returns what it made and what the heap did.
fn measure_heap<T>(device: &Device, work: impl FnOnce() -> T) -> Result<(T, HeapUse)> {
    let span = heap::Span::start();
    let made = work();
    meter::sync(device)?;
    Ok((made, HeapUse { peak: span.peak_bytes(), live: heap::live_bytes() }))
}

pub(super) fn train<N: Network>(setup: &mut Setup, report: &mut Report) -> TaskResult {
    let (mut model, measured) = setup.network::<N>()?;
    let (criterion, mut optimizer) = (setup.loss(), setup.optimizer());
    let batch = Batches::new(&setup.data, setup.recipe().batch).fixed().into_tensors(&setup.device);
    setup.forget_images();
    let (rate, precision) = (setup.recipe().lr / 10.0, setup.recipe().precision);
    // Reserved before the measuring begins, of which it would else be a part.
    let mut curve: Vec<[HeapUse; 3]> = Vec::with_capacity(STEPS as usize);
    let (start, mut last, mut saved, mut shape, mut work) = (heap::live_bytes(), None, 0, [0; 2], None);
    for done in 0..STEPS {
        report(Progress { done, total: STEPS, epoch: 0, epochs: 0, loss: None });
        let span = counted(setup, done);
        let (images, labels) = batch.clone();
        let before = heap::live_bytes();
        let (loss, forwards) = measure_heap(&setup.device, || {
            let logits = forward(&model, images, precision);
            shape = logits.dims();
            criterion.forward(logits, labels)
        })?;
        saved = forwards.live.saturating_sub(before);
        last = Some(finite(loss.clone().inner())?);
        let (gradients, backwards) = measure_heap(&setup.device, || backward(&model, loss, precision))?;
        let (next, optimizing) = measure_heap(&setup.device, || optimizer.step(rate, model, gradients))?;
        model = next;
        work = Work::least(work, span.map(Span::end));
        curve.push([forwards, backwards, optimizing]);
    }
    let measured = Measured { loss: last, heap_saved_bytes: Some(saved), output_shape: shape_word(shape), ..measured };
    let measured = with_work(measured, work);
    Ok((with_curve(with_memory(measured, start, peak(&curve), &setup.device), &curve), samples(&curve)))
}

/// Begins to count the work of the step after `done` others, if it is one of those that count.
fn counted(setup: &Setup, done: u64) -> Option<Span> {
    if done >= COUNTED_AFTER { Span::start(setup.cell.device.backend) } else { None }
}

fn with_work(measured: Measured, work: Option<Work>) -> Measured {
    match work {
        Some(work) => work.added_to(measured),
        None => measured,
    }
}

fn peak(curve: &[[HeapUse; 3]]) -> u64 {
    curve.iter().flatten().map(|phase| phase.peak).max().unwrap_or(0)
}

fn with_curve(measured: Measured, curve: &[[HeapUse; 3]]) -> Measured {
    let [forward, backward, optimizer] = [0, 1, 2].map(|phase| curve.iter().map(|step| step[phase].peak).max());
    let left: Vec<u64> = curve.iter().map(|step| step[2].live).collect();
    Measured {
        heap_peak_forward_bytes: forward,
        heap_peak_backward_bytes: backward,
        heap_peak_optimizer_bytes: optimizer,
        heap_growth_bytes: growth(&left),
        ..measured
    }
}

/// Returns the bytes that a step leaves behind: the median difference between neighbors of `left`, the bytes alive
/// after each step. The first step is left out, because it makes the optimizer's state.
pub fn growth(left: &[u64]) -> Option<i64> {
    let steps: Vec<f64> = left.get(1..)?.windows(2).map(|pair| pair[1] as f64 - pair[0] as f64).collect();
    stats::median(&steps).map(|bytes| bytes as i64)
}

fn samples(curve: &[[HeapUse; 3]]) -> Vec<Sample> {
    let mut samples = Vec::new();
    for (index, step) in (1..).zip(curve) {
        samples.extend(PHASES.iter().zip(step).flat_map(|(phase, heap)| heap.samples(phase, index)));
    }
    samples
}

pub(super) fn infer<N: Network>(setup: &mut Setup, report: &mut Report) -> TaskResult {
    let (model, measured) = setup.network::<N>()?;
    let precision = setup.recipe().precision;
    let model = cast(&model.valid(), precision);
    let device = setup.device.clone().inner();
    let (images, _) = Batches::new(&setup.data, setup.recipe().batch).fixed().into_tensors(&device);
    setup.forget_images();
    let images = precision.half().map_or(images.clone(), |half| images.cast(half));
    let (start, mut shape, mut work) = (heap::live_bytes(), [0; 2], None);
    let curve = passes(&device, STEPS, |done| {
        report(Progress { done, total: STEPS, epoch: 0, epochs: 0, loss: None });
        let span = counted(setup, done);
        let logits = model.logits(images.clone());
        shape = logits.dims();
        let seen = finite(logits.cast(FloatDType::F32).sum());
        work = Work::least(work, span.map(Span::end));
        seen.map(drop)
    })?;
    let left: Vec<u64> = curve.iter().map(|pass| pass.live).collect();
    let measured = Measured { output_shape: shape_word(shape), heap_growth_bytes: growth(&left), ..measured };
    let measured = with_work(measured, work);
    let peak = curve.iter().map(|pass| pass.peak).max().unwrap_or(0);
    let samples = (1..).zip(&curve).flat_map(|(index, pass)| pass.samples(PHASES[0], index)).collect();
    Ok((with_memory(measured, start, peak, &device), samples))
}

/// Returns what the heap did in each of `count` forward passes.
///
/// # Errors
/// Returns the first error of a pass.
pub fn passes(device: &Device, count: u64, mut pass: impl FnMut(u64) -> Result<()>) -> Result<Vec<HeapUse>> {
    // Reserved before the measuring begins, of which it would else be a part.
    let mut curve = Vec::with_capacity(count as usize);
    for done in 0..count {
        let (ended, part) = measure_heap(device, || pass(done))?;
        ended?;
        curve.push(part);
    }
    Ok(curve)
}

fn with_memory(measured: Measured, start: u64, peak: u64, device: &Device) -> Measured {
    let pools = device.memory_pool_usage();
    Measured {
        heap_start_bytes: Some(start),
        heap_peak_bytes: Some(peak),
        rss_peak_bytes: rss::peak_bytes(),
        device_in_use_bytes: pools.as_ref().map(|pools| pools.bytes_in_use),
        device_reserved_bytes: pools.as_ref().map(|pools| pools.bytes_reserved),
        ..measured
    }
}
