//! A convolution as a value: what is convolved, where it lies, and by which instruction set.

use crate::micro::{Isa, Products};
use crate::shape::ConvShape;

/// A convolution: its shape, where its images lie, and what is done to the input on the way.
///
/// Three passes compute it: [`output`](Self::output), the gradient of the input, [`gradient`](Self::gradient), and the
/// gradient of the weights, [`weight_gradient`](Self::weight_gradient). [`forward`](Self::forward) and
/// [`input_gradient`](Self::input_gradient) are the first two into memory of the caller's.
#[derive(Debug, Clone, Copy)]
pub struct Convolution<'a> {
    pub(crate) isa: Isa,
    pub(crate) shape: ConvShape,
    /// Floats from an image to the next, of the input and of the output.
    pub(crate) image_strides: (usize, usize),
    pub(crate) affine: Option<Affine<'a>>,
}

/// A scale and a shift for each input channel, followed by ReLU: a batch normalization whose statistics are known.
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

/// A normalized value after ReLU, which lets NaN through: a training that diverged must show.
pub(crate) fn normal(x: f32, scale: f32, shift: f32) -> f32 {
    let x = scale * x + shift;
    if x < 0.0 { 0.0 } else { x }
}

impl<'a> Convolution<'a> {
    /// A convolution of contiguous tensors, with products in f32, on the fastest instruction set that this CPU has.
    ///
    /// # Panics
    /// When the shape is not [supported](ConvShape::supported).
    #[must_use]
    pub fn new(shape: ConvShape) -> Self {
        assert!(shape.supported(), "convolution {shape:?} is not supported");
        let image_strides =
            (shape.input * shape.height * shape.width, shape.output * shape.out_height() * shape.out_width());
        Self { isa: Isa::best(Products::F32), shape, image_strides, affine: None }
    }

    /// Computes products in that precision, on the fastest instruction set for it.
    #[must_use]
    pub fn with_products(self, products: Products) -> Self {
        self.with_isa(Isa::best(products))
    }

    /// Runs on a chosen instruction set, with the products that it was chosen for.
    #[must_use]
    pub fn with_isa(self, isa: Isa) -> Self {
        Self { isa, ..self }
    }

    /// Takes the input, and its gradient, from among the channels of a larger tensor: there are `floats` floats from
    /// the start of an image to that of the next.
    ///
    /// # Panics
    /// When images would overlap.
    #[must_use]
    pub fn with_input_stride(self, floats: usize) -> Self {
        assert!(floats >= self.image_strides.0, "input images of {:?} overlap", self.shape);
        Self { image_strides: (floats, self.image_strides.1), ..self }
    }

    /// Takes the output, and its gradient, from among the channels of a larger tensor: there are `floats` floats from
    /// the start of an image to that of the next. A caller so writes into a concatenation without a copy.
    ///
    /// # Panics
    /// When images would overlap.
    #[must_use]
    pub fn with_output_stride(self, floats: usize) -> Self {
        assert!(floats >= self.image_strides.1, "output images of {:?} overlap", self.shape);
        Self { image_strides: (self.image_strides.0, floats), ..self }
    }

    /// Convolves `max(scale · x + shift, 0)`, one scale and shift per channel, instead of `x`. The gradient of the input
    /// is then that of what is convolved.
    ///
    /// # Panics
    /// When there is not one scale and one shift for each input channel.
    #[must_use]
    pub fn normalized(self, scale: &'a [f32], shift: &'a [f32]) -> Self {
        assert_eq!(scale.len(), self.shape.input, "scales of {:?}", self.shape);
        assert_eq!(shift.len(), self.shape.input, "shifts of {:?}", self.shape);
        Self { affine: Some(Affine { scale, shift }), ..self }
    }

    /// Holds the lengths of input, weights and output to the shape. The last image of a larger tensor may end with its
    /// last channel that is used.
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
