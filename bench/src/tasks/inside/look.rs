//! Holds what every measurement inside a network starts from.

use anyhow::Result;
use skipbench_models::Model;

use crate::cell::Progress;
use crate::files::data::{Augment, Batch, Batches};
use crate::tasks::interface::Report;
use crate::tasks::setup::Setup;

/// Returns the batch that is used: the first of the seed's first epoch, without augmentation.
pub(super) fn probe_batch(setup: &Setup) -> Batch {
    let batches = Batches::new(&setup.data, setup.recipe().batch);
    batches.train(setup.cell.seed, 1, Augment::NONE).next().unwrap_or_else(|| batches.fixed())
}

/// Reports step `done` of `total`.
pub(super) fn report_progress(report: &mut Report, done: u64, total: u64) {
    report(Progress { done, total, epoch: 0, epochs: 0, loss: None });
}

/// Returns the untrained network, built again. Copies share running statistics, and would leave traces in the one that
/// is trained.
pub(super) fn fresh(setup: &Setup) -> Result<Model> {
    setup.model().map(|(model, _)| model)
}
