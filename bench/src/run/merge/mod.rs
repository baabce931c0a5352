//! Shares of a plan put together: the rows of all of them, in the plan's order.
//!
//! What comes out depends on the rows alone, and neither on the order of the directories nor on which machine did which
//! share. [`part`] reads a share and [`agree`] refuses what does not belong together. What lacks rows is [`missing`].
//! [`written`] makes the run's directory.

mod agree;
mod missing;
mod part;
mod written;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use anyhow::{Result, bail};
use skipbench_reports::rows::record::Status;
use skipbench_reports::rows::store::Run;

use super::plan::PlannedCell;
use super::provenance::Host;
use super::rundir::{Merged, Plan};
use super::shard::Shard;
use super::shard::place::Place;
pub(crate) use missing::Missing;
use part::Part;
pub(crate) use written::{ensure_free, write};

/// A run that was put together.
#[derive(Debug)]
pub(crate) struct Whole {
    pub(crate) plan: Plan,
    pub(crate) runs: Vec<Run>,
    /// The machines that its rows name.
    pub(crate) hosts: Vec<Host>,
    /// What has no row.
    pub(crate) missing: Vec<Missing>,
}

impl Whole {
    /// Cells that could not be measured.
    pub(crate) fn broken(&self) -> usize {
        self.runs.iter().filter(|run| run.row.status != Status::Ok).count()
    }
}

/// A cell of the plan, as some share holds it.
struct Slot {
    planned: PlannedCell,
    /// Apart: there may be very many, and most of what is held is rows.
    run: Option<Box<Run>>,
    /// The share's directory.
    dir: Rc<Path>,
    place: Place,
}

/// Puts the shares in `dirs` together, and those in the folders of `dirs` that are no shares themselves.
///
/// # Errors
/// Directories that hold no share, or shares of another plan or build; rows that were edited, or of one cell and not
/// the same.
pub(crate) fn merge(dirs: &[PathBuf]) -> Result<Whole> {
    let mut parts = part::read_all(dirs)?;
    // In whatever order they were named, the first of those that disagree is the same.
    parts.sort_by(|a, b| (a.shard.place.number, &a.dir).cmp(&(b.shard.place.number, &b.dir)));
    agree::check(&parts)?;
    let Shard { place, plan, total, .. } = parts[0].shard.clone();
    let hosts: Vec<Host> = parts.iter().flat_map(|part| part.hosts.clone()).collect();
    let merged = Merged { plan, shards: place.of, total };
    let mut whole = plan_of(&parts, merged);
    let there: BTreeSet<usize> = parts.iter().map(|part| part.shard.place.number).collect();
    let slots = slots(parts, total)?;
    let missing = missing::of(&slots, &there, place.of);
    whole.left_out.extend(missing.iter().filter(|missing| missing.is_whole_share()).map(ToString::to_string));
    let mut runs = Vec::with_capacity(slots.iter().flatten().filter(|slot| slot.run.is_some()).count());
    for Slot { planned, run, .. } in slots.into_iter().flatten() {
        whole.cells.push(planned);
        runs.extend(run.map(|run| *run));
    }
    let hosts = named(hosts, &runs);
    Ok(Whole { plan: whole, runs, hosts, missing })
}

/// The plan that was cut, without its cells.
fn plan_of(parts: &[Part], merged: Merged) -> Plan {
    let command = parts.iter().map(|part| agree::format_command(&part.plan.command)).min().unwrap_or_default();
    let first = &parts[0].plan;
    Plan {
        suite: first.suite.clone(),
        suite_sha256: first.suite_sha256.clone(),
        command,
        goal: None,
        cells: Vec::new(),
        left_out: first.left_out.clone(),
        shard: None,
        merged: Some(merged),
    }
}

/// The cells of all shares at their places in the plan. Copies of one cell become one.
fn slots(parts: Vec<Part>, total: usize) -> Result<Vec<Option<Slot>>> {
    let mut slots: Vec<Option<Slot>> = std::iter::repeat_with(|| None).take(total).collect();
    for Part { dir, plan, shard, mut runs, .. } in parts {
        let dir: Rc<Path> = Rc::from(dir);
        for (index, planned) in shard.places.iter().zip(plan.cells) {
            let run = runs.remove(&planned.cell.id());
            let new = Slot { planned, run, dir: Rc::clone(&dir), place: shard.place };
            match slots.get_mut(*index) {
                Some(slot) => put(slot, new)?,
                None => bail!(
                    "{}: cell {index} of a plan of {total}; restore plan.json, or run the share anew",
                    dir.display()
                ),
            }
        }
    }
    Ok(slots)
}

fn put(slot: &mut Option<Slot>, new: Slot) -> Result<()> {
    let takes_its_place = match slot {
        None => true,
        Some(old) => match (&old.run, &new.run) {
            (Some(a), Some(b)) => {
                agree::same_row(a, b, [&old.dir, &new.dir])?;
                false
            }
            (None, Some(_)) => true,
            (Some(_), None) => false,
            // A set that is to be measured alone in one copy is so in all, whichever comes first.
            (None, None) => new.planned.cell.id() < old.planned.cell.id(),
        },
    };
    if takes_its_place {
        *slot = Some(new);
    }
    Ok(())
}

/// Those that rows name, each once, in the order of their identities.
fn named(mut hosts: Vec<Host>, runs: &[Run]) -> Vec<Host> {
    let names: BTreeSet<&str> = runs.iter().map(|run| run.row.host.as_str()).collect();
    hosts.retain(|host| names.contains(host.id.as_str()));
    hosts.sort_by_cached_key(|host| (host.id.clone(), toml::to_string(host).unwrap_or_default()));
    hosts.dedup();
    hosts
}
