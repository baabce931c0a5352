//! How a plan is cut into shares: by the plan alone, so that every machine cuts it alike.
//!
//! What is compared in time stays on one machine: all timed cells of a group on a device are one unit. Any other cell
//! is a unit of its own. The longest unit goes first, to the share that has the least so far. Of equal ones the first
//! counts.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

use super::estimate::{Estimate, USUAL_RATE};
use crate::device::DeviceId;
use crate::run::plan::PlannedCell;

/// For each cell the share, from 0, of `count` that it belongs to.
pub fn shares(cells: &[PlannedCell], count: usize) -> Vec<usize> {
    let (units, weights) = units(cells);
    let shares = longest_first(&weights, count);
    units.into_iter().map(|unit| shares[unit]).collect()
}

/// For each cell the number of its unit, and what each unit weighs.
fn units(cells: &[PlannedCell]) -> (Vec<usize>, Vec<u64>) {
    let mut timed: HashMap<(&str, DeviceId), usize> = HashMap::new();
    let (mut units, mut weights) = (Vec::with_capacity(cells.len()), Vec::new());
    for PlannedCell { cell, .. } in cells {
        let next = weights.len();
        let unit = if cell.task.is_timed() { *timed.entry((&cell.group, cell.device)).or_insert(next) } else { next };
        if unit == next {
            weights.push(0);
        }
        weights[unit] += weight(Estimate::of(cell, USUAL_RATE).seconds / cell.concurrent.max(1) as f64);
        units.push(unit);
    }
    (units, weights)
}

/// Whole milliseconds: sums of them do not depend on an order.
fn weight(seconds: f64) -> u64 {
    // A sum of a hundred million of the heaviest still fits.
    ((seconds * 1e3).ceil() as u64).min(1 << 36)
}

/// For each weight the share of `count` that it goes to.
fn longest_first(weights: &[u64], count: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..weights.len()).collect();
    order.sort_by_key(|unit| (Reverse(weights[*unit]), *unit));
    let mut loads: BinaryHeap<Reverse<(u64, usize)>> = (0..count).map(|share| Reverse((0, share))).collect();
    let mut shares = vec![0; weights.len()];
    for unit in order {
        if let Some(Reverse((load, share))) = loads.pop() {
            shares[unit] = share;
            loads.push(Reverse((load + weights[unit], share)));
        }
    }
    shares
}
