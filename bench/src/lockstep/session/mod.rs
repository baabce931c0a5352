//! As many sets as the question needs.

mod record;

use super::Launcher;
use super::set::{Length, Set, SetRecord};

pub(crate) use record::MemberRecord;
pub(crate) use record::REFERENCE;
pub use record::Session;

/// How to measure.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Plan {
    /// Programs: the first one is the reference, the last one the reference once more.
    pub members: usize,
    /// Sets; with a `precision` those of the pilot.
    pub sets: u64,
    /// Add as many sets as Stein's rule asks for, for ratios ± this share.
    pub precision: Option<f64>,
    /// But never more sets than these in all.
    pub most_sets: u64,
    /// How long each set takes turns.
    pub length: Length,
    /// Of everything random.
    pub seed: u64,
}

/// Hears how far a session is.
pub trait Observer {
    /// `share` of set `number` of `sets` is done.
    fn progressed(&mut self, number: u64, sets: u64, share: f64);
    /// A set is done.
    fn finished(&mut self, number: u64, sets: u64, set: &SetRecord);
}

/// Measures. A program that breaks takes no further part, and the others go on; without the reference nothing does. If
/// the user wants to end, the session holds the sets that are whole.
pub fn run<L: Launcher>(plan: &Plan, launcher: &mut L, observer: &mut dyn Observer) -> Session {
    let mut session = Session::new(plan);
    let mut sets = plan.sets;
    let mut number = 0;
    while number < sets {
        let alive = session.alive();
        if !session.can_go_on(&alive) {
            break;
        }
        number += 1;
        let set = Set::new(number, plan.seed, launcher, plan.members);
        let record = set.run(&alive, plan.length, &mut |share| observer.progressed(number, sets, share));
        let Ok(record) = record else {
            session.interrupted_of = Some(sets);
            break;
        };
        observer.finished(number, sets, &record);
        session.add(number, record);
        if let Some(precision) = plan.precision.filter(|_| number == plan.sets) {
            let wanted = session.sets_wanted(precision);
            sets = wanted.min(plan.most_sets).max(plan.sets);
            session.wanted_sets = Some(wanted).filter(|wanted| *wanted > sets);
        }
    }
    session
}
