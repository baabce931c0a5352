//! Sessions of programs whose times are known, on a clock that they advance themselves.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use skipbench::internals::lockstep::result::Outcome;
use skipbench::internals::lockstep::session::{Observer, Plan, Session, run};
use skipbench::internals::lockstep::set::{Length, SetRecord};
use skipbench::internals::lockstep::{Evidence, Fault, Introduction, Launcher, Live, Turned};
use skipbench_reports::stats::lockstep::TimeVerdict;

/// What happens to whom.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Mishap {
    NeverReady(usize),
    DiesAfter(usize, u64),
    CountsOther(usize),
    CountsMoreFrom(usize, usize),
    InterruptAfter(u64),
}

/// A machine with programs of known speed.
struct Machine {
    /// Nanoseconds of a step of each program on the quiet machine.
    step_ns: Vec<f64>,
    /// How much slower the machine becomes in a second.
    drift: f64,
    /// Standard deviation of each step, and of each process, as shares.
    noise: (f64, f64),
    /// Share of the steps that take three times as long.
    spikes: f64,
    mishap: Option<Mishap>,
    now_ns: Rc<Cell<f64>>,
    turns: Rc<Cell<u64>>,
    rng: Rc<RefCell<ChaCha8Rng>>,
    started: Vec<(usize, usize)>,
}

