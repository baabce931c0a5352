//! Linear layers, `y = x · W + b`, alone or with GELU before: forward, and the gradients of input, weight and bias.
//!
//! All three passes are products of packed matrices ([`product`](crate::product)):
//!
//! | pass | left, in blocks | right, in panels | the sum runs over |
//! |---|---|---|---|
//! | output | rows of x | columns of W | inputs |
//! | gradient of the input | rows of dy | rows of W | outputs |
//! | gradient of the weight | columns of x | columns of dy | rows |
//!
//! GELU is computed while x is packed, so that its result is never written, and its derivative multiplies the gradient
//! of a band of rows before that leaves the cache. A bias is what sums start from.

mod factor;
mod forward;
mod gradient;

use multiversion::multiversion;

use crate::math::{gelu, gelu_slope};
use crate::micro::{Isa, Products};

/// A linear layer: how many rows it is applied to, and by which instruction set.
///
/// x is `[rows, inputs]`, the weight `[inputs, outputs]`, y `[rows, outputs]`, one row after another.
#[derive(Debug, Clone, Copy)]
pub struct Linear {
    isa: Isa,
    rows: usize,
    inputs: usize,
    outputs: usize,
    activated: bool,
}

impl Linear {
    /// A layer from `inputs` to `outputs` numbers, applied to `rows` rows, on the fastest instruction set of this CPU.
    ///
    /// # Panics
    /// When a number is 0.
    #[must_use]
    pub fn new(rows: usize, inputs: usize, outputs: usize) -> Self {
        assert!(
            ![rows, inputs, outputs].contains(&0),
            "a linear layer of {rows} rows, {inputs} to {outputs}, is empty"
        );
        Self { isa: Isa::best(Products::F32), rows, inputs, outputs, activated: false }
    }

    /// Runs on a chosen instruction set, one with products in f32.
    ///
    /// # Panics
    /// When it multiplies in bf16.
    #[must_use]
    pub fn with_isa(self, isa: Isa) -> Self {
        assert_eq!(isa.terms(), 1, "linear layers multiply in f32");
        Self { isa, ..self }
    }

    /// Applies the layer to GELU(x), the exact one, instead of x. The gradient of the input is then that of x.
    #[must_use]
    pub fn activated(self) -> Self {
        Self { activated: true, ..self }
    }

    /// Multiply-adds of one pass; each gradient costs as many.
    #[must_use]
    pub fn multiply_adds(&self) -> usize {
        self.rows * self.inputs * self.outputs
    }

    /// Floats of input, weight and output together: what a pass reads and writes.
    fn operands(&self) -> usize {
        self.rows * (self.inputs + self.outputs) + self.inputs * self.outputs
    }

    fn check_x(&self, x: &[f32]) {
        assert_eq!(x.len(), self.rows * self.inputs, "length of the input of {self:?}");
    }

    fn check_weight(&self, weight: &[f32]) {
        assert_eq!(weight.len(), self.inputs * self.outputs, "length of the weight of {self:?}");
    }

    fn check_dy(&self, dy: &[f32]) {
        assert_eq!(dy.len(), self.rows * self.outputs, "length of the output's gradient of {self:?}");
    }
}

/// GELU of each number.
#[multiversion(targets("x86_64+avx512f", "x86_64+avx2"))]
fn activate(values: &mut [f32]) {
    values.iter_mut().for_each(|value| *value = gelu(*value));
}

/// Each of `gradient` times the derivative of GELU at the number of `x` in its place.
#[multiversion(targets("x86_64+avx512f", "x86_64+avx2"))]
fn differentiate(gradient: &mut [f32], x: &[f32]) {
    gradient.iter_mut().zip(x).for_each(|(gradient, &x)| *gradient *= gelu_slope(x));
}

/// Adds each row of `from` to `sums`.
#[multiversion(targets("x86_64+avx512f", "x86_64+avx2"))]
fn add_rows(sums: &mut [f32], from: crate::product::pack::Matrix) {
    for row in from.data.chunks(from.distance).take(from.rows) {
        sums.iter_mut().zip(row).for_each(|(sum, value)| *sum += value);
    }
}
