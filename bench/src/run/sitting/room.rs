//! Estimates how much memory processes need that run together, and how much there is.

use sysinfo::System;

use crate::cell::recipe::Optimizer;
use crate::cell::{Cell, Task};
use crate::run::limits::Limits;

/// Memory of a process besides its network: the program, one batch, and what the allocator keeps in reserve
/// (`MALLOC_TOP_PAD_`).
const PROCESS: u64 = 128 << 20;

/// Returns the bytes that the process of a driven cell needs, by its network's cost, and rather too many than too few.
/// A test compares it with the heap's peak. For custom networks only the parameters are known.
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

/// Returns the bytes that this process and its children may take now: what is free, or what the control group leaves.
pub(crate) fn free() -> u64 {
    let Ok(mut system) = System::new() else { return u64::MAX };
    system.refresh_memory();
    Limits::read().heap_bytes(system.available_memory())
}
