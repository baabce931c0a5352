//! Runs one set: fresh processes of all programs, warmed up, then turns in a balanced order.

mod length;
mod record;

use std::time::Duration;

use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use skipbench_reports::stats;

use super::order::Order;
use super::{Fault, Launcher, Live};
use crate::tasks::meter::warmup::WarmUp;

pub use length::Length;
use length::{Done, TurnLength, steps_in_turn, turn_lengths};
pub use record::SetRecord;
pub(crate) use record::TurnRecord;

/// Says how a set is run, besides its length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pace {
    /// Least time for which each program warms up.
    pub(crate) warm_up: Duration,
    /// Longest time for which it warms up after its first step, steady or not.
    pub(crate) warm_up_most: Duration,
    /// Fewest programs with which turns continue. One alone has nothing to be compared with, but has its own times.
    pub(crate) fewest: usize,
}

impl Default for Pace {
    fn default() -> Self {
        Self { warm_up: Duration::from_millis(300), warm_up_most: Duration::from_secs(10), fewest: 2 }
    }
}

/// Largest number of bytes by which a process's environment is padded: a page, within which addresses matter.
const MOST_PADDING: usize = 4096;

/// Fewest blocks. The first one does not count: it finds the caches as the warm-up left them. In two more every program
/// has a turn between two of the reference.
const FEWEST_BLOCKS: u64 = 3;

/// A running set.
pub(crate) struct Set<'a, L: Launcher> {
    number: u64,
    launcher: &'a mut L,
    live: Vec<Option<L::Live>>,
    record: SetRecord,
    rng: ChaCha8Rng,
    pace: Pace,
}

impl<'a, L: Launcher> Set<'a, L> {
    /// Creates set `number`, whose random numbers follow from it and `seed`. `members` may be started, but none is yet.
    pub(crate) fn new(number: u64, seed: u64, launcher: &'a mut L, members: usize) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(number);
        let live = (0..members).map(|_| None).collect();
        Self { number, launcher, live, record: SetRecord::default(), rng, pace: Pace::default() }
    }

    /// Sets another pace than the usual one.
    pub(crate) fn paced(self, pace: Pace) -> Self {
        Self { pace, ..self }
    }

    /// Starts `members`, warms them up, and lets them take turns for `length`. `report` receives the share of that
    /// which is done.
    ///
    /// # Errors
    /// Returns an error if the user wants to end.
    pub(crate) fn run(
        mut self,
        members: &[usize],
        length: Length,
        report: &mut dyn FnMut(f64),
    ) -> Result<SetRecord, Stopped> {
        let mut order = members.to_vec();
        order.shuffle(&mut self.rng);
        for member in &order {
            self.start(*member)?;
        }
        let mut step_ns = vec![0.0; self.live.len()];
        for member in order {
            step_ns[member] = self.warm_up(member)?;
        }
        self.take_turns(&turn_lengths(&step_ns), length, report)?;
        Ok(self.record)
    }

    fn start(&mut self, member: usize) -> Result<(), Stopped> {
        let padding = self.rng.random_range(0..MOST_PADDING);
        match self.launcher.start(member, padding) {
            Ok((live, introduction)) => {
                self.record.introductions.push((member, introduction));
                self.live[member] = Some(live);
                Ok(())
            }
            Err(fault) => self.broken(member, fault),
        }
    }

    /// Lets one program alone do steps until their times are steady. Returns the median of the last ones, in
    /// nanoseconds.
    fn warm_up(&mut self, member: usize) -> Result<f64, Stopped> {
        let mut warm_up = WarmUp::default();
        let mut steps = 1;
        let Pace { warm_up: least, warm_up_most: most, .. } = self.pace;
        let warm = |warm_up: &WarmUp| warm_up.spent() >= least && warm_up.is_steady();
        while !warm(&warm_up) && warm_up.spent_since_first() < most {
            let Some(times) = self.turn(member, None, steps, 0)? else { return Ok(0.0) };
            times.iter().for_each(|time| warm_up.add(Duration::from_nanos(*time)));
            steps = steps_in_turn(last_median(&warm_up));
        }
        Ok(last_median(&warm_up))
    }

    fn take_turns(
        &mut self,
        lengths: &[TurnLength],
        length: Length,
        report: &mut dyn FnMut(f64),
    ) -> Result<(), Stopped> {
        let mut done = Done::new(self.live.len());
        let (mut place, mut alive, mut order) = (0, Vec::new(), Order::new(0, 0, self.rng.clone()));
        let mut blocks = 0;
        loop {
            let still_alive: Vec<usize> = (0..self.live.len()).filter(|member| self.live[*member].is_some()).collect();
            let enough = blocks >= FEWEST_BLOCKS && done.share(length, &still_alive) >= 1.0;
            if still_alive.len() < self.pace.fewest || enough {
                return Ok(());
            }
            if still_alive != alive {
                order = self.order_of(still_alive.len());
                alive = still_alive;
            }
            for index in order.by_ref().take(alive.len() * alive.len()) {
                let (member, TurnLength { steps, counted }) = (alive[index], lengths[alive[index]]);
                if self.turn(member, Some(place), steps, if blocks > 0 { counted } else { 0 })?.is_some() {
                    done.add(self.record.turns.last());
                }
                place += 1;
                report(done.share(length, &alive).min(1.0));
            }
            blocks += 1;
        }
    }

    fn order_of(&mut self, members: usize) -> Order {
        let start = self.rng.random_range(0..members);
        Order::new(members, start, ChaCha8Rng::from_rng(&mut self.rng))
    }

    /// Runs one turn and records it. Returns `None` if the program broke.
    fn turn(
        &mut self,
        member: usize,
        order: Option<u64>,
        steps: u32,
        counted: usize,
    ) -> Result<Option<Vec<u64>>, Stopped> {
        let Some(live) = &mut self.live[member] else { return Ok(None) };
        match live.turn(steps) {
            Ok(turned) => {
                let (times, evidence) = (turned.times, turned.evidence);
                let kept = TurnRecord { set: self.number, order, member, times: times.clone(), counted, evidence };
                self.record.turns.push(kept);
                Ok(Some(times))
            }
            Err(fault) => self.broken(member, fault).map(|()| None),
        }
    }

    /// Ends a broken program. The others continue.
    fn broken(&mut self, member: usize, fault: Fault) -> Result<(), Stopped> {
        self.live[member] = None;
        match fault {
            Fault::Stopped => Err(Stopped),
            Fault::Broken(error) => {
                self.record.broken.push((member, error));
                Ok(())
            }
        }
    }
}

/// Says that the user wanted to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stopped;

/// Returns the median of the last third of the steps.
fn last_median(warm_up: &WarmUp) -> f64 {
    let times = warm_up.times();
    stats::median(&times[times.len() - times.len().div_ceil(3)..]).unwrap_or(0.0)
}
