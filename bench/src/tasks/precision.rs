//! Trains and infers in half precision, with f32 master weights.
//!
//! The network's weights stay in f32, where the optimizer moves them. Each pass works on copies in the half type, made
//! by a cast that automatic differentiation sees, so gradients arrive in f32 (Micikevicius et al. 2017,
//! arXiv:1710.03740, §3.1). The loss is computed in f32. In f16, whose exponent is short, it is scaled before the
//! backward pass (§3.2) by a constant. BatchNorm's running statistics are kept in the half type, as Burn's BatchNorm
//! computes in one type throughout.

use burn::module::{ModuleMapper, ModuleVisitor, Param};
use burn::optim::GradientsParams;
use burn::tensor::{FloatDType, Tensor};
use skipbench_models::Network;

use crate::cell::recipe::Precision;

/// Factor of the loss in f16. It is a power of two, so nothing is rounded.
const LOSS_SCALE: f64 = 1024.0;

impl Precision {
    /// Returns the half type, or `None` in f32.
    pub fn half(self) -> Option<FloatDType> {
        match self {
            Precision::F32 => None,
            Precision::Bf16 => Some(FloatDType::BF16),
            Precision::F16 => Some(FloatDType::F16),
        }
    }
}

/// Casts every weight and statistic of a network.
struct Cast(FloatDType);

impl ModuleMapper for Cast {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let (id, tensor, mapper) = param.consume();
        Param::from_mapped_value(id, tensor.cast(self.0), mapper)
    }
}

/// Returns a copy of `model` that computes in `precision`.
pub(crate) fn cast<N: Network>(model: &N, precision: Precision) -> N {
    match precision.half() {
        None => model.clone(),
        Some(half) => model.clone().map(&mut Cast(half)),
    }
}

/// Returns the logits, `[batch, classes]` in f32, of a network with f32 weights.
pub(crate) fn forward<N: Network>(model: &N, images: Tensor<4>, precision: Precision) -> Tensor<2> {
    match precision.half() {
        None => model.logits(images),
        Some(half) => cast(model, precision).logits(images.cast(half)).cast(FloatDType::F32),
    }
}

/// Returns the gradient of every parameter, in f32.
pub(crate) fn backward<N: Network>(model: &N, loss: Tensor<1>, precision: Precision) -> GradientsParams {
    if precision != Precision::F16 {
        return GradientsParams::from_grads(loss.backward(), model);
    }
    let scaled = GradientsParams::from_grads(loss.mul_scalar(LOSS_SCALE).backward(), model);
    let mut unscale = Unscale { scaled, gradients: GradientsParams::new() };
    model.visit(&mut unscale);
    unscale.gradients
}

/// Divides every gradient by the loss's scale.
struct Unscale {
    scaled: GradientsParams,
    gradients: GradientsParams,
}

impl ModuleVisitor for Unscale {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        if let Some(gradient) = self.scaled.remove::<D>(param.id) {
            self.gradients.register(param.id, gradient.div_scalar(LOSS_SCALE));
        }
    }
}
