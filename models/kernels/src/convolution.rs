//! Describes a convolution as a value: what is convolved, where it is in memory, and by which instruction set.

use crate::micro::{Isa, Products};
use crate::shape::ConvShape;

/// Describes a convolution: its shape, where its images are in memory, and what is done to the input on the way.
///
/// Three passes compute it: [`output`](Self::output), the gradient of the input, [`gradient`](Self::gradient), and the
/// gradient of the weights, [`weight_gradient`](Self::weight_gradient). [`forward`](Self::forward) and
/// [`input_gradient`](Self::input_gradient) do the same as the first two, but write to the caller's memory.
#[derive(Debug, Clone, Copy)]
pub struct Convolution<'a> {
    pub(crate) isa: Isa,
    pub(crate) shape: ConvShape,
    /// Distance in floats from one image to the next, in the input and in the output.
    pub(crate) image_strides: (usize, usize),
    pub(crate) affine: Option<Affine<'a>>,
}

/// Holds a scale and a shift for each input channel, which ReLU follows. This is a batch normalization whose statistics
/// are known.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Affine<'a> {
    pub(crate) scale: &'a [f32],
    pub(crate) shift: &'a [f32],
}

impl Affine<'_> {
    pub(crate) fn of(&self, channel: usize) -> (f32, f32) {
        (self.scale[channel], self.shift[channel])
    }
}

/// Normalizes a value and applies ReLU. NaN passes through, because a training run that diverged must show it.
pub(crate) fn normal(x: f32, scale: f32, shift: f32) -> f32 {
    let x = scale * x + shift;
    if x < 0.0 { 0.0 } else { x }
}

impl<'a> Convolution<'a> {
    /// Creates a convolution of contiguous tensors, with products in f32, on the fastest instruction set of this CPU.
    ///
    /// # Panics
    /// Panics if the shape is not [supported](ConvShape::supported).
    #[must_use]
    pub fn new(shape: ConvShape) -> Self {
        assert!(shape.supported(), "convolution {shape:?} is not supported");
        let image_strides =
            (shape.input * shape.height * shape.width, shape.output * shape.out_height() * shape.out_width());
        Self { isa: Isa::best(Products::F32), shape, image_strides, affine: None }
    }

    /// Computes products in the given precision, on the fastest instruction set for it.
    #[must_use]
    pub fn with_products(self, products: Products) -> Self {
        self.with_isa(Isa::best(products))
    }

    /// Runs on the given instruction set, with the products it was chosen for.
    #[must_use]
    pub fn with_isa(self, isa: Isa) -> Self {
        Self { isa, ..self }
    }

    /// Reads the input, and writes its gradient, as channels of a larger tensor. Consecutive images start
    /// `floats` floats apart.
    ///
    /// # Panics
    /// Panics if images would overlap.
    #[must_use]
    pub fn with_input_stride(self, floats: usize) -> Self {
        assert!(floats >= self.image_strides.0, "input images of {:?} overlap", self.shape);
        Self { image_strides: (floats, self.image_strides.1), ..self }
    }

    /// Writes the output, and reads its gradient, as channels of a larger tensor. Consecutive images start `floats`
    /// floats apart. The caller can thus write into a concatenation without a copy.
    ///
    /// # Panics
    /// Panics if images would overlap.
    #[must_use]
    pub fn with_output_stride(self, floats: usize) -> Self {
        assert!(floats >= self.image_strides.1, "output images of {:?} overlap", self.shape);
        Self { image_strides: (self.image_strides.0, floats), ..self }
    }

    /// Convolves `max(scale · x + shift, 0)` instead of `x`, with one scale and one shift per channel. The gradient of
    /// the input is then the gradient of the normalized input.
    ///
    /// # Panics
    /// Panics unless there is one scale and one shift for each input channel.
    #[must_use]
    pub fn normalized(self, scale: &'a [f32], shift: &'a [f32]) -> Self {
        assert_eq!(scale.len(), self.shape.input, "scales of {:?}", self.shape);
        assert_eq!(shift.len(), self.shape.input, "shifts of {:?}", self.shape);
        Self { affine: Some(Affine { scale, shift }), ..self }
    }

    /// Checks the lengths of input, weights and output against the shape. The last image of a larger tensor may end
    /// with the last channel in use.
    pub(crate) fn check(&self, x: usize, weight: usize, y: usize) {
        let shape = &self.shape;
        let least = |stride: usize, len: usize| (shape.batch - 1) * stride + len / shape.batch;
        let (x_least, y_least) =
            (least(self.image_strides.0, shape.input_len()), least(self.image_strides.1, shape.output_len()));
        assert_eq!(weight, shape.weight_len(), "length of the weights of {shape:?}");
        assert!(x >= x_least, "an input of {x} floats is too short for {shape:?}");
        assert!(y >= y_least, "an output of {y} floats is too short for {shape:?}");
    }
}
