//! Differentiates BN–ReLU–convolution as one operation.

use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::flex::FlexTensor;
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, AutodiffBackend, Flex};

use super::NormConvOps;
use super::flex::Folded;
use crate::layer::arguments::Window;
use crate::layer::extension::LayerOps;
use crate::layer::flex::{Saved, norm_backward};
use crate::slices::dense;

/// Backward step of the operation. It keeps the input of the normalization, the parameters and the statistics. Its
/// parents are x, γ, β and the weight.
#[derive(Debug)]
struct NormConvolution;

impl Backward<Flex, 4> for NormConvolution {
    type State = (Saved, FlexTensor, Window);

    fn backward(self, ops: Ops<Self::State, 4>, grads: &mut Gradients, _: &mut Checkpointer) {
        let dy = dense(grads.consume::<Flex>(&ops.node));
        let (saved, weight, window) = ops.state;
        let [d, dw] = Folded::new(&saved, &weight, window).backward(&saved.x, &weight, &dy);
        let (x, gamma, beta, _) = norm_backward(&saved, d);
        for (parent, gradient) in ops.parents.into_iter().zip([x, gamma, beta, dw]) {
            if let Some(node) = parent {
                grads.register::<Flex>(node.id, gradient);
            }
        }
    }
}

impl<C: CheckpointStrategy> NormConvOps for Autodiff<Flex, C> {
    fn norm_convolve_train(
        x: FloatTensor<Self>,
        gamma: FloatTensor<Self>,
        beta: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        epsilon: f64,
        window: Window,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>) {
        let nodes = [x.node(), gamma.node(), beta.node(), weight.node()];
        let prepared = NormConvolution.prepare::<C>(nodes).compute_bound().stateful();
        let [x, gamma, beta, weight] = [x, gamma, beta, weight].map(|tensor| dense(tensor.into_primitive()));
        let (y, mean, variance) =
            Flex::norm_convolve_train(x.clone(), gamma.clone(), beta.clone(), weight.clone(), epsilon, window);
        let statistics = [mean.clone(), variance.clone()].map(Self::from_inner);
        let y = match prepared {
            OpsKind::Tracked(prepared) => {
                let saved = Saved { x, gamma, beta, mean, variance, epsilon, relu: true, output: None };
                prepared.finish((saved, weight, window), y)
            }
            OpsKind::UnTracked(prepared) => prepared.finish(y),
        };
        let [mean, variance] = statistics;
        (y, mean, variance)
    }

    /// Computes a normalization that is frozen while the rest learns.
    fn norm_convolve_infer(
        x: FloatTensor<Self>,
        gamma: FloatTensor<Self>,
        beta: FloatTensor<Self>,
        mean: FloatTensor<Self>,
        variance: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        epsilon: f64,
        window: Window,
    ) -> FloatTensor<Self> {
        let y = Self::norm_infer(x, gamma, beta, mean, variance, epsilon, true);
        Self::convolve(y, weight, window)
    }
}
