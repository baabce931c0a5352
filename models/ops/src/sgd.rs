//! A step of stochastic gradient descent as one operation, where the kernels apply.

use burn::tensor::Tensor;
pub use skipbench_kernels::Sgd;

#[cfg(feature = "flex")]
use native::SgdOps;

/// A step of `weight` by its gradient: the weight and its velocity after it. The first step has no velocity yet. In one
/// pass on Burn's flex device in f32, by Burn's operations elsewhere, and with the same bits: those of Burn's own SGD
/// with Nesterov momentum, weight decay and no dampening.
pub fn sgd_step<const D: usize>(
    weight: Tensor<D>,
    velocity: Option<Tensor<D>>,
    gradient: Tensor<D>,
    by: Sgd,
) -> (Tensor<D>, Tensor<D>) {
    #[cfg(feature = "flex")]
    if crate::engine::applies(&weight) && !weight.device().is_autodiff() {
        let (weight, gradient) = (weight.into_dispatch(), gradient.into_dispatch());
        let (weight, velocity) = match velocity {
            Some(velocity) => burn::backend::Dispatch::sgd_step(weight, velocity.into_dispatch(), gradient, by),
            None => burn::backend::Dispatch::sgd_begin(weight, gradient, by),
        };
        return (Tensor::from_dispatch(weight), Tensor::from_dispatch(velocity));
    }
    let gradient = weight.clone().mul_scalar(by.decay) + gradient;
    let velocity = match velocity {
        Some(velocity) => gradient.clone() + velocity.mul_scalar(by.momentum),
        None => gradient.clone(),
    };
    let step = velocity.clone().mul_scalar(by.momentum) + gradient;
    (weight - step.mul_scalar(by.rate), velocity)
}

#[cfg(feature = "flex")]
mod native {
    use burn::backend::flex::FlexTensor;
    use burn::backend::tensor::FloatTensor;
    use burn::backend::{Backend, Flex, backend_extension};
    use skipbench_kernels::Sgd;

    use crate::slices::{dense, numbers, shape, shaped, whole};

    /// What the backend is extended by. All tensors have one shape.
    #[backend_extension(Flex)]
    pub(super) trait SgdOps: Backend {
        /// The weight after its first step, and its velocity.
        fn sgd_begin(
            weight: FloatTensor<Self>,
            gradient: FloatTensor<Self>,
            by: Sgd,
        ) -> (FloatTensor<Self>, FloatTensor<Self>);

        /// Weight and velocity after a step.
        fn sgd_step(
            weight: FloatTensor<Self>,
            velocity: FloatTensor<Self>,
            gradient: FloatTensor<Self>,
            by: Sgd,
        ) -> (FloatTensor<Self>, FloatTensor<Self>);
    }

    impl SgdOps for Flex {
        fn sgd_begin(weight: FlexTensor, gradient: FlexTensor, by: Sgd) -> (FlexTensor, FlexTensor) {
            let (mut weight, gradient) = (whole(weight), dense(gradient));
            let velocity = by.begin(weight.storage_mut::<f32>(), numbers(&gradient));
            let like = shape(&weight);
            (weight, shaped(velocity, like))
        }

        fn sgd_step(
            weight: FlexTensor,
            velocity: FlexTensor,
            gradient: FlexTensor,
            by: Sgd,
        ) -> (FlexTensor, FlexTensor) {
            let (mut weight, mut velocity, gradient) = (whole(weight), whole(velocity), dense(gradient));
            by.step(weight.storage_mut::<f32>(), velocity.storage_mut::<f32>(), numbers(&gradient));
            (weight, velocity)
        }
    }
}
