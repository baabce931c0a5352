//! One set: fresh processes of all programs, warmed up, then turns in a balanced order.

use std::time::Duration;

use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use skipbench_reports::lockstep::Turn;
use skipbench_reports::stats;

use super::order::Order;
use super::protocol::MOST_STEPS;
use super::{Evidence, Fault, Introduction, Launcher, Live};
use crate::meter::warmup::WarmUp;

/// A turn has so many steps as fit into this time, so that passing it on costs little beside it.
const TURN: Duration = Duration::from_millis(10);

/// Each program warms up for so long at least,
const WARM_UP: Duration = Duration::from_millis(300);

/// and for so long at most after its first step, steady or not.
const WARM_UP_MOST: Duration = Duration::from_secs(10);

/// Most bytes by which a process's environment is padded: a page, within which addresses matter.
const MOST_PADDING: usize = 4096;

/// How long a set goes on after its warm-up.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Length {
    /// Until all steps together took so long.
    Time(Duration),
    /// Until every program has done so many steps that count.
    Steps(u64),
}

/// One turn, as it is kept.
#[derive(Debug, Clone, PartialEq)]
pub struct TurnRecord {
    /// Which set, from 1.
    pub set: u64,
    /// Its place in the set's order, from 0; none while a program warms up alone.
    pub order: Option<u64>,
    /// Which program.
    pub member: usize,
    /// Nanoseconds of each step.
    pub times: Vec<u64>,
    /// How many of them count. The first step of a turn of several does not: it finds the caches as another program left them.
    pub counted: usize,
    /// What was seen from outside.
    pub evidence: Evidence,
}

impl TurnRecord {
    /// The median of the steps that count.
    pub fn median_ns(&self) -> Option<f64> {
        let counted: Vec<f64> = self.counted_times().map(|time| time as f64).collect();
        stats::median(&counted)
    }

    /// The times of the steps that count.
    pub fn counted_times(&self) -> impl Iterator<Item = u64> {
        self.times[self.times.len() - self.counted..].iter().copied()
    }

    /// The turn as it is compared with others, if it counts. `units`: what a step works through.
    pub fn compared(&self, units: u64) -> Option<Turn> {
        let ns = self.median_ns()? / units as f64;
        let disturbed = self.evidence.is_disturbed(self.times.iter().sum());
        Some(Turn { order: self.order?, member: self.member, ns, disturbed })
    }
}

/// What one set gave.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SetRecord {
    /// Every turn, in order, warm-up included.
    pub turns: Vec<TurnRecord>,
    /// What programs said of themselves.
    pub introductions: Vec<(usize, Introduction)>,
    /// Programs that broke, and how.
    pub broken: Vec<(usize, String)>,
}

/// A set in hand.
pub(crate) struct Set<'a, L: Launcher> {
    number: u64,
    launcher: &'a mut L,
    live: Vec<Option<L::Live>>,
    record: SetRecord,
    rng: ChaCha8Rng,
}

impl<'a, L: Launcher> Set<'a, L> {
    /// Set `number`, whose random numbers follow from it and `seed`. `members` may be started; none was yet.
    pub(crate) fn new(number: u64, seed: u64, launcher: &'a mut L, members: usize) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(number);
        let live = (0..members).map(|_| None).collect();
        Self { number, launcher, live, record: SetRecord::default(), rng }
    }

