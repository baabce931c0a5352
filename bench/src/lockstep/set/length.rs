//! Decides how long sets and turns are.

use std::time::Duration;

use super::record::TurnRecord;
use crate::lockstep::protocol::MOST_STEPS;

/// Time of a turn. It has as many steps as fit into it, which makes the cost of passing the turn on small.
const TURN: Duration = Duration::from_millis(10);

/// Says how long a set continues after its warm-up.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Length {
    /// Until all steps together took this long.
    Time(Duration),
    /// Until every program has done this many steps that count.
    Steps(u64),
    /// Until both are true.
    Both(Duration, u64),
}

/// Number of steps of a program's turns, and how many of them count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TurnLength {
    pub(super) steps: u32,
    pub(super) counted: usize,
}

/// Returns the lengths by one rule for all programs of a set, because otherwise one would count what another leaves
/// out. If the fastest one's steps are shorter than a turn, every turn begins with a step that does not count.
pub(super) fn turn_lengths(step_ns: &[f64]) -> Vec<TurnLength> {
    let fastest = step_ns.iter().copied().filter(|ns| *ns > 0.0).fold(f64::INFINITY, f64::min);
    let lead_in = u32::from(fastest < TURN.as_nanos() as f64);
    let length = |ns: &f64| {
        let counted = steps_in_turn(*ns).min(MOST_STEPS - lead_in);
        TurnLength { steps: counted + lead_in, counted: counted as usize }
    };
    step_ns.iter().map(length).collect()
}

pub(super) fn steps_in_turn(step_ns: f64) -> u32 {
    (TURN.as_nanos() as f64 / step_ns.max(1.0)).ceil().clamp(1.0, f64::from(MOST_STEPS)) as u32
}

/// Says how far a set is.
pub(super) struct Done {
    ns: u64,
    steps: Vec<u64>,
}

impl Done {
    pub(super) fn new(members: usize) -> Self {
        Self { ns: 0, steps: vec![0; members] }
    }

    pub(super) fn add(&mut self, turn: Option<&TurnRecord>) {
        if let Some(turn) = turn.filter(|turn| turn.counted > 0) {
            self.ns += turn.times.iter().sum::<u64>();
            self.steps[turn.member] += turn.counted as u64;
        }
    }

    pub(super) fn share(&self, length: Length, alive: &[usize]) -> f64 {
        match length {
            Length::Time(time) => self.ns as f64 / time.as_nanos() as f64,
            Length::Steps(steps) => {
                let least = alive.iter().map(|member| self.steps[*member]).min().unwrap_or(0);
                least as f64 / steps as f64
            }
            Length::Both(time, steps) => {
                self.share(Length::Time(time), alive).min(self.share(Length::Steps(steps), alive))
            }
        }
    }
}
