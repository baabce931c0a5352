//! Cells whose steps are driven from outside, one turn after the other: `train-step`, `infer` and `latency` in a set.
//!
//! Before its first turn a cell does what it would else do after its last: its first step, in which a device compiles,
//! and for `train-step` some steps in parts. Warm-up and turns are the driver's. Verified: every step's loss or logits
//! are finite, looked at when the step's time is taken.

use std::time::Duration;

use anyhow::{Result, bail};
use skipbench_models::Network;

use super::setup::Setup;
use super::throughput::{InferSteps, TrainSteps};
use crate::cell::{Measured, Outcome, Task};
use crate::device;
use crate::tasks::meter::rss;

/// One step, which gives its time, again and again.
pub(crate) type Stepper<'a> = Box<dyn FnMut() -> Result<Duration> + 'a>;

/// Steps in parts need no more than these to have a median.
const MOST_PARTS: u64 = 1000;

/// What a cell says of itself before its first turn, and its steps.
///
/// # Errors
/// A task that does not consist of steps, a network that cannot be built, a first step that fails.
pub(crate) fn prepare<'a, N: Network + 'a>(setup: &'a Setup) -> Result<(Outcome, Stepper<'a>)> {
    let (measured, samples, stepper): (_, _, Stepper<'a>) = match setup.cell.task {
        Task::TrainStep => {
            let (mut steps, measured) = TrainSteps::<N>::new(setup)?;
            steps.step()?;
            let (measured, samples) = steps.in_parts(measured, setup.recipe().timed_steps.min(MOST_PARTS))?;
            (measured, samples, Box::new(move || verified(steps.step()?, steps.verified())))
        }
        Task::Infer | Task::Latency => {
            let (mut steps, measured) = InferSteps::<N>::new(setup)?;
            steps.step()?;
            let measured = Measured { output_shape: steps.verified()?, ..measured };
            (measured, Vec::new(), Box::new(move || verified(steps.step()?, steps.verified())))
        }
        other => bail!("{} does not consist of steps; train-step, infer and latency do", other.word()),
    };
    let measured = Measured { rss_peak_bytes: rss::peak_bytes(), ..measured };
    Ok((Outcome { device_name: device::name(setup.cell.device, &setup.device), measured, samples }, stepper))
}

/// A step's time, if its work came out right.
fn verified<T>(time: Duration, work: Result<T>) -> Result<Duration> {
    work.map(|_| time)
}
