//! Makes rows from a cell and how it ended. Only this module knows both sides.

use std::time::Duration;

use skipbench_models::{Cost, Execution, Kernels, ModelSpec};
use skipbench_reports::rows::record::{Measured, Origin, Predicted, RunRow, SCHEMA_VERSION, SampleRow, Status, Work};

use super::plan::PlannedCell;
use super::provenance::{self, Provenance};
use super::runner::{CellFailure, CellResult};
use crate::cell::recipe::{Checkpointing, Precision};
use crate::cell::{Cell, Sample};
use crate::device::{self, Backend};

/// Returns the cell's row and its samples.
pub(crate) fn rows(
    planned: &PlannedCell,
    ended: &CellResult,
    provenance: &Provenance,
    started: String,
    wall: Duration,
) -> (RunRow, Vec<SampleRow>) {
    let cell = &planned.cell;
    let (measured, device_name, samples) = match ended {
        Ok(outcome) => (outcome.measured.clone(), outcome.device_name.clone(), outcome.samples.as_slice()),
        Err(_) => Default::default(),
    };
    let work = work(planned, ended.as_ref().err(), provenance);
    let origin = Origin { device_name, started, wall_ns: wall.as_nanos() as u64, ..origin(cell, provenance) };
    let row = RunRow::of(work, predicted(cell, &measured), measured, origin);
    let samples = samples.iter().map(|sample| sample_row(&row.cell, sample)).collect();
    (row, samples)
}

fn sample_row(cell: &str, Sample { series, index, value }: &Sample) -> SampleRow {
    SampleRow { cell: cell.into(), series: series.into(), index: *index, value: *value }
}

/// Returns the part on the work. It has one column per line, which makes it long, but the compiler finds a missing one.
fn work(
    PlannedCell { cell, reference, budget }: &PlannedCell,
    broken: Option<&CellFailure>,
    Provenance { suite, suite_sha256, pilot_sets, .. }: &Provenance,
) -> Work {
    let json = "plain data always serializes";
    Work {
        schema_version: SCHEMA_VERSION,
        cell: cell.id(),
        status: broken.map_or(Status::Ok, |broken| broken.status),
        error: broken.map_or(String::new(), |broken| broken.error.clone()),
        suite: suite.clone(),
        suite_sha256: suite_sha256.clone(),
        group: cell.group.clone(),
        reference: reference.clone(),
        budget: budget.clone(),
        model: cell.model.clone(),
        spec: serde_json::to_string(&cell.spec).expect(json).into(),
        family: cell.spec.family().to_owned(),
        skip: cell.spec.skip().to_owned(),
        depth: cell.spec.depth() as u64,
        task: cell.task.word().to_owned(),
        seed: cell.seed,
        round: cell.round,
        twin: cell.twin,
        set: cell.set,
        pilot_sets: cell.set.and(*pilot_sets),
        sweep: cell.sweep.as_ref().map_or(String::new(), |point| point.over.clone()),
        sweep_line: cell.sweep.as_ref().map_or(String::new(), |point| point.line.clone()),
        sweep_value: cell.sweep.as_ref().map(|point| point.value),
        data: cell.source.name(),
        data_sha256: cell.data.sha256.clone(),
        train_images: cell.data.train as u64,
        test_images: cell.data.test as u64,
        image_size: cell.images().size as u64,
        image_channels: cell.images().channels as u64,
        classes: cell.images().classes as u64,
        recipe: serde_json::to_string(&cell.recipe).expect(json).into(),
        batch: cell.batch() as u64,
    }
}

/// Returns how the cell computes. On devices other than the CPU it is by Burn's kernels, and the recipe does not
/// matter.
fn execution(cell: &Cell) -> Execution {
    let execution = cell.recipe.execution();
    match cell.device.backend {
        Backend::Flex => execution,
        _ => Execution { kernels: Kernels::Burn, ..execution },
    }
}

/// Returns the predictions, only with a measurement, because a row that failed has no metrics.
fn predicted(cell: &Cell, measured: &Measured) -> Predicted {
    let cost: Option<Cost> = measured.params.and_then(|_| cell.spec.cost_with(cell.images(), execution(cell)).ok());
    // Bytes are computed for f32, and of custom models not known.
    let custom = matches!(cell.spec, ModelSpec::Custom(_));
    let bytes = cost.filter(|_| cell.recipe.precision == Precision::F32 && !custom);
    // And what is kept, for a network that keeps everything.
    let whole = cell.recipe.checkpointing == Checkpointing::None && cell.spec.keeps_what_it_costs();
    let saved = bytes.filter(|_| whole);
    Predicted {
        macs: cost.map(|cost| cost.macs),
        activation_bytes: bytes.map(|cost| cost.activation_bytes),
        saved_bytes: saved.map(|cost| cost.saved_bytes),
        traffic_bytes: bytes.map(|cost| cost.traffic_bytes),
        join_bytes: bytes.map(|cost| cost.join_bytes),
    }
}

/// Returns where it was measured, except for the device's own name and the time.
fn origin(cell: &Cell, Provenance { host, command, plan, .. }: &Provenance) -> Origin {
    Origin {
        device: cell.device.to_string(),
        device_name: String::new(),
        threads: cell.threads as u64,
        concurrent: cell.concurrent as u64,
        skipbench_version: env!("CARGO_PKG_VERSION").to_owned(),
        burn_version: provenance::BURN_VERSION.to_owned(),
        features: device::compiled_features(),
        git_revision: provenance::GIT_REVISION.to_owned(),
        git_dirty: provenance::git_dirty(),
        host: host.clone(),
        started: String::new(),
        wall_ns: 0,
        command: command.into(),
        plan: plan.clone(),
    }
}
