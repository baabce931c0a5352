//! Trainable parameters of a built network.

use burn::module::{Module, ModuleVisitor, Param};
use burn::tensor::Tensor;

struct Count(u64);

impl ModuleVisitor for Count {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        if param.is_require_grad() {
            self.0 += param.lazy_shape().num_elements() as u64;
        }
    }
}

/// How many there are. Burn's own `num_params` also counts BatchNorm's running statistics.
pub(crate) fn trainable<M: Module>(model: &M) -> u64 {
    let mut count = Count(0);
    // Off an autodiff device no parameter requires a gradient, so ask on one.
    model.clone().train().visit(&mut count);
    count.0
}
