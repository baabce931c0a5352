//! The timed loop: warm up until steady, then keep each step's time.

use std::time::Duration;

use super::warmup::WarmUp;

/// How long to warm up and to time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Warm up at least so long.
    pub warmup: Duration,
    /// Warm up at most so long after the first step, steady or not.
    pub warmup_most: Duration,
    /// Time at least so long,
    pub timed: Duration,
    /// and at least so many steps,
    pub timed_steps: u64,
    /// but never more than these.
    pub most_steps: u64,
}

/// What the loop saw.
#[derive(Debug, Clone, PartialEq)]
pub struct Timed {
    /// The steps before timing.
    pub warmup: WarmUp,
    /// Whether they had become steady.
    pub steady: bool,
    /// The time of each step after.
    pub times: Vec<Duration>,
}

/// Runs `step`, which gives the time it took, within `limits`. `tell` hears before each step how many were timed; what
/// it does is in no step's time.
///
/// # Errors
/// The first of `step`'s.
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
