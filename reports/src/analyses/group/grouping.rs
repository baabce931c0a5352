//! Groups rows.

use std::collections::{HashMap, HashSet};

use super::identity::Identity;
use super::member::Member;
use super::setting::Setting;
use crate::rows::record::RunRow;
use crate::rows::store::Run;
use crate::rows::{machine, task};

/// A matched group as it was run.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// Identity of the group.
    pub identity: Identity,
    /// Members, the reference first, then in the order of the rows.
    pub members: Vec<Member>,
    /// The reference measured once more under another name, if the run has A/A cells.
    pub twin: Option<Member>,
}

impl Group {
    /// Starts a group from its first row.
    fn of(row: &RunRow) -> Self {
        Self { identity: Identity::of(row), members: Vec::new(), twin: None }
    }

    fn add(&mut self, row: &RunRow) {
        if self.identity.origin.device_name.is_empty() {
            // A cell that failed never learned it.
            self.identity.origin.device_name.clone_from(&row.device_name);
        }
        if task::is_timed(&row.task) {
            // Only one machine timed anything here, whichever measured the rest.
            self.identity.origin.host.clone_from(&row.host);
        }
        self.member(row).add(row);
    }

    /// Returns the member that the row belongs to. A new member is added at the end.
    fn member(&mut self, row: &RunRow) -> &mut Member {
        if row.twin {
            return self.twin.get_or_insert_with(|| Member::of(row));
        }
        let index = self.members.iter().position(|member| member.model == row.model).unwrap_or_else(|| {
            self.members.push(Member::of(row));
            self.members.len() - 1
        });
        &mut self.members[index]
    }
}

/// Groups rows. Rows that differ in suite text, data, recipe, device, machine or build are never put together. The
/// exception is what machines measured of one plan that was cut for them: accuracy and memory may come from any of
/// them, times from one. A cell that was run again begins a group of its own instead of replacing the first. So does
/// one that was timed in sets where the first was timed alone. Sweeps belong to
/// [`scaling`](crate::analyses::scaling).
pub fn group(runs: &[Run]) -> Vec<Group> {
    let mut groups: Vec<(Taken<'_>, Group)> = Vec::new();
    let mut by_key: HashMap<GroupKey<'_>, Vec<usize>> = HashMap::new();
    for row in runs.iter().map(|run| &run.row).filter(|row| row.sweep.is_empty()) {
        let same = by_key.entry(key(row)).or_default();
        let free = same.iter().copied().find(|index| groups[*index].0.has_room(row));
        let index = free.unwrap_or_else(|| {
            groups.push((Taken::default(), Group::of(row)));
            same.push(groups.len() - 1);
            groups.len() - 1
        });
        let (taken, group) = &mut groups[index];
        taken.take(row);
        group.add(row);
    }
    let mut groups: Vec<Group> = groups.into_iter().map(|(_, group)| group).collect();
    for Group { identity, members, .. } in &mut groups {
        members.sort_by_key(|member| member.model != identity.reference);
    }
    groups
}

type GroupKey<'a> = [&'a str; 9];

/// Identifies what one row of a group measures. A second such row, from another run or with other threads, does not fit
/// into the group.
type Slot<'a> = (&'a str, &'a str, u64, u64, bool, Option<u64>);

/// Tracks what was measured of a group so far.
#[derive(Default)]
struct Taken<'a> {
    slots: HashSet<Slot<'a>>,
    /// Task and model, and whether they were timed in sets or alone.
    ways: HashSet<(&'a str, &'a str, bool)>,
    /// The machine that timed something.
    timed_on: Option<&'a str>,
}

impl<'a> Taken<'a> {
    /// Returns whether a row fits: nothing measured the same, no other row timed the same model in another way, and no
    /// other machine timed anything.
    fn has_room(&self, row: &'a RunRow) -> bool {
        let elsewhere = task::is_timed(&row.task) && self.timed_on.is_some_and(|host| host != row.host);
        !elsewhere
            && !self.slots.contains(&slot(row))
            && !self.ways.contains(&(&row.model, &row.task, row.set.is_none()))
    }

    fn take(&mut self, row: &'a RunRow) {
        self.slots.insert(slot(row));
        self.ways.insert((&row.model, &row.task, row.set.is_some()));
        if task::is_timed(&row.task) {
            self.timed_on = Some(&row.host);
        }
    }
}

fn slot(row: &RunRow) -> Slot<'_> {
    (&row.model, &row.task, row.seed, row.round, row.twin, row.set)
}

fn key(row: &RunRow) -> GroupKey<'_> {
    let RunRow { suite_sha256, group, data_sha256, recipe, device, git_revision, burn_version, features, .. } = row;
    [suite_sha256, group, data_sha256, &**recipe, device, machine::pool(row), git_revision, burn_version, features]
}

/// Returns the groups of each setting, in the order of the rows.
pub fn settings(groups: &[Group]) -> Vec<(Setting, Vec<&Group>)> {
    let mut settings: Vec<(Setting, Vec<&Group>)> = Vec::new();
    for group in groups {
        let setting = group.identity.setting();
        match settings.iter_mut().find(|(other, _)| *other == setting) {
            Some((_, groups)) => groups.push(group),
            None => settings.push((setting, vec![group])),
        }
    }
    settings
}
