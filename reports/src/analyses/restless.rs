//! Finds programs that worked between their turns, where they slow down the program whose turn it is.

use crate::rows::series;
use crate::rows::store::Run;
use crate::stats::lockstep::RESTLESS;

/// Returns the processor time of one program between its turns, as a share of the time of its steps. There is none if
/// it took no turns, or does not report it.
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

/// Returns the same share if it is large enough for a note.
pub fn restless_share<'a>(runs: impl Iterator<Item = &'a Run>) -> Option<f64> {
    asleep_share(runs).filter(|share| *share > RESTLESS)
}
