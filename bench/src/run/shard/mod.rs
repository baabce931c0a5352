//! A share of a plan: what one of several machines does of it.
//!
//! A [`partition`] cuts a plan by what its cells are expected to take ([`estimate`]). A [`place`] says which share is
//! whose, and engines that start many tasks say it in variables of the environment. A share has a directory of its own
//! ([`dir`]), and may go on there on another machine ([`hosts`]).

pub(crate) mod dir;
pub(crate) mod estimate;
pub(crate) mod hosts;
pub(crate) mod partition;
pub(crate) mod place;

use serde::{Deserialize, Serialize};

use super::rundir::Plan;
use place::Place;

/// Which share of which plan a directory holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Shard {
    /// Which share of how many.
    #[serde(flatten)]
    pub(crate) place: Place,
    /// Identity of the whole plan.
    pub(crate) plan: String,
    /// Cells of the whole plan.
    pub(crate) total: usize,
    /// The place of each cell in the whole plan.
    pub(crate) places: Vec<usize>,
}

/// The share of `plan` at `place`. Its cells keep their order.
pub(crate) fn share(plan: Plan, place: Place) -> Plan {
    let shares = partition::shares(&plan.cells, place.of);
    let (identity, total) = (plan.identity(), plan.cells.len());
    let mine = |(index, share): (usize, &usize)| (share + 1 == place.number).then_some(index);
    let places: Vec<usize> = shares.iter().enumerate().filter_map(mine).collect();
    let own = |(cell, share): (_, usize)| (share + 1 == place.number).then_some(cell);
    let cells = plan.cells.into_iter().zip(shares).filter_map(own).collect();
    Plan { cells, shard: Some(Shard { place, plan: identity, total, places }), ..plan }
}
