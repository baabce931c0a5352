//! What a job has measured, on its way from the runs of single turns to the two runs that the gate judges.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::Value;
use skipbench_reports::rows::document;
use skipbench_reports::rows::store::{self, Run};

use super::turn::{Selection, Side};
use crate::run::rundir::{self, PLAN};

/// What a job has measured so far.
#[derive(Debug, Default)]
pub(super) struct Collected {
    base: Vec<Run>,
    head: Vec<Run>,
    plans: [Vec<Value>; 2],
    host: String,
}

impl Collected {
    /// Takes the rows of a selection.
    pub(super) fn take(&mut self, side: Side, selection: Selection<'_>, dir: &Path) -> Result<()> {
        let round = selection.round();
        for mut run in store::read(dir)?.into_iter().filter(|run| selection.wants(&run.row)) {
            run.row.round = round.unwrap_or(run.row.round);
            run.row.twin = side == Side::Again;
            // The same cell in every round: its identity must tell them apart, as its label does.
            if let Some(round) = round.filter(|round| *round > 0 || side == Side::Again) {
                let again = if side == Side::Again { "a" } else { "" };
                let cell = format!("{}-{round}{again}", run.row.cell);
                run.samples.iter_mut().for_each(|sample| sample.cell = cell.as_str().into());
                run.row.cell = cell;
            }
            if side == Side::Head { self.head.push(run) } else { self.base.push(run) }
        }
        if side != Side::Again && round.unwrap_or(0) == 0 {
            let mut plan = rundir::document(dir)?;
            if let Some(cells) = plan["cells"].as_array_mut() {
                cells.retain(|planned| selection.plans(planned));
            }
            self.plans[usize::from(side == Side::Head)].push(plan);
            self.host = fs::read_to_string(dir.join("host.toml"))?;
        }
        Ok(())
    }

    /// Both sides as they are now.
    pub(super) fn write(&self, dir: &Path) -> Result<()> {
        for (name, runs, plans) in [("base", &self.base, &self.plans[0]), ("head", &self.head, &self.plans[1])] {
            write(&dir.join(name), runs, plans)?;
            store::replace(&dir.join(name).join("host.toml"), &self.host)?;
        }
        Ok(())
    }
}

/// As a run's directory, which `compare` reads and `replay` finds its cells in.
fn write(dir: &PathBuf, runs: &[Run], plans: &[Value]) -> Result<()> {
    fs::create_dir_all(dir).with_context(|| dir.display().to_string())?;
    store::write(dir, runs)?;
    let Some(mut whole) = plans.first().cloned() else { return Ok(()) };
    let mut cells: Vec<&Value> = Vec::new();
    for cell in plans.iter().filter_map(|plan| plan["cells"].as_array()).flatten() {
        if !cells.contains(&cell) {
            cells.push(cell);
        }
    }
    whole["cells"] = cells.into_iter().cloned().collect();
    if let Some(plan) = whole.as_object_mut() {
        // What one turn left out another one measured.
        plan.remove("left_out");
    }
    Ok(store::replace(&dir.join(PLAN), &document::format(&whole)?)?)
}
