//! From a suite to the cells it means, in the order in which they run.
//!
//! Timed cells come first, alone on the machine, one round a seed; every second round runs backwards (A B B A), so that
//! a machine that slows down or speeds up favors no family. Then come the untimed cells; where they share the machine,
//! the longest come first, so that they end together.

use serde::{Deserialize, Serialize};

use crate::cell::{Cell, SweepPoint};
use crate::device::DeviceId;
use crate::files::data::{Source, Summary};
use crate::suite::Suite;
use crate::suite::group::Group;
use crate::suite::member::Member;

/// A cell and what its row says of its group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlannedCell {
    /// The cell.
    pub cell: Cell,
    /// The model that the group is compared with.
    pub reference: String,
    /// What the group is matched in, as `params and macs`; empty if it is not.
    pub budget: String,
}

/// What the command line adds to a suite.
#[derive(Debug, Clone, PartialEq)]
pub struct Context {
    /// Where the images come from and what they are; where a sweep varies their size, one pair a size, the suite's own
    /// first.
    pub images: Vec<(Source, Summary)>,
    /// Devices, resolved.
    pub devices: Vec<DeviceId>,
    /// Seeds.
    pub seeds: Vec<u64>,
    /// Whether every reference is timed twice (A/A).
    pub aa: bool,
    /// Untimed cells at the same time.
    pub jobs: usize,
    /// Threads of the machine to use.
    pub threads: usize,
}

/// Every cell of the suite, in order.
pub fn plan(suite: &Suite, groups: &[Group], context: &Context) -> Vec<PlannedCell> {
    let mut planned = Vec::new();
    for device in &context.devices {
        for (round, seed) in context.seeds.iter().enumerate() {
            let mut cells: Vec<PlannedCell> =
                groups.iter().flat_map(|group| cells(suite, group, context, *device, *seed)).collect();
            if round % 2 == 1 {
                cells.reverse();
            }
            planned.extend(cells);
        }
    }
    let (timed, mut untimed): (Vec<PlannedCell>, Vec<PlannedCell>) =
        planned.into_iter().partition(|planned| planned.cell.task.is_timed());
    if context.jobs > 1 {
        untimed.sort_by(|a, b| b.cell.work().total_cmp(&a.cell.work()));
    }
    [timed, untimed].concat()
}

/// The cells of one group, device and seed: task by task, the members side by side, and last in timed tasks the
/// reference's twin.
fn cells(suite: &Suite, group: &Group, context: &Context, device: DeviceId, seed: u64) -> Vec<PlannedCell> {
    let mut cells = Vec::new();
    for task in &group.tasks {
        let concurrent = if task.is_timed() { 1 } else { context.jobs };
        let threads = if task.is_memory() { 1 } else { (context.threads / concurrent).max(1) };
        let plan = |member: &Member, twin: bool| {
            let (source, data) = context.images(member.image_size);
            let cell = Cell {
                group: group.name.clone(),
                model: member.model.clone(),
                spec: member.spec.clone(),
                source: source.clone(),
                data: data.clone(),
                recipe: member.recipe.clone(),
                task: *task,
                device,
                seed,
                round: 0,
                twin,
                set: None,
                sweep: member.point.clone(),
                threads,
                concurrent,
                timeout_s: suite.keys.timeout_s,
                memory_limit_bytes: suite.keys.memory_limit_mib << 20,
            };
            PlannedCell { cell, reference: group.reference.clone(), budget: group.budget.to_string() }
        };
        cells.extend(group.members.iter().map(|member| plan(member, false)));
        let twin = group.members.first().filter(|member| context.aa && task.is_timed() && member.point.is_none());
        cells.extend(twin.map(|reference| plan(reference, true)));
    }
    cells
}

impl Context {
    /// The images of that size; the suite's own where none is given.
    fn images(&self, size: Option<usize>) -> &(Source, Summary) {
        let fits = |(_, data): &&(Source, Summary)| size.is_none_or(|size| data.images.size == size);
        self.images.iter().find(fits).expect("the context holds the images of every size that the groups need")
    }
}

/// `group/model/task/device/seed=N`, with `round=N`, `twin` and the point of a sweep where they say something.
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

/// Keeps the cells whose label, group, model, task or device holds `filter`; a `seed=N` filter picks a seed.
pub fn matches(cell: &Cell, filter: &str) -> bool {
    let text = path(cell);
    filter.split_whitespace().all(|word| text.contains(word))
}
