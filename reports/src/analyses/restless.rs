//! Whether programs that took turns were at work between them, where they slow whoever's turn it is.

use crate::rows::series;
use crate::rows::store::Run;
use crate::stats::lockstep::RESTLESS;

/// Processor time of one program between its turns, as a share of the time of its steps; none of what took no turns, or
/// says nothing of it.
pub fn asleep_share<'a>(runs: impl Iterator<Item = &'a Run>) -> Option<f64> {
    let (mut asleep, mut awake, mut told) = (0.0, 0.0, false);
    for sample in runs.flat_map(|run| &run.samples) {
        match &*sample.series {
            series::TURN_ASLEEP_CPU_NS => {
                asleep += sample.value;
                told = true;
            }
            series::STEP_NS => awake += sample.value,
            _ => {}
        }
    }
    (told && awake > 0.0).then(|| asleep / awake)
}

/// The same, where it is so much that it must be said.
pub fn restless_share<'a>(runs: impl Iterator<Item = &'a Run>) -> Option<f64> {
    asleep_share(runs).filter(|share| *share > RESTLESS)
}
