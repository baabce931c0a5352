//! From a cell and how it ended to its rows. The only place that knows both sides.

use std::time::Duration;

use skipbench_models::{Cost, Execution, Kernels, ModelSpec};
use skipbench_reports::record::{RunRow, SCHEMA_VERSION, SampleRow, Status};

use crate::cell::{Cell, Measured, Outcome};
use crate::device::{self, Backend};
use crate::plan::Planned;
use crate::provenance::{self, Provenance};
use crate::recipe::{Checkpointing, Precision};
use crate::runner::Ended;

/// The cell's row and its samples.
pub fn rows(
    planned: &Planned,
    ended: &Ended,
    provenance: &Provenance,
    started: String,
    wall: Duration,
) -> (RunRow, Vec<SampleRow>) {
    let id = planned.cell.id();
    let nothing = Outcome { device_name: String::new(), measured: Measured::default(), samples: Vec::new() };
    let (outcome, status, error) = match ended {
        Ok(outcome) => (outcome, Status::Ok, String::new()),
        Err(broken) => (&nothing, broken.status, broken.error.clone()),
    };
    let sample = |sample: &crate::cell::Sample| SampleRow {
        cell: id.clone(),
        series: sample.series.clone(),
        index: sample.index,
        value: sample.value,
    };
    let samples = outcome.samples.iter().map(sample).collect();
    let row = RunRow { status, error, started, wall_ns: wall.as_nanos() as u64, ..row(planned, outcome, provenance) };
    (row, samples)
}

/// How the cell computes: on devices but the CPU by Burn's kernels, whatever the recipe says.
fn execution(cell: &Cell) -> Execution {
    let execution = cell.recipe.execution();
    match cell.device.backend {
        Backend::Flex => execution,
        _ => Execution { kernels: Kernels::Burn, ..execution },
    }
}

fn row(planned: &Planned, outcome: &Outcome, provenance: &Provenance) -> RunRow {
    let Planned { cell, reference, budget } = planned;
    let Outcome { device_name, measured, .. } = outcome;
    // Only with a measurement: a row that failed has no metrics.
    let cost: Option<Cost> = measured.params.and_then(|_| cell.spec.cost_with(cell.images(), execution(cell)).ok());
    // Bytes are computed for f32, and of one's own networks not known.
    let own = matches!(cell.spec, ModelSpec::Custom(_));
    let bytes = cost.filter(|_| cell.recipe.precision == Precision::F32 && !own);
    // And what is kept, for a network that keeps everything.
    let whole = cell.recipe.checkpointing == Checkpointing::None && cell.spec.keeps_what_it_costs();
    let saved = bytes.filter(|_| whole);
    let json = "plain data always serialises";
    RunRow {
        schema_version: SCHEMA_VERSION,
        cell: cell.id(),
        status: Status::Ok,
        error: String::new(),
        suite: provenance.suite.clone(),
        suite_sha256: provenance.suite_sha256.clone(),
        group: cell.group.clone(),
        reference: reference.clone(),
        budget: budget.clone(),
        model: cell.model.clone(),
        spec: serde_json::to_string(&cell.spec).expect(json),
        family: cell.spec.family().to_owned(),
        skip: cell.spec.skip().to_owned(),
        depth: cell.spec.depth() as u64,
        task: cell.task.word().to_owned(),
        seed: cell.seed,
        round: cell.round,
        twin: cell.twin,
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
        recipe: serde_json::to_string(&cell.recipe).expect(json),
        batch: cell.batch() as u64,
        params: measured.params,
        macs: cost.map(|cost| cost.macs),
        activation_bytes: bytes.map(|cost| cost.activation_bytes),
        saved_bytes: saved.map(|cost| cost.saved_bytes),
        traffic_bytes: bytes.map(|cost| cost.traffic_bytes),
        join_bytes: bytes.map(|cost| cost.join_bytes),
        output_shape: measured.output_shape.clone(),
        epochs: measured.epochs,
        steps: measured.steps,
        loss: measured.loss,
        train_correct: measured.train_correct,
        train_total: measured.train_total,
        test_correct: measured.test_correct,
        test_total: measured.test_total,
        train_ns: measured.train_ns,
        target_ns: measured.target_ns,
        target_epochs: measured.target_epochs,
        warmup_steps: measured.warmup_steps,
        warmup_ns: measured.warmup_ns,
        warmup_steady: measured.warmup_steady,
        timed_steps: measured.timed_steps,
        step_ns_median: measured.step_ns_median,
        step_ns_p90: measured.step_ns_p90,
        step_ns_p99: measured.step_ns_p99,
        forward_ns_median: measured.forward_ns_median,
        backward_ns_median: measured.backward_ns_median,
        optimizer_ns_median: measured.optimizer_ns_median,
        epoch_images: measured.epoch_images,
        epoch_ns_median: measured.epoch_ns_median,
        epoch_data_ns_median: measured.epoch_data_ns_median,
        ceiling_flops_per_s: measured.ceiling_flops_per_s,
        ceiling_bytes_per_s: measured.ceiling_bytes_per_s,
        other_load_cores: measured.other_load_cores,
        cpu_mhz: measured.cpu_mhz,
        heap_start_bytes: measured.heap_start_bytes,
        heap_peak_bytes: measured.heap_peak_bytes,
        heap_peak_forward_bytes: measured.heap_peak_forward_bytes,
        heap_peak_backward_bytes: measured.heap_peak_backward_bytes,
        heap_peak_optimizer_bytes: measured.heap_peak_optimizer_bytes,
        heap_growth_bytes: measured.heap_growth_bytes,
        heap_saved_bytes: measured.heap_saved_bytes,
        rss_peak_bytes: measured.rss_peak_bytes,
        device_in_use_bytes: measured.device_in_use_bytes,
        device_reserved_bytes: measured.device_reserved_bytes,
        device: cell.device.to_string(),
        device_name: device_name.clone(),
        threads: cell.threads as u64,
        concurrent: cell.concurrent as u64,
        skipbench_version: env!("CARGO_PKG_VERSION").to_owned(),
        burn_version: provenance::BURN_VERSION.to_owned(),
        features: device::compiled_features(),
        git_revision: provenance::GIT_REVISION.to_owned(),
        git_dirty: provenance::git_dirty(),
        host: provenance.host.clone(),
        started: String::new(),
        wall_ns: 0,
        command: provenance.command.clone(),
    }
}
