//! Differentiates a stage.

use std::sync::Arc;

use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, AutodiffBackend};

use super::extension::{StageKernels, StageOps};
use super::generic;
use super::stage::{Stage, StageOutput};

/// Backward step of a stage. It keeps what the forward pass made, and the parameters. Its parents are x and the
/// parameters.
#[derive(Debug)]
struct StageBackward;

impl<B: StageKernels> Backward<B, 2> for StageBackward {
    type State = (StageOutput<B>, FloatTensor<B>, Arc<Stage>);

    fn backward(self, ops: Ops<Self::State, 2>, grads: &mut Gradients, _: &mut Checkpointer) {
        let gradient = grads.consume::<B>(&ops.node);
        let (done, parameters, stage) = ops.state;
        let found = B::stage_backward(done, parameters, gradient, &stage);
        for (parent, gradient) in ops.parents.into_iter().zip(found) {
            if let Some(node) = parent {
                grads.register::<B>(node.id, gradient);
            }
        }
    }
}

impl<B: StageKernels, C: CheckpointStrategy> StageOps for Autodiff<B, C> {
    fn stage_train(
        x: FloatTensor<Self>,
        parameters: FloatTensor<Self>,
        stage: Arc<Stage>,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        let prepared = StageBackward.prepare::<C>([x.node(), parameters.node()]).compute_bound().stateful();
        let (x, parameters) = (x.into_primitive(), parameters.into_primitive());
        let done = B::stage(x, parameters.clone(), None, &stage);
        let (features, statistics) = (done.features.clone(), Self::from_inner(done.statistics.clone()));
        let features = match prepared {
            OpsKind::Tracked(prepared) => prepared.finish((done, parameters, stage), features),
            OpsKind::UnTracked(prepared) => prepared.finish(features),
        };
        (features, statistics)
    }

    /// Computes a stage whose normalizations are frozen while the rest learns, operation by operation.
    fn stage_infer(
        x: FloatTensor<Self>,
        parameters: FloatTensor<Self>,
        statistics: FloatTensor<Self>,
        stage: Arc<Stage>,
    ) -> FloatTensor<Self> {
        generic::forward::<Self>(x, parameters, Some(statistics), &stage).features
    }
}
