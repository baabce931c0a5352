//! Convolution on plain slices: forward, gradient of the input, gradient of the weights.
//!
//! Activations are `[batch, channel, height, width]`, weights `[output, input, kernel, kernel]`, all contiguous.
//! Results do not depend on the number of threads: a thread computes whole outputs, and the weight gradient adds its
//! parts in an order that the shape alone fixes.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod bank;
mod correlate;
mod grid;
mod isa;
mod panel;
mod portable;
mod scratch;
mod segment;
mod shared;
mod tile;
mod weight;

pub use isa::Isa;

/// Shape of a convolution without groups or dilation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConvShape {
    /// Images.
    pub batch: usize,
    /// Input channels.
    pub input: usize,
    /// Output channels.
    pub output: usize,
    /// Rows of an input image.
    pub height: usize,
    /// Columns of an input image.
    pub width: usize,
    /// Rows and columns of the kernel.
    pub kernel: usize,
    /// Distance between neighbouring outputs, in input pixels.
    pub stride: usize,
    /// Zeros around each image.
    pub padding: usize,
}

impl ConvShape {
    /// Rows of an output image.
    #[must_use]
    pub fn out_height(&self) -> usize {
        (self.height + 2 * self.padding - self.kernel) / self.stride + 1
    }

    /// Columns of an output image.
    #[must_use]
    pub fn out_width(&self) -> usize {
        (self.width + 2 * self.padding - self.kernel) / self.stride + 1
    }

    /// Whether the kernels can compute this shape: nothing empty, a kernel that fits, less padding than kernel, and
    /// images whose offsets fit 32 bits.
    #[must_use]
    pub fn supported(&self) -> bool {
        let sizes = [self.batch, self.input, self.output, self.height, self.width, self.kernel, self.stride];
        let fits = |size: usize| size <= self.height.min(self.width).saturating_add(2 * self.padding);
        let channels = self.input.max(self.output);
        let image = (self.height + 2 * self.kernel + 16).checked_mul(self.width + 2 * self.kernel + 16);
        !sizes.contains(&0)
            && self.padding < self.kernel
            && fits(self.kernel)
            && image.and_then(|pixels| pixels.checked_mul(channels)).is_some_and(|floats| floats < 1 << 27)
    }

    /// Floats of an input, `batch · input · height · width`.
    #[must_use]
    pub fn input_len(&self) -> usize {
        self.batch * self.input * self.height * self.width
    }

    /// Floats of an output.
    #[must_use]
    pub fn output_len(&self) -> usize {
        self.batch * self.output * self.out_height() * self.out_width()
    }

    /// Floats of the weights.
    #[must_use]
    pub fn weight_len(&self) -> usize {
        self.output * self.input * self.kernel * self.kernel
    }

    /// Multiply-adds of one pass; each gradient costs about as many.
    #[must_use]
    pub fn multiply_adds(&self) -> usize {
        self.weight_len() * self.batch * self.out_height() * self.out_width()
    }

    fn check(&self, x: usize, weight: usize, y: usize) {
        assert!(self.supported(), "convolution {self:?} is not supported");
        assert_eq!(x, self.input_len(), "length of the input of {self:?}");
        assert_eq!(weight, self.weight_len(), "length of the weights of {self:?}");
        assert_eq!(y, self.output_len(), "length of the output of {self:?}");
    }
}

/// Overwrites `y` with the convolution of `x` by `weight`.
///
/// # Panics
/// When the shape is not supported or a slice has another length than the shape says.
pub fn forward(shape: &ConvShape, x: &[f32], weight: &[f32], y: &mut [f32]) {
    forward_on(Isa::best(), shape, x, weight, y);
}

/// Overwrites `dx` with the gradient of the input, given the gradient `dy` of the output.
///
/// # Panics
/// When the shape is not supported or a slice has another length than the shape says.
pub fn input_gradient(shape: &ConvShape, dy: &[f32], weight: &[f32], dx: &mut [f32]) {
    input_gradient_on(Isa::best(), shape, dy, weight, dx);
}

/// Overwrites `dw` with the gradient of the weights, given the input and the gradient `dy` of the output.
///
/// # Panics
/// When the shape is not supported or a slice has another length than the shape says.
pub fn weight_gradient(shape: &ConvShape, x: &[f32], dy: &[f32], dw: &mut [f32]) {
    weight_gradient_on(Isa::best(), shape, x, dy, dw);
}

/// [`forward`] with a chosen instruction set.
///
/// # Panics
/// As [`forward`].
pub fn forward_on(isa: Isa, shape: &ConvShape, x: &[f32], weight: &[f32], y: &mut [f32]) {
    shape.check(x.len(), weight.len(), y.len());
    correlate::forward(isa, shape, x, weight, y);
}

/// [`input_gradient`] with a chosen instruction set.
///
/// # Panics
/// As [`input_gradient`].
pub fn input_gradient_on(isa: Isa, shape: &ConvShape, dy: &[f32], weight: &[f32], dx: &mut [f32]) {
    shape.check(dx.len(), weight.len(), dy.len());
    correlate::input_gradient(isa, shape, dy, weight, dx);
}

/// [`weight_gradient`] with a chosen instruction set.
///
/// # Panics
/// As [`weight_gradient`].
pub fn weight_gradient_on(isa: Isa, shape: &ConvShape, x: &[f32], dy: &[f32], dw: &mut [f32]) {
    shape.check(x.len(), dw.len(), dy.len());
    weight::weight_gradient(isa, shape, x, dy, dw);
}
