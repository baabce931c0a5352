//! One sitting: base, head and the base again (and the base in another layout, where there is one) take turns in sets
//! of fresh processes.

use std::time::{Duration, Instant};

use anyhow::Result;
use jiff::Timestamp;
use skipbench_ci::sets::SetTimes;
use skipbench_reports::stats;

use crate::lockstep::process::Commands;
use crate::lockstep::session::{self, Observer, Plan, REFERENCE, Session};
use crate::lockstep::set::{Length, SetRecord};
use crate::run::runner::Stop;
use crate::system::executable;
use crate::system::interrupt::Interrupted;
use crate::tasks::meter::load::{self, Load};

/// Number of the head among the programs; the base is the first and, once more, the last.
pub(super) const HEAD: usize = 1;

/// Number of the base in another layout, where there is one.
pub(super) const RELINKED: usize = 2;

/// How long and how often programs take turns.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Turns {
    /// Sets of fresh processes.
    pub(crate) sets: u64,
    /// How long each takes turns.
    pub(crate) length: Length,
    /// Processors that each program may use.
    pub(crate) cpus: usize,
    /// Of everything random.
    pub(crate) seed: u64,
    /// Longest time until a program is ready, and of one turn.
    pub(crate) timeout: Duration,
}

impl Turns {
    /// The options that say the same.
    pub(crate) fn words(&self) -> Vec<String> {
        let (length, value) = match self.length {
            Length::Time(time) | Length::Both(time, _) => ("--seconds", time.as_secs_f64().to_string()),
            Length::Steps(steps) => ("--steps", steps.to_string()),
        };
        let numbers = [self.sets, self.cpus as u64, self.seed].map(|number| number.to_string());
        let ([sets, cpus, seed], timeout) = (numbers, format!("{}s", self.timeout.as_secs_f64()));
        let words = ["--sets", &sets, length, &value, "--cpus", &cpus, "--seed", &seed, "--timeout", &timeout];
        words.map(str::to_owned).to_vec()
    }
}

/// The programs' words.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Programs {
    pub(crate) base: Vec<String>,
    pub(crate) head: Vec<String>,
    /// The base, linked in another order.
    pub(crate) relinked: Option<Vec<String>>,
    /// The memory that each is allowed, where that is known.
    pub(crate) memory_limit_bytes: Option<u64>,
}

impl Programs {
    /// In the order of a session's members.
    fn words(&self) -> Vec<Vec<String>> {
        let members = [Some(&self.base), Some(&self.head), self.relinked.as_ref(), Some(&self.base)];
        members.into_iter().flatten().cloned().collect()
    }

    /// What a member is called in words.
    pub(crate) fn role(&self, member: usize) -> &'static str {
        match member {
            REFERENCE => "base",
            HEAD => "head",
            RELINKED if self.relinked.is_some() => "relinked base",
            _ => "base, started again,",
        }
    }
}

/// What one set gave, and what the machine did meanwhile.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct SetSeen {
    pub(crate) started: Timestamp,
    pub(crate) wall: Duration,
    pub(crate) load: Load,
    pub(crate) record: SetRecord,
}

/// What a sitting gave.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Sitting {
    pub(crate) session: Session,
    pub(crate) sets: Vec<SetSeen>,
}

impl Sitting {
    /// # Errors
    /// If the user ended it before its last set.
    pub(crate) fn ensure_whole(&self) -> Result<()> {
        match self.session.interrupted_of {
            Some(_) => Err(Interrupted.into()),
            None => Ok(()),
        }
    }
}

/// Measures; `told` hears each set that is done. If the user ends it, the sets that are whole are there.
///
/// # Errors
/// If this program is not there any more.
pub(crate) fn sit(programs: &Programs, turns: Turns, stop: &Stop, told: &mut dyn FnMut(u64, u64)) -> Result<Sitting> {
    let words = programs.words();
    let Turns { sets, length, cpus, seed, timeout } = turns;
    let plan = Plan { members: words.len(), sets, precision: None, most_sets: sets, length, seed };
    let guard = Some(executable::own()?.path()?.to_owned());
    let (cpus, memory_limit_bytes) = (Some(cpus), programs.memory_limit_bytes);
    let mut launcher = Commands { words: &words, guard, cpus, timeout, memory_limit_bytes, stop };
    let mut observer = Told { told, begun: Begun::now(), sets: Vec::new() };
    let session = session::run(&plan, &mut launcher, &mut observer);
    Ok(Sitting { session, sets: observer.sets })
}

struct Told<'a> {
    told: &'a mut dyn FnMut(u64, u64),
    /// The set that goes on.
    begun: Begun,
    sets: Vec<SetSeen>,
}

/// When a set began, and what the machine had done until then.
struct Begun {
    started: Timestamp,
    clock: Instant,
    load: Option<load::Span>,
}

impl Begun {
    fn now() -> Self {
        Self { started: Timestamp::now(), clock: Instant::now(), load: load::Span::with_children() }
    }

    fn end(self, record: SetRecord) -> SetSeen {
        let load = self.load.map(load::Span::end).unwrap_or_default();
        SetSeen { started: self.started, wall: self.clock.elapsed(), load, record }
    }
}

impl Observer for Told<'_> {
    fn progressed(&mut self, _: u64, _: u64, _: f64) {}

    fn finished(&mut self, number: u64, sets: u64, set: &SetRecord) {
        self.sets.push(std::mem::replace(&mut self.begun, Begun::now()).end(set.clone()));
        (self.told)(number, sets);
    }
}

/// What a session says, as the gate judges it.
pub(crate) fn times(Sitting { session, sets }: &Sitting) -> SetTimes {
    let ratios = |member: usize| session.members[member].logs.iter().map(|log| log.exp()).collect::<Vec<f64>>();
    let steps = |member: usize| -> Vec<f64> {
        let turns = session.turns.iter().filter(|turn| turn.member == member);
        turns.flat_map(|turn| turn.counted_times()).map(|time| time as f64).collect()
    };
    let all = session.turns.iter().map(|turn| turn.counted as u64).sum();
    let (turns, dropped) = session.dropped();
    SetTimes {
        base_step_ns: stats::median(&steps(REFERENCE)),
        head_step_ns: stats::median(&steps(HEAD)),
        head_ratios: ratios(HEAD),
        again_ratios: ratios(session.twin()),
        relinked_ratios: if session.twin() > RELINKED { ratios(RELINKED) } else { Vec::new() },
        steps: all,
        turns: turns as u64,
        dropped_turns: dropped as u64,
        seconds: Some(sets.iter().map(|set| set.wall.as_secs_f64()).sum()),
    }
}