    /// Starts `members`, warms them up, and lets them take turns for `length`. `told` hears what share of that is done.
    ///
    /// # Errors
    /// If the user wants to end.
    pub(crate) fn run(
        mut self,
        members: &[usize],
        length: Length,
        told: &mut dyn FnMut(f64),
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
        self.take_turns(&turn_lengths(&step_ns), length, told)?;
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

    /// Lets one program alone do steps until their times are steady: the median of the last ones, in nanoseconds.
    fn warm_up(&mut self, member: usize) -> Result<f64, Stopped> {
        let mut warm_up = WarmUp::default();
        let mut steps = 1;
        let warm = |warm_up: &WarmUp| warm_up.spent() >= WARM_UP && warm_up.is_steady();
        while !warm(&warm_up) && warm_up.spent_since_first() < WARM_UP_MOST {
            let Some(times) = self.turn(member, None, steps, 0)? else { return Ok(0.0) };
            times.iter().for_each(|time| warm_up.add(Duration::from_nanos(*time)));
            steps = steps_in_turn(last_median(&warm_up));
        }
        Ok(last_median(&warm_up))
    }

    fn take_turns(&mut self, lengths: &[TurnLength], length: Length, told: &mut dyn FnMut(f64)) -> Result<(), Stopped> {
        let mut done = Done::new(self.live.len());
        let (mut place, mut alive, mut order) = (0, Vec::new(), Order::new(0, 0, self.rng.clone()));
        // The first block finds the caches as the warm-up left them: it does not count.
        let mut warm = false;
        loop {
            let still_alive: Vec<usize> = (0..self.live.len()).filter(|member| self.live[*member].is_some()).collect();
            if still_alive.len() < 2 || done.share(length, &still_alive) >= 1.0 {
                return Ok(());
            }
            if still_alive != alive {
                order = self.order_of(still_alive.len());
                alive = still_alive;
            }
            for index in order.by_ref().take(alive.len() * alive.len()) {
                let (member, TurnLength { steps, counted }) = (alive[index], lengths[alive[index]]);
                if self.turn(member, Some(place), steps, if warm { counted } else { 0 })?.is_some() {
                    done.add(self.record.turns.last());
                }
                place += 1;
                told(done.share(length, &alive).min(1.0));
            }
            warm = true;
        }
    }

    fn order_of(&mut self, members: usize) -> Order {
        let start = self.rng.random_range(0..members);
        Order::new(members, start, ChaCha8Rng::from_rng(&mut self.rng))
    }

    /// One turn, recorded. None if the program broke.
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

    /// A broken program is ended; the others go on.
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

/// The user wanted to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stopped;

/// Steps of a program's turns, and how many of them count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct TurnLength {
    steps: u32,
    counted: usize,
}

/// One rule for all programs of a set, lest one counts what another leaves out: where the fastest one's steps are shorter than
/// a turn, every turn begins with a step that does not count.
fn turn_lengths(step_ns: &[f64]) -> Vec<TurnLength> {
    let fastest = step_ns.iter().copied().filter(|ns| *ns > 0.0).fold(f64::INFINITY, f64::min);
    let lead_in = u32::from(fastest < TURN.as_nanos() as f64);
    let length = |ns: &f64| {
        let counted = steps_in_turn(*ns).min(MOST_STEPS - lead_in);
        TurnLength { steps: counted + lead_in, counted: counted as usize }
    };
    step_ns.iter().map(length).collect()
}

fn steps_in_turn(step_ns: f64) -> u32 {
    (TURN.as_nanos() as f64 / step_ns.max(1.0)).ceil().clamp(1.0, f64::from(MOST_STEPS)) as u32
}

/// The median of the last third of the steps.
fn last_median(warm_up: &WarmUp) -> f64 {
    let times = warm_up.times();
    stats::median(&times[times.len() - times.len().div_ceil(3)..]).unwrap_or(0.0)
}

/// How far a set is.
struct Done {
    ns: u64,
    steps: Vec<u64>,
}

impl Done {
    fn new(members: usize) -> Self {
        Self { ns: 0, steps: vec![0; members] }
    }

    fn add(&mut self, turn: Option<&TurnRecord>) {
        if let Some(turn) = turn.filter(|turn| turn.counted > 0) {
            self.ns += turn.times.iter().sum::<u64>();
            self.steps[turn.member] += turn.counted as u64;
        }
    }

    fn share(&self, length: Length, alive: &[usize]) -> f64 {
        match length {
            Length::Time(time) => self.ns as f64 / time.as_nanos() as f64,
            Length::Steps(steps) => {
                let least = alive.iter().map(|member| self.steps[*member]).min().unwrap_or(0);
                least as f64 / steps as f64
            }
        }
    }
}
