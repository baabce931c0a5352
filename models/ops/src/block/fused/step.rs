//! Holds what both passes need of a step.

use skipbench_kernels::norm::Parameters;
use skipbench_kernels::{Convolution, Planes, Products};

use crate::Engine;
use crate::block::stage::{Stage, Step};

/// Returns a step's γ, β and ε.
pub(super) fn affine<'a>(all: &'a [f32], step: &Step, epsilon: f64) -> Parameters<'a> {
    Parameters { gamma: &all[step.gamma.clone()], beta: &all[step.beta.clone()], epsilon }
}

/// Returns a step's mean and variance.
pub(super) fn moments<'a>(all: &'a [f32], step: &Step) -> (&'a [f32], &'a [f32]) {
    (&all[step.mean.clone()], &all[step.variance.clone()])
}

/// Returns a step's convolution of the first channels of `x`, which are normalized as they are read.
pub(super) fn normalized<'a>(
    step: &Step,
    products: Products,
    x: Planes<'_>,
    size: [usize; 2],
    (scale, shift): &'a (Vec<f32>, Vec<f32>),
) -> Convolution<'a> {
    Convolution::new(step.conv.on(x.batch, size))
        .with_products(products)
        .with_input_stride(x.channels * x.area)
        .normalized(scale, shift)
}

impl Stage {
    /// Returns the precision in which this crate's kernels multiply.
    pub(super) fn products(&self) -> Products {
        match self.engine {
            Engine::Native(products) => products,
            Engine::Burn => Products::default(),
        }
    }
}