impl Machine {
    fn new(step_ns: &[f64]) -> Self {
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

struct Fake {
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
struct Heard {
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

fn plan(members: usize) -> Plan {
    let length = Length::Time(Duration::from_secs(5));
    Plan { members, sets: 6, precision: None, most_sets: 64, length, seed: 1 }
}

fn session(machine: &mut Machine, plan: &Plan) -> Session {
    let mut heard = Heard::default();
    let session = run(plan, machine, &mut heard);
    assert_eq!(session.interrupted_of, None, "nobody stopped it");
    assert_eq!(heard.finished.len() as u64, session.sets);
    session
}

fn outcome(session: &Session, limit: Option<f64>) -> Outcome {
    let names: Vec<String> = (0..session.members.len() - 1).map(|member| format!("P{member}")).collect();
    Outcome::of(session, &names, limit)
}

const STEP: f64 = 25e6;

#[test]
fn the_planted_ratio_comes_out_of_a_machine_that_becomes_slower() {
    let mut machine = Machine { drift: 0.02, ..Machine::new(&[STEP, STEP * 1.03, STEP]) };
    let session = session(&mut machine, &plan(3));
    let outcome = outcome(&session, Some(0.01));
    let ratio = outcome.programs[1].ratio.expect("a ratio");
    assert!((ratio.value - 1.03).abs() < 2e-3, "{ratio:?}");
    assert!(outcome.noise_floor.expect("a twin") < 5e-3, "{outcome:?}");
    assert_eq!(outcome.programs[1].verdict, Some(TimeVerdict::Regressed));
    assert!(outcome.programs[2].again && outcome.programs[2].verdict.is_none());
}

#[test]
fn spikes_and_noise_within_and_between_processes_leave_it_in_the_interval() {
    let noisy = Machine::new(&[STEP, STEP * 1.15, STEP * 0.8, STEP]);
    let mut machine = Machine { noise: (0.08, 0.005), spikes: 0.05, drift: 0.01, ..noisy };
    let session = session(&mut machine, &plan(4));
    let outcome = outcome(&session, None);
    for (program, truth) in outcome.programs[1..].iter().zip([1.15, 0.8, 1.0]) {
        let ratio = program.ratio.expect("a ratio");
        assert!(!ratio.excludes(truth) && ratio.half_width() < Some(0.06), "{truth}: {ratio:?}");
    }
    assert_eq!(outcome.programs[1].verdict, Some(TimeVerdict::Slower));
    assert_eq!(outcome.programs[2].verdict, Some(TimeVerdict::Faster));
}

#[test]
fn short_steps_share_a_turn_whose_first_step_does_not_count() {
    let mut machine = Machine::new(&[1e6, 40e6, 1e6]);
    let session = session(&mut machine, &plan(3));
    let turn = |member| session.turns.iter().find(|turn| turn.member == member && turn.counted > 0).expect("a turn");
    assert_eq!((turn(0).times.len(), turn(0).counted), (11, 10));
    assert_eq!((turn(1).times.len(), turn(1).counted), (2, 1), "one rule for all");
    let mut machine = Machine::new(&[STEP, STEP, STEP]);
    let session = self::session(&mut machine, &plan(3));
    assert!(session.turns.iter().all(|turn| turn.times.len() == 1));
    let warm_up = session.turns.iter().filter(|turn| turn.order.is_none());
    assert!(warm_up.count() >= 3 * 6 * 6, "six steps at least for each process");
    let first_block = session.turns.iter().filter(|turn| turn.set == 1 && turn.order < Some(9) && turn.order.is_some());
    assert!(first_block.clone().count() == 9 && first_block.clone().all(|turn| turn.counted == 0));
}

#[test]
fn processes_are_fresh_in_every_set_and_start_in_another_order() {
    let mut machine = Machine::new(&[STEP, STEP, STEP]);
    session(&mut machine, &plan(3));
    let sets: Vec<Vec<usize>> =
        machine.started.chunks(3).map(|set| set.iter().map(|(member, _)| *member).collect()).collect();
    assert_eq!(sets.len(), 6);
    assert!(sets.iter().any(|set| *set != sets[0]), "{sets:?}");
    let paddings: std::collections::HashSet<usize> = machine.started.iter().map(|(_, padding)| *padding).collect();
    assert!(paddings.len() > 15 && paddings.iter().all(|padding| *padding < 4096));
    let mut again = Machine::new(&[STEP, STEP, STEP]);
    session(&mut again, &plan(3));
    assert_eq!(machine.started, again.started, "the seed decides");
}

#[test]
fn steps_can_be_counted_instead_of_seconds() {
    let mut machine = Machine::new(&[STEP, STEP, STEP]);
    let session = session(&mut machine, &Plan { length: Length::Steps(40), ..plan(3) });
    let counted = |member| session.turns.iter().filter(|turn| turn.member == member).map(|turn| turn.counted).sum();
    let counts: Vec<usize> = (0..3).map(counted).collect();
    assert!(counts.iter().all(|count| (6 * 40..=6 * 43).contains(count)), "whole blocks: {counts:?}");
}

#[test]
fn a_program_that_breaks_is_an_error_and_the_others_go_on() {
    for mishap in [Mishap::NeverReady(1), Mishap::DiesAfter(1, 200), Mishap::CountsOther(1)] {
        let programs = Machine::new(&[STEP, STEP, STEP * 1.1, STEP]);
        let mut machine = Machine { mishap: Some(mishap), ..programs };
        let session = session(&mut machine, &plan(4));
        let outcome = outcome(&session, Some(0.03));
        assert!(outcome.programs[1].error.is_some() && outcome.programs[1].ratio.is_none(), "{mishap:?}");
        assert!(outcome.is_broken());
        assert_eq!(outcome.programs[2].verdict, Some(TimeVerdict::Regressed), "{mishap:?}");
        assert_eq!(outcome.programs[2].set_ratios.len(), 6, "{mishap:?}");
        let starts = machine.started.iter().filter(|(member, _)| *member == 1).count();
        assert_eq!(starts, 1, "{mishap:?}: it is not started again");
    }
}

#[test]
fn without_the_reference_nothing_goes_on() {
    for mishap in [Mishap::NeverReady(0), Mishap::DiesAfter(0, 100)] {
        let mut machine = Machine { mishap: Some(mishap), ..Machine::new(&[STEP, STEP, STEP]) };
        let session = session(&mut machine, &plan(3));
        assert_eq!(session.sets, 1);
        let outcome = outcome(&session, Some(0.03));
        assert!(
            outcome.is_broken() && outcome.programs[1].verdict.is_none_or(|verdict| verdict == TimeVerdict::CannotTell)
        );
    }
}

#[test]
fn without_the_twin_there_is_no_floor_but_a_ratio() {
    let mut machine = Machine { mishap: Some(Mishap::DiesAfter(2, 100)), ..Machine::new(&[STEP, STEP * 1.1, STEP]) };
    let session = session(&mut machine, &plan(3));
    let outcome = outcome(&session, None);
    assert_eq!(outcome.noise_floor, None);
    assert_eq!(outcome.programs[1].verdict, Some(TimeVerdict::Slower));
}

#[test]
fn an_interrupt_ends_it_at_once() {
    let mut machine = Machine { mishap: Some(Mishap::InterruptAfter(100)), ..Machine::new(&[STEP, STEP, STEP]) };
    let session = run(&plan(3), &mut machine, &mut Heard::default());
    assert_eq!((session.sets, session.turns.len(), session.interrupted_of), (0, 0, Some(6)));
    assert_eq!(machine.turns.get(), 101);
}

#[test]
fn an_interrupt_leaves_the_sets_that_are_done() {
    let whole = session(&mut Machine::new(&[STEP, STEP * 1.1, STEP]), &plan(3));
    let two: Vec<_> = whole.turns.iter().filter(|turn| turn.set <= 2).collect();
    let mishap = Some(Mishap::InterruptAfter(two.len() as u64 + 5));
    let mut machine = Machine { mishap, ..Machine::new(&[STEP, STEP * 1.1, STEP]) };
    let session = run(&plan(3), &mut machine, &mut Heard::default());
    assert_eq!((session.sets, session.interrupted_of), (2, Some(6)));
    assert_eq!(session.turns.iter().collect::<Vec<_>>(), two, "and nothing of the third");
    let outcome = outcome(&session, None);
    assert_eq!((outcome.sets, outcome.interrupted_of, outcome.programs[1].set_ratios.len()), (2, Some(6), 2));
}

#[test]
fn no_rate_is_told_of_what_counts_something_else_than_the_reference() {
    let mut machine = Machine { mishap: Some(Mishap::CountsOther(1)), ..Machine::new(&[STEP; 4]) };
    let outcome = outcome(&session(&mut machine, &plan(4)), None);
    let other = &outcome.programs[1];
    assert!(other.units_per_s.is_none() && other.ratio.is_none() && other.set_ratios.is_empty(), "{other:?}");
    assert!(other.error.as_ref().is_some_and(|error| error.contains("counts tokens, but the reference counts images")));
    assert!(outcome.programs[0].units_per_s.is_some() && outcome.programs[2].units_per_s.is_some());
}

#[test]
fn what_a_program_counts_may_not_change_from_set_to_set() {
    let mut machine = Machine { mishap: Some(Mishap::CountsMoreFrom(1, 3)), ..Machine::new(&[STEP; 4]) };
    let outcome = outcome(&session(&mut machine, &plan(4)), None);
    let error = outcome.programs[1].error.as_deref().expect("it broke");
    assert_eq!(error, "counted 64 images per step in its first set, and now counts 65 images");
    assert_eq!(outcome.programs[2].set_ratios.len(), 6, "the others go on");
}

#[test]
fn a_precision_adds_the_sets_that_the_pilot_asks_for() {
    let noisy = |noise| Machine { noise: (0.01, noise), ..Machine::new(&[STEP, STEP, STEP]) };
    let precise = Plan { precision: Some(0.02), ..plan(3) };
    let few = session(&mut noisy(0.001), &precise);
    assert_eq!((few.sets, few.wanted_sets), (6, None));
    let more = session(&mut noisy(0.02), &precise);
    assert!(more.sets > 6 && more.sets <= 64, "{}", more.sets);
    assert_eq!(more.sample(1).pilot, 6, "the spread is the pilot's");
    let ratio = outcome(&more, None).programs[1].ratio.expect("a ratio");
    assert!(ratio.half_width() <= Some(0.0205), "{ratio:?}");
    let too_many = session(&mut noisy(0.2), &Plan { most_sets: 10, ..precise });
    assert_eq!(too_many.sets, 10);
    assert!(too_many.wanted_sets > Some(10));
}
