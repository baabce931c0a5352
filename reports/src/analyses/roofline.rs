//! Compares each timed cell with the machine's own ceilings (Williams, Waterman and Patterson 2009,
//! doi:10.1145/1498765.1498785).
//!
//! A step of B images does 2·B·MACs floating-point operations, and moves B·traffic + 4·parameters bytes if every
//! operation runs by itself. A training step counts three forward passes of both. The ceiling that needs more time for
//! that, FLOP/s or bytes/s, sets the floor under the step's time.

use serde::Serialize;

use crate::analyses::group::Setting;
use crate::rows::record::{RunRow, Status};
use crate::rows::store::Run;
use crate::rows::{recipe, style, task};

/// Describes one timed cell, which is one line of `roofline.csv`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Roof {
    /// Identity of the cell.
    pub cell: String,
    /// Name of the group.
    pub group: String,
    /// Name of the model.
    pub model: String,
    /// Word of the skip style.
    pub skip: String,
    /// Word of how it joins ([`Member::style`](crate::analyses::group::Member::style)).
    #[serde(skip)]
    pub style: String,
    /// Task: `train-step`, `train-epoch`, `infer` or `latency`.
    pub task: String,
    /// Name of the device.
    pub device: String,
    /// Identity of the machine.
    pub host: String,
    /// Recipe, as JSON.
    pub recipe: String,
    /// Whether its process took turns in a set.
    #[serde(skip)]
    pub in_set: bool,
    /// Setting of the measurement. Rows of two settings are never put together.
    #[serde(skip)]
    pub setting: Setting,
    /// Number of images in a step.
    pub batch: u64,
    /// Median time of a step. For an epoch it is one step's share, data preparation included.
    pub step_ns: f64,
    /// FLOP done for each byte moved.
    pub intensity_flops_per_byte: f64,
    /// FLOP/s reached.
    pub flops_per_s: f64,
    /// FLOP/s as a share of what the device's matrix product reached in the same process.
    pub share_of_compute: f64,
    /// Least time that the two ceilings allow for the step.
    pub floor_ns: f64,
    /// That least time as a share of the step's time.
    pub share_of_roof: f64,
    /// Whether `compute` or `memory` sets the floor.
    pub bound: &'static str,
    /// Bytes that the joins of a step move.
    pub join_bytes: f64,
    /// Least time that moving the joins' bytes takes.
    pub join_floor_ns: f64,
    /// That least time as a share of the step's time.
    pub join_share: f64,
}

/// Returns every measured cell that has a time and its process's ceilings. Rows in half precision have no
/// `traffic_bytes`, and are left out.
pub fn roofs(runs: &[Run]) -> Vec<Roof> {
    runs.iter().filter(|run| run.row.status == Status::Ok).filter_map(|run| roof(&run.row)).collect()
}

/// Returns the times of one line that count: if some were measured in sets, only those.
pub(crate) fn counted<'a>(same: &[&'a Roof]) -> Vec<&'a Roof> {
    let sets = same.iter().any(|roof| roof.in_set);
    same.iter().copied().filter(|roof| roof.in_set == sets).collect()
}

fn step_ns(row: &RunRow) -> Option<f64> {
    let of_epoch =
        || Some(row.epoch_ns_median? as f64 * row.batch.min(row.epoch_images?) as f64 / row.epoch_images? as f64);
    row.step_ns_median.map(|ns| ns as f64).or_else(of_epoch)
}

/// Computes one cell. There is none in bf16, because the ceiling is that of products in f32.
fn roof(row: &RunRow) -> Option<Roof> {
    if recipe::kernels(&row.recipe) == "skipbench-bf16" {
        return None;
    }
    let (compute, memory) = (row.ceiling_flops_per_s?, row.ceiling_bytes_per_s?);
    let step_ns = step_ns(row).filter(|ns| *ns > 0.0)?;
    let passes = if row.task.starts_with(task::TRAIN) { 3.0 } else { 1.0 };
    // A batch larger than the training set makes an epoch of one smaller step.
    let images = passes * row.batch.min(row.epoch_images.unwrap_or(u64::MAX)) as f64;
    let flops = 2.0 * images * row.macs? as f64;
    let bytes = images * row.traffic_bytes? as f64 + passes * 4.0 * row.params? as f64;
    let (compute_ns, memory_ns) = (flops / compute * 1e9, bytes / memory * 1e9);
    let floor_ns = compute_ns.max(memory_ns);
    let join_bytes = images * row.join_bytes? as f64;
    let join_floor_ns = join_bytes / memory * 1e9;
    let roof = Roof {
        cell: row.cell.clone(),
        group: row.group.clone(),
        model: row.model.clone(),
        skip: row.skip.clone(),
        style: style::grouped(&row.family, &row.skip).to_owned(),
        task: row.task.clone(),
        device: row.device.clone(),
        host: row.host.clone(),
        recipe: row.recipe.to_string(),
        in_set: row.set.is_some(),
        setting: Setting::of(row),
        batch: row.batch,
        step_ns,
        intensity_flops_per_byte: flops / bytes,
        flops_per_s: flops / step_ns * 1e9,
        share_of_compute: compute_ns / step_ns,
        floor_ns,
        share_of_roof: floor_ns / step_ns,
        bound: if compute_ns >= memory_ns { "compute" } else { "memory" },
        join_bytes,
        join_floor_ns,
        join_share: join_floor_ns / step_ns,
    };
    roof.is_finite().then_some(roof)
}

impl Roof {
    /// Returns whether every number is finite. Work or ceilings of 0, as other programs may write them, give numbers
    /// that are not.
    fn is_finite(&self) -> bool {
        let Roof { intensity_flops_per_byte, flops_per_s, share_of_compute, share_of_roof, join_share, .. } = self;
        let numbers = [intensity_flops_per_byte, flops_per_s, share_of_compute, share_of_roof, join_share];
        numbers.into_iter().all(|number| number.is_finite())
    }
}
