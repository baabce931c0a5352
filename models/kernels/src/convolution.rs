//! Convolution on plain slices: forward, gradient of the input, gradient of the weights.
//!
//! Activations are `[batch, channel, height, width]`, weights `[output, input, kernel, kernel]`, all contiguous.
//! Results do not depend on the number of threads: a thread computes whole outputs, and the weight gradient adds its
//! parts in an order that the shape alone fixes.

mod ahead;
#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod bank;
mod chunk;
mod correlate;
mod correlation;
mod fresh;
mod grid;
mod isa;
mod pairs;
mod panel;
mod plan;
mod portable;
mod scratch;
mod segment;
mod shape;
mod shared;
mod task;
mod tile;
mod weight;

pub use isa::Isa;
pub use pairs::Products;
pub use shape::ConvShape;

/// A convolution: its shape, where its images lie, and what is done to the input on the way.
#[derive(Debug, Clone, Copy)]
pub struct Conv<'a> {
    isa: Isa,
    shape: ConvShape,
    /// Floats between images of the input and of the output.
    images: (usize, usize),
    affine: Option<Affine<'a>>,
}

/// A scale and a shift for each input channel, followed by ReLU: a batch normalisation whose statistics are known.
#[derive(Debug, Clone, Copy)]
struct Affine<'a> {
    scale: &'a [f32],
    shift: &'a [f32],
}

impl Affine<'_> {
    fn of(&self, channel: usize) -> (f32, f32) {
        (self.scale[channel], self.shift[channel])
    }
}

/// A normalised value after ReLU, which lets NaN through: a training that diverged must show.
fn normal(x: f32, scale: f32, shift: f32) -> f32 {
    let x = scale * x + shift;
    if x < 0.0 { 0.0 } else { x }
}

impl<'a> Conv<'a> {
    /// A convolution of contiguous tensors.
    ///
    /// # Panics
    /// When the shape is not supported.
    #[must_use]
    pub fn new(shape: ConvShape) -> Self {
        assert!(shape.supported(), "convolution {shape:?} is not supported");
        let images = (shape.input * shape.height * shape.width, shape.output * shape.out_height() * shape.out_width());
        Self { isa: Isa::best(Products::F32), shape, images, affine: None }
    }

    /// Computes products in that precision.
    #[must_use]
    pub fn multiplying(self, products: Products) -> Self {
        self.on(Isa::best(products))
    }

    /// Runs on a chosen instruction set, with the products that it was chosen for.
    #[must_use]
    pub fn on(self, isa: Isa) -> Self {
        Self { isa, ..self }
    }

    /// Takes the input, and its gradient, from among the channels of a larger tensor, with `floats` between images.
    ///
    /// # Panics
    /// When images would overlap.
    #[must_use]
    pub fn input_images_apart(self, floats: usize) -> Self {
        assert!(floats >= self.images.0, "input images of {:?} overlap", self.shape);
        Self { images: (floats, self.images.1), ..self }
    }

    /// Takes the output, and its gradient, from among the channels of a larger tensor, with `floats` between images.
    ///
    /// # Panics
    /// When images would overlap.
    #[must_use]
    pub fn output_images_apart(self, floats: usize) -> Self {
        assert!(floats >= self.images.1, "output images of {:?} overlap", self.shape);
        Self { images: (self.images.0, floats), ..self }
    }

    /// Convolves `max(scale · x + shift, 0)`, one scale and shift a channel, instead of `x`. The gradient of the input is
    /// then that of what is convolved.
    ///
    /// # Panics
    /// When there is not one scale and one shift for each input channel.
    #[must_use]
    pub fn normalized(self, scale: &'a [f32], shift: &'a [f32]) -> Self {
        assert_eq!(scale.len(), self.shape.input, "scales of {:?}", self.shape);
        assert_eq!(shift.len(), self.shape.input, "shifts of {:?}", self.shape);
        Self { affine: Some(Affine { scale, shift }), ..self }
    }

    /// Overwrites `y` with the convolution of `x` by `weight`.
    ///
    /// # Panics
    /// When a slice is shorter than the shape says, or `weight` or `dw` has another length.
    pub fn forward(&self, x: &[f32], weight: &[f32], y: &mut [f32]) {
        self.check(x.len(), weight.len(), y.len());
        // SAFETY: the pass writes only numbers.
        correlate::forward(self, x, weight, unsafe { fresh::overwritten(y) });
    }

    /// Overwrites `dx` with the gradient of the input, given the gradient `dy` of the output.
    ///
    /// # Panics
    /// When a slice is shorter than the shape says, or `weight` or `dw` has another length.
    pub fn input_gradient(&self, dy: &[f32], weight: &[f32], dx: &mut [f32]) {
        self.check(dx.len(), weight.len(), dy.len());
        // SAFETY: the pass writes only numbers.
        correlate::input_gradient(self, dy, weight, unsafe { fresh::overwritten(dx) });
    }

    /// Overwrites `dw` with the gradient of the weights, given the input and the gradient `dy` of the output.
    ///
    /// # Panics
    /// When a slice is shorter than the shape says, or `weight` or `dw` has another length.
    pub fn weight_gradient(&self, x: &[f32], dy: &[f32], dw: &mut [f32]) {
        self.check(x.len(), dw.len(), dy.len());
        weight::weight_gradient(self, x, dy, dw);
    }

    /// The last image of a larger tensor may end with its last channel that is used.
    fn check(&self, x: usize, weight: usize, y: usize) {
        let shape = &self.shape;
        let least = |images: usize, len: usize| (shape.batch - 1) * images + len / shape.batch;
        assert_eq!(weight, shape.weight_len(), "length of the weights of {shape:?}");
        assert!(x >= least(self.images.0, shape.input_len()), "an input of {x} floats is too short for {shape:?}");
        assert!(y >= least(self.images.1, shape.output_len()), "an output of {y} floats is too short for {shape:?}");
    }
}
