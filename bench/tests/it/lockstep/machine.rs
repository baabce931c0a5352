//! Programs whose times are known, on a clock that they advance themselves.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use skipbench::internals::lockstep::result::Outcome;
use skipbench::internals::lockstep::session::{Observer, Plan, Session, run};
use skipbench::internals::lockstep::set::{Length, SetRecord};
use skipbench::internals::lockstep::{Evidence, Fault, Introduction, Launcher, Live, Turned};

/// What happens to whom.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Mishap {
    NeverReady(usize),
    DiesAfter(usize, u64),
    CountsOther(usize),
    CountsMoreFrom(usize, usize),
    InterruptAfter(u64),
}

/// A machine with programs of known speed.
pub(super) struct Machine {
    /// Nanoseconds of a step of each program on the quiet machine.
    pub(super) step_ns: Vec<f64>,
    /// How much slower the machine becomes in a second.
    pub(super) drift: f64,
    /// Standard deviation of each step, and of each process, as shares.
    pub(super) noise: (f64, f64),
    /// Share of the steps that take three times as long.
    pub(super) spikes: f64,
    pub(super) mishap: Option<Mishap>,
    pub(super) now_ns: Rc<Cell<f64>>,
    pub(super) turns: Rc<Cell<u64>>,
    pub(super) rng: Rc<RefCell<ChaCha8Rng>>,
    pub(super) started: Vec<(usize, usize)>,
}

impl Machine {
    pub(super) fn new(step_ns: &[f64]) -> Self {
        Self {
            step_ns: step_ns.to_vec(),
            drift: 0.0,
            noise: (0.0, 0.0),
            spikes: 0.0,
            mishap: None,
            now_ns: Rc::default(),
            turns: Rc::default(),
            rng: Rc::new(RefCell::new(ChaCha8Rng::seed_from_u64(5))),
            started: Vec::new(),
        }
    }
}

/// Roughly normal: the sum of twelve uniform numbers.
fn normal(rng: &RefCell<ChaCha8Rng>) -> f64 {
    let mut rng = rng.borrow_mut();
    (0..12).map(|_| rng.random::<f64>()).sum::<f64>() - 6.0
}

pub(super) struct Fake {
    member: usize,
    step_ns: f64,
    drift: f64,
    noise: f64,
    spikes: f64,
    mishap: Option<Mishap>,
    now_ns: Rc<Cell<f64>>,
    turns: Rc<Cell<u64>>,
    rng: Rc<RefCell<ChaCha8Rng>>,
}

impl Launcher for Machine {
    type Live = Fake;

    fn start(&mut self, member: usize, padding: usize) -> Result<(Fake, Introduction), Fault> {
        self.started.push((member, padding));
        if self.mishap == Some(Mishap::NeverReady(member)) {
            return Err(Fault::Broken("took more than 300 s until it was ready".into()));
        }
        let unit = if self.mishap == Some(Mishap::CountsOther(member)) { "tokens" } else { "images" };
        let starts = self.started.iter().filter(|(other, _)| *other == member).count();
        let changed = matches!(self.mishap, Some(Mishap::CountsMoreFrom(who, set)) if who == member && starts >= set);
        let count = if changed { 65 } else { 64 };
        let introduction = Introduction { units: Some((count, unit.into())), ..Introduction::default() };
        let fake = Fake {
            member,
            step_ns: self.step_ns[member] * (self.noise.1 * normal(&self.rng)).exp(),
            drift: self.drift,
            noise: self.noise.0,
            spikes: self.spikes,
            mishap: self.mishap,
            now_ns: Rc::clone(&self.now_ns),
            turns: Rc::clone(&self.turns),
            rng: Rc::clone(&self.rng),
        };
        Ok((fake, introduction))
    }
}

impl Live for Fake {
    fn turn(&mut self, steps: u32) -> Result<Turned, Fault> {
        self.turns.set(self.turns.get() + 1);
        match self.mishap {
            Some(Mishap::DiesAfter(member, turns)) if member == self.member && self.turns.get() > turns => {
                return Err(Fault::Broken("ended (signal: 9) without an answer.".into()));
            }
            Some(Mishap::InterruptAfter(turns)) if self.turns.get() > turns => return Err(Fault::Stopped),
            _ => {}
        }
        let step = |_| {
            let slower = 1.0 + self.drift * self.now_ns.get() / 1e9;
            let spike = if self.rng.borrow_mut().random::<f64>() < self.spikes { 3.0 } else { 1.0 };
            let ns = self.step_ns * slower * spike * (self.noise * normal(&self.rng)).exp();
            self.now_ns.set(self.now_ns.get() + ns);
            ns as u64
        };
        Ok(Turned { times: (0..steps).map(step).collect(), evidence: Evidence::default() })
    }
}

#[derive(Default)]
pub(super) struct Heard {
    finished: Vec<(u64, u64)>,
    last_share: f64,
}

impl Observer for Heard {
    fn progressed(&mut self, _: u64, _: u64, share: f64) {
        assert!((0.0..=1.0).contains(&share), "{share}");
        self.last_share = share;
    }

    fn finished(&mut self, number: u64, sets: u64, _: &SetRecord) {
        self.finished.push((number, sets));
    }
}

pub(super) fn plan(members: usize) -> Plan {
    let length = Length::Time(Duration::from_secs(5));
    Plan { members, sets: 6, precision: None, most_sets: 64, length, seed: 1 }
}

pub(super) fn session(machine: &mut Machine, plan: &Plan) -> Session {
    let mut heard = Heard::default();
    let session = run(plan, machine, &mut heard);
    assert_eq!(session.interrupted_of, None, "nobody stopped it");
    assert_eq!(heard.finished.len() as u64, session.sets);
    session
}

pub(super) fn outcome(session: &Session, limit: Option<f64>) -> Outcome {
    let names: Vec<String> = (0..session.members.len() - 1).map(|member| format!("P{member}")).collect();
    Outcome::of(session, &names, limit)
}

pub(super) const STEP: f64 = 25e6;
