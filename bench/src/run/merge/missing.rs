//! Cells that have no row.

use std::collections::BTreeSet;
use std::fmt;

use serde::Serialize;
use skipbench_reports::analyses::quantity::format_number_of;

use super::Slot;
use crate::run::plan::path;

/// What a share lacks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Missing {
    /// Its number.
    pub(crate) shard: usize,
    /// Of how many.
    pub(crate) of: usize,
    /// The cells, as identity and path. It is empty if the share itself is lacking, and with it their names.
    pub(crate) cells: Vec<(String, String)>,
}

impl Missing {
    /// Whether nothing is known of the share.
    pub(super) fn is_whole_share(&self) -> bool {
        self.cells.is_empty()
    }
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { shard, of, cells } = self;
        match cells.first() {
            None => write!(f, "share {shard}/{of}, all of it"),
            Some((cell, path)) if cells.len() == 1 => write!(f, "share {shard}/{of}: {cell} {path}"),
            Some((cell, path)) => {
                let count = format_number_of(cells.len(), "cell");
                write!(f, "share {shard}/{of}: {count}, the first {cell} {path}")
            }
        }
    }
}

/// What each of `of` shares lacks, of which `there` are there.
pub(super) fn of(slots: &[Option<Slot>], there: &BTreeSet<usize>, of: usize) -> Vec<Missing> {
    let mut missing: Vec<Missing> = (1..=of).map(|shard| Missing { shard, of, cells: Vec::new() }).collect();
    for Slot { planned, place, .. } in slots.iter().flatten().filter(|slot| slot.run.is_none()) {
        missing[place.number - 1].cells.push((planned.cell.id(), path(&planned.cell)));
    }
    missing.retain(|missing| !missing.cells.is_empty() || !there.contains(&missing.shard));
    missing
}
