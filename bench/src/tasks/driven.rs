//! Runs cells whose steps are driven from outside, turn by turn: `train-step`, `infer` and `latency` in a set.
//!
//! Before its first turn a cell does what it would otherwise do after its last: its first step, in which a device
//! compiles, and for `train-step` some steps in parts. The driver decides about warm-up and turns. Verified: every
//! step's loss or logits are finite, which is checked when the step's time is taken.

use std::time::Duration;

use anyhow::{Result, bail};
use skipbench_models::Network;

use super::setup::Setup;
use super::throughput::{InferSteps, TrainSteps};
use crate::cell::{Measured, Outcome, Task};
use crate::device;
use crate::tasks::meter::rss;

/// Does one step per call and returns its time.
pub(crate) type Stepper<'a> = Box<dyn FnMut() -> Result<Duration> + 'a>;

/// Largest number of steps in parts, which is enough for a median.
const MOST_PARTS: u64 = 1000;

/// Returns what a cell reports before its first turn, and its steps.
///
/// # Errors
/// Returns an error for a task that does not consist of steps, a network that cannot be built, or a first step that
/// fails.
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

/// Returns a step's time if its result is valid.
fn verified<T>(time: Duration, work: Result<T>) -> Result<Duration> {
    work.map(|_| time)
}
