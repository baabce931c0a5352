//! Collects what a job has measured, for the runs that the gate judges.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::{Value, json};
use skipbench_reports::rows::document;
use skipbench_reports::rows::store::{self, Run};

use super::side::Side;
use crate::run::provenance::{Host, Provenance};
use crate::run::rundir::{self, PLAN};

/// Holds what a job has measured so far.
#[derive(Debug, Default)]
pub(super) struct Collected {
    runs: [Vec<Run>; 3],
    /// Cells behind the rows, as JSON of any version of the program.
    cells: [Vec<Value>; 3],
}

impl Collected {
    /// Adds the rows of a finished run.
    pub(super) fn take_run(&mut self, side: Side, dir: &Path) -> Result<()> {
        self.runs[side as usize].extend(store::read(dir)?);
        if let Some(cells) = rundir::document(dir)?["cells"].as_array() {
            self.cells[side as usize].extend(cells.iter().cloned());
        }
        Ok(())
    }

    /// Adds a row and the planned cell behind it.
    pub(super) fn take(&mut self, side: Side, run: Run, planned: Value) {
        self.runs[side as usize].push(run);
        self.cells[side as usize].push(planned);
    }

    /// Writes all sides as they are now, each as a run's directory, which `compare` reads and where `replay` finds its
    /// cells.
    pub(super) fn write(&self, dir: &Path, host: &Host, provenance: &Provenance) -> Result<()> {
        let written = |side: &Side| *side != Side::Relinked || !self.runs[Side::Relinked as usize].is_empty();
        for side in Side::ALL.into_iter().filter(written) {
            let place = dir.join(side.word());
            fs::create_dir_all(&place).with_context(|| place.display().to_string())?;
            store::write(&place, &self.runs[side as usize])?;
            let Provenance { suite, suite_sha256, command, .. } = provenance;
            let cells = &self.cells[side as usize];
            let plan = json!({
                "suite": suite, "suite_sha256": suite_sha256, "command": command, "goal": null, "cells": cells
            });
            store::replace(&place.join(PLAN), &document::format(&plan)?)?;
            store::replace(&place.join("host.toml"), &toml::to_string(host)?)?;
        }
        Ok(())
    }
}
