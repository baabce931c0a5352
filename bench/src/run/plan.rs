//! Turns a suite into its cells, in the order in which they run.
//!
//! What consists of steps comes first, in sets: all members of a group and the reference's twin, whose processes take
//! turns ([`sitting`](super::sitting)). Seeds take turns over sets. Then come the cells that are timed alone on the
//! machine, one round per seed. Every second round runs backwards (A B B A), and a machine that slows down or speeds up
//! then favors no family. Last come the untimed cells. Where they share the machine, the longest come first, which
//! makes them end together.

use std::cmp::Reverse;

use serde::{Deserialize, Serialize};

use crate::cell::{Cell, SweepPoint, Task};
use crate::device::DeviceId;
use crate::files::data::{Source, Summary};
use crate::suite::Suite;
use crate::suite::group::Group;
use crate::suite::member::Member;

/// A cell with what its row says of its group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlannedCell {
    /// Cell to be run.
    pub cell: Cell,
    /// Name of the model that the group is compared with.
    pub reference: String,
    /// Budget that the group is matched in, as `params and macs`; empty if it is not.
    pub budget: String,
}

/// Holds what the command line adds to a suite.
#[derive(Debug, Clone, PartialEq)]
pub struct Context {
    /// Where the images come from and what they are. Where a sweep varies their size, there is one pair per size, the
    /// suite's own first.
    pub images: Vec<(Source, Summary)>,
    /// Devices, resolved to identities.
    pub devices: Vec<DeviceId>,
    /// Seeds of the run.
    pub seeds: Vec<u64>,
    /// Whether every reference that is timed alone is timed twice (A/A).
    pub aa: bool,
    /// Number of sets of processes that take turns.
    pub sets: u64,
    /// Number of untimed cells at the same time.
    pub jobs: usize,
    /// Number of threads of the machine to use.
    pub threads: usize,
}

/// Returns every cell of the suite, in order.
pub fn plan(suite: &Suite, groups: &[Group], context: &Context) -> Vec<PlannedCell> {
    let mut planned = Vec::new();
    for device in &context.devices {
        planned.extend(sets(suite, groups, context, *device));
        for (round, seed) in context.seeds.iter().enumerate() {
            let plan = Planning { suite, context, device: *device, seed: *seed, set: None };
            let mut cells: Vec<PlannedCell> = groups.iter().flat_map(|group| plan.cells(group)).collect();
            if round % 2 == 1 {
                cells.reverse();
            }
            planned.extend(cells);
        }
    }
    let (mut timed, mut untimed): (Vec<PlannedCell>, Vec<PlannedCell>) =
        planned.into_iter().partition(|planned| planned.cell.task.is_timed());
    if context.jobs > 1 {
        // Work is never negative, so that its bits are in its order. It is computed once a cell.
        untimed.sort_by_cached_key(|planned| Reverse(planned.cell.work().to_bits()));
    }
    timed.append(&mut untimed);
    timed
}

/// Returns the sets on one device: every group's first, then every group's second. A run that ends early then has as
/// many of each.
fn sets(suite: &Suite, groups: &[Group], context: &Context, device: DeviceId) -> Vec<PlannedCell> {
    let seeds = context.seeds.iter().cycle();
    let set = |(set, seed): (u64, &u64)| {
        let plan = Planning { suite, context, device, seed: *seed, set: Some(set) };
        groups.iter().flat_map(|group| plan.cells(group)).collect::<Vec<_>>()
    };
    (1..=context.sets).zip(seeds).flat_map(set).collect()
}

/// Holds which cells a part of a plan is made of.
struct Planning<'a> {
    suite: &'a Suite,
    context: &'a Context,
    device: DeviceId,
    seed: u64,
    set: Option<u64>,
}

impl Planning<'_> {
    /// Returns the cells of one group: task by task, the members side by side, and last the reference's twin.
    fn cells(&self, group: &Group) -> Vec<PlannedCell> {
        let mut cells = Vec::new();
        for task in group.tasks.iter().copied().filter(|task| self.has(group, *task)) {
            let plan = |member, twin| PlannedCell {
                cell: self.cell(group, member, task, twin),
                reference: group.reference.clone(),
                budget: group.budget.to_string(),
            };
            cells.extend(group.members.iter().map(|member| plan(member, false)));
            let twice = self.set.is_some() || self.context.aa && task.is_timed();
            let twin = group.members.first().filter(|member| twice && member.point.is_none());
            cells.extend(twin.map(|reference| plan(reference, true)));
        }
        cells
    }

    /// Returns whether the group has the task. Steps are measured in sets, except for a sweep's: its points are fitted
    /// and not compared.
    fn has(&self, group: &Group, task: Task) -> bool {
        let swept = group.members.iter().any(|member| member.point.is_some());
        (task.is_stepped() && !swept) == self.set.is_some()
    }

    fn cell(&self, group: &Group, member: &Member, task: Task, twin: bool) -> Cell {
        let Planning { suite, context, device, seed, set } = *self;
        let (source, data) = context.images(member.image_size);
        let concurrent = if task.is_timed() { 1 } else { context.jobs };
        Cell {
            group: group.name.clone(),
            model: member.model.clone(),
            spec: member.spec.clone(),
            source: source.clone(),
            data: data.clone(),
            recipe: member.recipe.clone(),
            task,
            device,
            seed,
            round: 0,
            twin,
            set,
            sweep: member.point.clone(),
            threads: self.threads(task, concurrent),
            concurrent,
            timeout_s: suite.keys.timeout_s,
            memory_limit_bytes: suite.keys.memory_limit_mib << 20,
        }
    }
}

impl Planning<'_> {
    fn threads(&self, task: Task, concurrent: usize) -> usize {
        let Planning { suite, context, set, .. } = self;
        let most = if set.is_some() { suite.keys.set_threads.unwrap_or(usize::MAX) } else { usize::MAX };
        if task.is_memory() { 1 } else { (context.threads / concurrent).min(most).max(1) }
    }
}

impl Context {
    /// Returns the images of that size, or the suite's own where none is given.
    fn images(&self, size: Option<usize>) -> &(Source, Summary) {
        let fits = |(_, data): &&(Source, Summary)| size.is_none_or(|size| data.images.size == size);
        self.images.iter().find(fits).expect("the context holds the images of every size that the groups need")
    }
}

/// Formats `group/model/task/device/seed=N`, with `round=N`, `twin` and the point of a sweep where they add something.
pub(crate) fn path(cell: &Cell) -> String {
    let Cell { group, model, task, device, seed, round, .. } = cell;
    let mut path = format!("{group}/{model}/{}/{device}/seed={seed}", task.word());
    if *round > 0 {
        path.push_str(&format!("/round={round}"));
    }
    if let Some(set) = cell.set {
        path.push_str(&format!("/set={set}"));
    }
    if cell.twin {
        path.push_str("/twin");
    }
    if let Some(SweepPoint { over, value, .. }) = &cell.sweep {
        path.push_str(&format!("/{over}={value}"));
    }
    path
}

/// Returns whether the label, group, model, task or device of a cell holds `filter`. A `seed=N` filter picks a seed.
pub fn matches(cell: &Cell, filter: &str) -> bool {
    let text = path(cell);
    filter.split_whitespace().all(|word| text.contains(word))
}
