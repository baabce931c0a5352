//! Runs the timed loop: warms up until steady, then keeps each step's time.

use std::time::Duration;

use super::warmup::WarmUp;

/// Says how long to warm up and to time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Least time to warm up.
    pub warmup: Duration,
    /// Longest time to warm up after the first step, steady or not.
    pub warmup_most: Duration,
    /// Least time to be timed.
    pub timed: Duration,
    /// Least number of steps to be timed.
    pub timed_steps: u64,
    /// Largest number of steps to be timed.
    pub most_steps: u64,
}

/// Holds what the loop measured.
#[derive(Debug, Clone, PartialEq)]
pub struct Timed {
    /// Warm-up: the steps before timing.
    pub warmup: WarmUp,
    /// Whether they had become steady.
    pub steady: bool,
    /// Time of each step after the warm-up.
    pub times: Vec<Duration>,
}

/// Runs `step`, which returns the time it took, within `limits`. Before each step `tell` receives how many were timed.
/// Its own work is in no step's time.
///
/// # Errors
/// Returns the first error of `step`.
pub fn repeat<E>(
    limits: &Limits,
    mut step: impl FnMut() -> Result<Duration, E>,
    mut tell: impl FnMut(u64),
) -> Result<Timed, E> {
    let mut warmup = WarmUp::default();
    let warm = |warmup: &WarmUp| warmup.spent() >= limits.warmup && warmup.is_steady();
    while !warm(&warmup) && warmup.spent_since_first() < limits.warmup_most {
        tell(0);
        warmup.add(step()?);
    }
    let steady = warm(&warmup);
    let (mut times, mut spent) = (Vec::new(), Duration::ZERO);
    let enough = |times: &[Duration], spent| times.len() as u64 >= limits.timed_steps && spent >= limits.timed;
    while !enough(&times, spent) && (times.len() as u64) < limits.most_steps.max(limits.timed_steps) {
        tell(times.len() as u64);
        let time = step()?;
        spent += time;
        times.push(time);
    }
    Ok(Timed { warmup, steady, times })
}
