//! Holds what a session measured, and computes its programs' ratios.

use skipbench_reports::stats::lockstep::{Sample, Turn, dropped, log_ratio, sets_needed};

use super::Plan;
use crate::lockstep::Introduction;
use crate::lockstep::set::{SetRecord, TurnRecord};

/// Number of the reference.
pub(crate) const REFERENCE: usize = 0;

/// Unit of programs that name none.
const STEPS: &str = "steps";

fn format_units(units: Option<&(u64, String)>) -> String {
    units.map_or_else(|| format!("1 {STEPS}"), |(count, unit)| format!("{count} {unit}"))
}

/// Holds what a session measured.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Session {
    /// Turns of every set.
    pub turns: Vec<TurnRecord>,
    /// Record of each program.
    pub members: Vec<MemberRecord>,
    /// Number of sets of the pilot.
    pub pilot: u64,
    /// Number of sets done.
    pub sets: u64,
    /// Number of sets that Stein's rule asked for, if that is more than were allowed.
    pub wanted_sets: Option<u64>,
    /// Number of sets that were planned, if the user ended the session before the last.
    pub interrupted_of: Option<u64>,
}

/// Holds what a session measured of one program.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct MemberRecord {
    /// What it said of itself.
    pub introduction: Option<Introduction>,
    /// Reason why it took no further part.
    pub error: Option<String>,
    /// Logarithm of its ratio to the reference in each set.
    pub logs: Vec<f64>,
}

impl MemberRecord {
    fn units(&self) -> Option<&(u64, String)> {
        self.introduction.as_ref()?.units.as_ref()
    }

    /// Returns the unit that it counts.
    fn unit(&self) -> &str {
        self.units().map_or(STEPS, |(_, unit)| unit)
    }

    /// Keeps its first introduction, which all others must agree with.
    fn introduce(&mut self, introduction: Introduction) {
        let first = self.introduction.get_or_insert_with(|| introduction.clone());
        if first.units != introduction.units {
            let [first, now] = [&*first, &introduction].map(|said| format_units(said.units.as_ref()));
            self.error.get_or_insert(format!("counted {first} per step in its first set, and now counts {now}"));
        }
    }
}

impl Session {
    pub(super) fn new(plan: &Plan) -> Self {
        let members = vec![MemberRecord::default(); plan.members];
        Self { members, pilot: plan.sets, ..Self::default() }
    }

    /// Returns the last program, which is the reference once more.
    pub fn twin(&self) -> usize {
        self.members.len() - 1
    }

    /// Returns the programs that are compared with the reference.
    pub fn compared(&self) -> std::ops::Range<usize> {
        REFERENCE + 1..self.twin()
    }

    pub(super) fn alive(&self) -> Vec<usize> {
        (0..self.members.len()).filter(|member| self.members[*member].error.is_none()).collect()
    }

    pub(super) fn can_go_on(&self, alive: &[usize]) -> bool {
        alive.contains(&REFERENCE) && alive.iter().any(|member| self.compared().contains(member))
    }

    pub(super) fn add(&mut self, number: u64, record: SetRecord) {
        for (member, introduction) in record.introductions {
            self.members[member].introduce(introduction);
        }
        for (member, error) in record.broken {
            self.members[member].error.get_or_insert(error);
        }
        self.refuse_other_units();
        let turns = self.comparable(&record.turns);
        for member in self.alive().into_iter().filter(|member| *member != REFERENCE) {
            match log_ratio(&turns, REFERENCE, member) {
                Some(log) => self.members[member].logs.push(log),
                None if self.members[REFERENCE].error.is_some() => {}
                None => {
                    self.members[member].error = Some("had too few turns between those of the reference".to_owned())
                }
            }
        }
        self.turns.extend(record.turns);
        self.sets = number;
    }

    /// Refuses programs that count other units, because images and tokens cannot be compared.
    fn refuse_other_units(&mut self) {
        let expected = self.unit().to_owned();
        for member in self.members.iter_mut().filter(|member| member.introduction.is_some()) {
            if member.unit() != expected {
                let found = member.unit();
                let error = format!(
                    "counts {found}, but the reference counts {expected}: the times of one of each say nothing of each \
                     other"
                );
                member.error.get_or_insert(error);
            }
        }
    }

    /// Returns turns that count, as times of one unit.
    fn comparable(&self, turns: &[TurnRecord]) -> Vec<Turn> {
        turns.iter().filter_map(|turn| turn.compared(self.units(turn.member))).collect()
    }

    /// Returns how many units a step of a program works through.
    pub fn units(&self, member: usize) -> u64 {
        self.members[member].units().map_or(1, |(count, _)| *count)
    }

    /// Returns what is counted: `images`, or `steps` where the programs did not say.
    pub fn unit(&self) -> &str {
        self.members[REFERENCE].unit()
    }

    /// Returns whether a program counts what the reference counts.
    pub(crate) fn counts_alike(&self, member: usize) -> bool {
        self.members[member].unit() == self.unit()
    }

    /// Returns the ratios of a program, one per set.
    pub fn sample(&self, member: usize) -> Sample<'_> {
        let logs = &self.members[member].logs;
        Sample { logs, pilot: logs.len().min(usize::try_from(self.pilot).unwrap_or(usize::MAX)) }
    }

    /// Returns the number of sets that the least precise program needs.
    pub(super) fn sets_wanted(&self, precision: f64) -> u64 {
        let alive = self.alive();
        let needed = self.compared().filter(|member| alive.contains(member)).map(|member| {
            let logs = self.members[member].logs.as_slice();
            sets_needed(logs, precision).unwrap_or(logs.len()) as u64
        });
        needed.max().unwrap_or(0)
    }

    /// Returns the turns of a program that count, and how many of them were dropped as disturbed in their sets.
    pub fn dropped(&self) -> (usize, usize) {
        let sets = self.turns.chunk_by(|a, b| a.set == b.set).map(|set| self.comparable(set));
        sets.fold((0, 0), |(all, left_out), turns| (all + turns.len(), left_out + dropped(&turns)))
    }

    /// Returns the turns of one program in one set that count, and how many of them were dropped.
    pub fn dropped_of(&self, member: usize, set: u64) -> (u64, u64) {
        let turns: Vec<TurnRecord> = self.turns.iter().filter(|turn| turn.set == set).cloned().collect();
        let turns = self.comparable(&turns);
        let own = || turns.iter().filter(|turn| turn.member == member);
        let left_out = if dropped(&turns) == 0 { 0 } else { own().filter(|turn| turn.disturbed).count() };
        (own().count() as u64, left_out as u64)
    }
}
