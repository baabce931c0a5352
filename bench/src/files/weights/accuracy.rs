//! Counts how many test images a network classifies correctly.

use anyhow::Result;
use burn::tensor::{Device, Tensor};
use serde::Serialize;
use skipbench_models::Network;

use crate::files::data::Batches;

/// Holds counts over the test images.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Accuracy {
    /// Number of images whose class has the largest logit.
    pub correct: u64,
    /// Number of images whose class is among the five largest logits.
    pub top5: u64,
    /// Number of images tested.
    pub total: u64,
}

/// Tests `model`, which is on `device`.
///
/// # Errors
/// Returns an error if the device fails.
pub(crate) fn accuracy<N: Network>(model: &N, batches: &Batches, device: &Device) -> Result<Accuracy> {
    let mut accuracy = Accuracy::default();
    for batch in batches.test() {
        let labels = batch.labels.clone();
        let (images, _) = batch.into_tensors(device);
        for rank in ranks(model.logits(images), &labels)? {
            accuracy.correct += u64::from(rank == 0);
            accuracy.top5 += u64::from(rank < 5);
            accuracy.total += 1;
        }
    }
    Ok(accuracy)
}

/// Counts how many other classes have a logit at least as large as each image's own. What cannot be compared counts
/// against it.
fn ranks(logits: Tensor<2>, labels: &[i64]) -> Result<Vec<usize>> {
    let [_, classes] = logits.dims();
    let values = logits.into_data().try_to_vec::<f32>().map_err(|error| anyhow::anyhow!("reading logits: {error}"))?;
    let rank = |(row, label): (&[f32], &i64)| {
        let (label, logit_of_label) = (*label as usize, row[*label as usize]);
        let others = row.iter().enumerate().filter(|(class, _)| *class != label);
        others.filter(|(_, logit)| **logit >= logit_of_label || logit.is_nan() || logit_of_label.is_nan()).count()
    };
    Ok(values.chunks(classes).zip(labels).map(rank).collect())
}
