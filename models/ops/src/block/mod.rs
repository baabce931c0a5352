//! Computes a stage of concatenating layers, such as a DenseNet's, as one operation.
//!
//! A layer is a chain of BN–ReLU–convolution, and its result joins the channels that it read. Layer by layer that would
//! keep a copy of all features so far. Here the features of all layers are one tensor, and each layer reads the
//! beginning of it.
//!
//! With an [`Engine`](crate::Engine) of this crate's kernels each feature is written once, and stays in place. On other
//! devices the backend's own operations compute the same. Either is differentiated as one operation, and
//! [`Activations`] chooses what it keeps.
//!
//! ```
//! use burn::tensor::{Device, Tensor};
//! use skipbench_ops::block::{Activations, Stage};
//! use skipbench_ops::{Conv, Engine};
//!
//! // Two layers of one 3×3 convolution each, which add 4 channels to the 6 that enter.
//! let stage = Stage {
//!     input: 6,
//!     layers: vec![vec![Conv::new(6, 4, 3)], vec![Conv::new(10, 4, 3)]],
//!     epsilon: 1e-5,
//!     engine: Engine::default(),
//!     activations: Activations::Recompute,
//! };
//! let device = Device::flex().autodiff();
//! let parameters = Tensor::<1>::ones([stage.parameters()], &device).require_grad();
//! let (features, statistics) = stage.train(Tensor::ones([2, 6, 8, 8], &device), parameters.clone());
//! assert_eq!((features.dims(), statistics.dims()), ([2, 14, 8, 8], [2 * 6 + 2 * 10]));
//! let gradients = features.sum().backward();
//! assert!(parameters.grad(&gradients).is_some());
//! ```

mod autodiff;
mod extension;
#[cfg(feature = "flex")]
mod fused;
mod generic;
mod stage;

use std::sync::Arc;

use burn::backend::Dispatch;
use burn::tensor::Tensor;

use extension::StageOps;
pub use stage::{Activations, Stage};

impl Stage {
    /// Returns the features of `x`, `[batch, input, height, width]`, normalized by the statistics of the batch. The
    /// result is `[batch, output, height, width]` and those statistics, through which no gradient flows.
    ///
    /// # Panics
    /// Panics if `x`, the parameters or the convolutions do not fit each other, or if a convolution changes height or
    /// width.
    pub fn train(self, x: Tensor<4>, parameters: Tensor<1>) -> (Tensor<4>, Tensor<1>) {
        let (x, parameters) = (x.into_dispatch(), parameters.into_dispatch());
        let (features, statistics) = Dispatch::stage_train(x, parameters, Arc::new(self));
        (Tensor::from_dispatch(features), Tensor::from_dispatch(statistics))
    }

    /// Returns the features of `x`, normalized by given statistics.
    ///
    /// # Panics
    /// Panics in the same cases as [`train`](Self::train).
    pub fn infer(self, x: Tensor<4>, parameters: Tensor<1>, statistics: Tensor<1>) -> Tensor<4> {
        let (x, parameters) = (x.into_dispatch(), parameters.into_dispatch());
        Tensor::from_dispatch(Dispatch::stage_infer(x, parameters, statistics.into_dispatch(), Arc::new(self)))
    }
}
