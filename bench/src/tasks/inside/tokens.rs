//! Measures what attention makes of a Transformer's tokens before training (`tokens`).
//!
//! `token_residual` (index: block, 0 is the embedding) is ‖X − 1x̄ᵀ‖/‖X‖ of each image's tokens, averaged over a batch,
//! where x̄ is the mean token. It is 0 where all tokens are one (Dong et al. 2021, "Attention is not all you need",
//! arXiv:2103.03404; there x̄ minimizes another norm). `query_gradient`, `key_gradient` and `value_gradient` (index:
//! block) are norms of the loss's gradient of the projections. The first two vanish with the tokens' rank (Noci et al.
//! 2022, arXiv:2206.03126).

use burn::tensor::{Tensor, TensorData};
use skipbench_models::probe::{GradientProbe, Probe, ProbePoint};
use skipbench_reports::rows::series;

use super::look::{probe_batch, report_progress};
use super::sample::{norm, sample};
use crate::cell::{Measured, Sample};
use crate::tasks::finite;
use crate::tasks::interface::{Report, TaskResult};
use crate::tasks::setup::Setup;

const SERIES: [&str; 3] = [series::QUERY_GRADIENT, series::KEY_GRADIENT, series::VALUE_GRADIENT];

pub(super) fn run(setup: &Setup, report: &mut Report) -> TaskResult {
    report_progress(report, 0, 1);
    let (model, measured) = setup.model()?;
    let (images, labels) = probe_batch(setup).into_tensors(&setup.device);
    let mut residuals = Residuals::default();
    model.forward_probed(images.clone(), &mut residuals);
    let of_block = |(block, value): (usize, &f64)| sample(series::TOKEN_RESIDUAL, block, Some(*value));
    let mut samples: Vec<Sample> = residuals.0.iter().enumerate().filter_map(of_block).collect();
    let mut probe = GradientProbe::default();
    let loss = setup.loss().forward(model.forward_probed(images, &mut probe), labels);
    let value = finite(loss.clone().inner())?;
    let gradients = loss.backward();
    for (point, gradient) in probe.weights(&gradients) {
        if let (ProbePoint::Qkv(at), Some(gradient)) = (point, gradient) {
            let norms = SERIES.iter().zip(thirds(&gradient));
            samples.extend(norms.filter_map(|(series, norm)| sample(series, at.block, Some(norm))));
        }
    }
    Ok((Measured { loss: Some(value), ..measured }, samples))
}

/// Returns norms of the three parts, side by side, of `[width, 3·width]`.
fn thirds(gradient: &TensorData) -> [f64; 3] {
    let values: Vec<f64> = gradient.iter::<f64>().collect();
    let row = gradient.shape().iter().next_back().copied().unwrap_or(1).max(1);
    [0, 1, 2]
        .map(|part| norm((0..values.len()).filter(|index| index % row * 3 / row == part).map(|index| values[index])))
}

/// Holds ‖X − 1x̄ᵀ‖/‖X‖ of the embedding and of what leaves each block.
#[derive(Default)]
struct Residuals(Vec<f64>);

impl Probe for Residuals {
    fn tensor<const D: usize>(&mut self, point: ProbePoint, x: Tensor<D>) -> Tensor<D> {
        if matches!(point, ProbePoint::Tokens | ProbePoint::Output(_)) {
            let size = |x: Tensor<D>| x.powi_scalar(2).sum_dim(2).sum_dim(1).sqrt();
            let spread = size(x.clone() - x.clone().mean_dim(1));
            self.0.push(f64::from((spread / size(x.clone())).mean().into_scalar::<f32>()));
        }
        x
    }
}
