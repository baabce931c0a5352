//! Measures what a training step spends outside the network's layers: on its batch, the loss and the optimizer, each by
//! itself.
//!
//! `cargo run --release -p skipbench --example outside` prints a table of medians, on the CPU with all its threads. It
//! covers three networks on 32×32 pixels, with batch size 64, augmented as CIFAR-10 is.

use std::time::{Duration, Instant};

use burn::optim::GradientsParams;
use burn::tensor::{Distribution, Int, Tensor};
use skipbench::internals::cell::{Cell, Task};
use skipbench::internals::data::{Augment, Batches, Source};
use skipbench::internals::device::{Backend, DeviceId};
use skipbench::internals::tasks::Setup;
use skipbench_models::Images;

const MODELS: [&str; 3] = ["resnet20", "densenet-40-12", "densenet-bc-100-12"];
const IMAGES: Images = Images { channels: 3, size: 32, classes: 10 };
const BATCH: usize = 64;
const STEPS: usize = 11;

fn main() -> anyhow::Result<()> {
    println!("| network | step | batch | loss and its gradient | optimizer | together |\n|---|---|---|---|---|---|");
    MODELS.iter().try_for_each(|model| line(model))
}

fn line(model: &str) -> anyhow::Result<()> {
    let source = Source::Generated { images: IMAGES };
    let flex = DeviceId { backend: Backend::Flex, index: 0 };
    let cell = Cell { data: source.load()?.summary(), source, ..Cell::alone(model, Task::TrainStep, flex)? };
    let setup = Setup::new(&cell)?;
    let (batch, loss, [step, optimizer]) = (batch(&setup), loss(&setup), steps(&setup)?);
    let together = (batch + loss + optimizer).as_secs_f64() / step.as_secs_f64();
    println!("| {model} | {step:.1?} | {batch:.2?} | {loss:.2?} | {optimizer:.2?} | {:.2} % |", together * 100.0);
    Ok(())
}

/// Returns the median of repeated times.
fn median(times: impl Iterator<Item = Duration>) -> Duration {
    let mut times: Vec<Duration> = times.collect();
    times.sort();
    times[times.len() / 2]
}

fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let start = Instant::now();
    (work(), start.elapsed())
}

/// Returns the time to draw, augment and normalize a batch and make it a tensor. It is drawn in two halves, each of all
/// available images.
fn batch(setup: &Setup) -> Duration {
    let batches = Batches::new(&setup.data, setup.data.train.count());
    let augment = Augment { pad: 4, flip: true };
    let half = |epoch| timed(|| batches.train(1, epoch, augment).map(|half| half.into_tensors(&setup.device)).last()).1;
    median((1..100).map(half)) * BATCH as u32 / setup.data.train.count() as u32
}

/// Returns the time of the loss of logits and its gradient.
fn loss(setup: &Setup) -> Duration {
    let criterion = setup.loss();
    let logits = Tensor::<2>::random([BATCH, IMAGES.classes], Distribution::Default, &setup.device).require_grad();
    let labels = Tensor::<1, Int>::zeros([BATCH], &setup.device);
    median((0..100).map(|_| timed(|| criterion.forward(logits.clone(), labels.clone()).backward()).1))
}

/// Returns the time of a whole step, and of the optimizer's part of it.
fn steps(setup: &Setup) -> anyhow::Result<[Duration; 2]> {
    let (mut model, criterion, mut optimizer) = (setup.model()?.0, setup.loss(), setup.optimizer());
    let (images, labels) = Batches::new(&setup.data, BATCH).fixed().into_tensors(&setup.device);
    let mut times = Vec::new();
    for _ in 0..STEPS {
        let start = Instant::now();
        let gradients = criterion.forward(model.forward(images.clone()), labels.clone()).backward();
        let gradients = GradientsParams::from_grads(gradients, &model);
        let (next, update) = timed(|| optimizer.step(0.01, model, gradients));
        model = next;
        times.push([start.elapsed(), update]);
    }
    Ok([0, 1].map(|part| median(times.iter().map(|time| time[part]))))
}
