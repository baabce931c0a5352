//! How much memory processes need that live together, and how much there is.

use sysinfo::System;

use crate::cell::recipe::Optimizer;
use crate::cell::{Cell, Task};
use crate::run::limits::Limits;

/// What a process has beside its network: the program, one batch, what the allocator keeps in reserve
/// (`MALLOC_TOP_PAD_`).
const PROCESS: u64 = 128 << 20;

/// Bytes that the process of a driven cell needs, by its network's cost: rather too many than too few. A test holds
/// it against the heap's peak. Of custom networks only the parameters are known.
pub fn needed(cell: &Cell) -> u64 {
    needed_for(cell, cell.task == Task::TrainStep)
}

/// The same of any cell, with a backward pass or without.
pub(crate) fn needed_for(cell: &Cell, trains: bool) -> u64 {
    let Ok(cost) = cell.spec.cost_with(cell.images(), cell.recipe.execution()) else { return PROCESS };
    let (weights, batch) = (cost.params.saturating_mul(4), cell.batch() as u64);
    let network = if trains {
        // Weights, gradients and the optimizer's state; what is kept for the backward pass, and the gradients of that.
        let copies = if cell.recipe.optimizer == Optimizer::Adamw { 4 } else { 3 };
        weights.saturating_mul(copies).saturating_add(cost.saved_bytes.saturating_mul(2 * batch))
    } else {
        // A few of all outputs at a time, and weights twice while they are cast.
        weights.saturating_mul(2).saturating_add(cost.activation_bytes.saturating_mul(batch) / 2)
    };
    PROCESS.saturating_add(network)
}

/// Bytes that this process and its children may take now: what is free, or what the control group leaves.
pub(crate) fn free() -> u64 {
    let Ok(mut system) = System::new() else { return u64::MAX };
    system.refresh_memory();
    Limits::read().heap_bytes(system.available_memory())
}
