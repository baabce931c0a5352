//! From a suite to the cells it means, in the order in which they run.
//!
//! Timed cells come first, alone on the machine, one round a seed; every second round runs backwards (A B B A), so that a
//! machine that slows down or speeds up favours no family. Then come the untimed cells; where they share the machine, the
//! longest come first, so that they end together.

use serde::{Deserialize, Serialize};

use crate::cell::Cell;
use crate::data::{Source, Summary};
use crate::device::DeviceId;
use crate::group::Group;
use crate::suite::Suite;

/// A cell and what its row says of its group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Planned {
    /// The cell.
    pub cell: Cell,
    /// The model that the group is compared with.
    pub reference: String,
    /// What the group is matched in; empty if it is not.
    pub budget: String,
}

/// What the command line adds to a suite.
#[derive(Debug, Clone, PartialEq)]
pub struct Context {
    /// Where the images come from.
    pub source: Source,
    /// What they are.
    pub data: Summary,
    /// Devices, resolved.
    pub devices: Vec<DeviceId>,
    /// Seeds.
    pub seeds: Vec<u64>,
    /// Untimed cells at the same time.
    pub jobs: usize,
    /// Threads of the machine to use.
    pub threads: usize,
}

/// Every cell of the suite, in order.
pub fn plan(suite: &Suite, groups: &[Group], context: &Context) -> Vec<Planned> {
    let mut planned = Vec::new();
    for device in &context.devices {
        for (round, seed) in context.seeds.iter().enumerate() {
            let mut cells: Vec<Planned> =
                groups.iter().flat_map(|group| cells(suite, group, context, *device, *seed)).collect();
            if round % 2 == 1 {
                cells.reverse();
            }
            planned.extend(cells);
        }
    }
    let (timed, mut untimed): (Vec<Planned>, Vec<Planned>) =
        planned.into_iter().partition(|planned| planned.cell.task.is_timed());
    if context.jobs > 1 {
        untimed.sort_by(|a, b| b.cell.work().total_cmp(&a.cell.work()));
    }
    [timed, untimed].concat()
}

/// The cells of one group, device and seed: task by task, the members side by side.
fn cells(suite: &Suite, group: &Group, context: &Context, device: DeviceId, seed: u64) -> Vec<Planned> {
    let mut cells = Vec::new();
    for task in &group.tasks {
        let concurrent = if task.is_timed() { 1 } else { context.jobs };
        let threads = if task.is_memory() { 1 } else { (context.threads / concurrent).max(1) };
        for (model, spec) in &group.models {
            let cell = Cell {
                group: group.name.clone(),
                model: model.clone(),
                spec: spec.clone(),
                source: context.source.clone(),
                data: context.data.clone(),
                recipe: group.recipe.clone(),
                task: *task,
                device,
                seed,
                threads,
                concurrent,
                timeout_s: suite.keys.timeout_s,
                memory_limit_bytes: suite.keys.memory_limit_mib << 20,
            };
            let budget = group.budget.map_or(String::new(), |budget| budget.to_string());
            cells.push(Planned { cell, reference: group.reference.clone(), budget });
        }
    }
    cells
}

/// Keeps the cells whose label, group, model, task or device holds `filter`; a `seed=N` filter picks a seed.
pub fn matches(cell: &Cell, filter: &str) -> bool {
    let text = format!("{}/{}/{}/{}/seed={}", cell.group, cell.model, cell.task.word(), cell.device, cell.seed);
    filter.split_whitespace().all(|word| text.contains(word))
}
