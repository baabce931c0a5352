//! Extends Burn's backends by stages, and says how a backend without kernels of its own computes one.

use std::sync::Arc;

use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, backend_extension};

use super::generic;
use super::stage::{Stage, StageOutput};

/// Says how a backend computes a stage. By default it uses the backend's own operations.
pub(super) trait StageKernels: Backend {
    /// Computes a stage, normalized by the statistics given, or by the batch's if there are none.
    fn stage(
        x: FloatTensor<Self>,
        parameters: FloatTensor<Self>,
        statistics: Option<FloatTensor<Self>>,
        stage: &Stage,
    ) -> StageOutput<Self> {
        generic::forward(x, parameters, statistics, stage)
    }

    /// Returns the gradients of x and of the parameters, given what the forward pass by the batch's statistics made.
    fn stage_backward(
        done: StageOutput<Self>,
        parameters: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        stage: &Stage,
    ) -> [FloatTensor<Self>; 2] {
        generic::backward(done, parameters, gradient, stage)
    }
}

/// Lists the operations that backends are extended by.
#[backend_extension(Autodiff, Flex: cfg(feature = "flex"), Cube: cfg(feature = "cube"))]
pub(super) trait StageOps: Backend {
    /// Computes a stage by the statistics of the batch. Returns its features and those statistics.
    fn stage_train(
        x: FloatTensor<Self>,
        parameters: FloatTensor<Self>,
        stage: Arc<Stage>,
    ) -> (FloatTensor<Self>, FloatTensor<Self>);

    /// Computes a stage by given statistics.
    fn stage_infer(
        x: FloatTensor<Self>,
        parameters: FloatTensor<Self>,
        statistics: FloatTensor<Self>,
        stage: Arc<Stage>,
    ) -> FloatTensor<Self>;
}

/// Extends a backend by the stages that its [`StageKernels`] compute.
macro_rules! extend {
    ($backend:ty) => {
        impl StageOps for $backend {
            fn stage_train(
                x: FloatTensor<Self>,
                parameters: FloatTensor<Self>,
                stage: Arc<Stage>,
            ) -> (FloatTensor<Self>, FloatTensor<Self>) {
                let StageOutput { features, statistics, .. } = Self::stage(x, parameters, None, &stage);
                (features, statistics)
            }

            fn stage_infer(
                x: FloatTensor<Self>,
                parameters: FloatTensor<Self>,
                statistics: FloatTensor<Self>,
                stage: Arc<Stage>,
            ) -> FloatTensor<Self> {
                Self::stage(x, parameters, Some(statistics), &stage).features
            }
        }
    };
}

#[cfg(feature = "flex")]
extend!(burn::backend::Flex);
#[cfg(feature = "cube")]
extend!(burn::backend::Cube);
#[cfg(feature = "cube")]
impl StageKernels for burn::backend::Cube {}
