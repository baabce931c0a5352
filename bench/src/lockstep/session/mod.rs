//! Measures as many sets as the question needs.

mod record;

use super::Launcher;
use super::set::{Length, Set, SetRecord};

pub(crate) use record::MemberRecord;
pub(crate) use record::REFERENCE;
pub use record::Session;

/// Says how to measure.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Plan {
    /// Number of programs: the first one is the reference, and the last one is the reference once more.
    pub members: usize,
    /// Number of sets; with a `precision`, those of the pilot.
    pub sets: u64,
    /// Precision for which as many sets are added as Stein's rule asks for, for ratios ± this share.
    pub precision: Option<f64>,
    /// Largest number of sets in all.
    pub most_sets: u64,
    /// How long each set takes turns.
    pub length: Length,
    /// Seed of everything random.
    pub seed: u64,
}

/// Receives how far a session is.
pub trait Observer {
    /// Receives that `share` of set `number` of `sets` is done.
    fn progressed(&mut self, number: u64, sets: u64, share: f64);
    /// Receives that a set is done.
    fn finished(&mut self, number: u64, sets: u64, set: &SetRecord);
}

/// Measures. A program that breaks takes no further part, and the others continue; without the reference nothing does.
/// If the user wants to end, the session holds the sets that are complete.
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
