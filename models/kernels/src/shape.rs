//! Describes the sizes of a convolution, and which of them the kernels can compute.

/// Holds the shape of a convolution without groups or dilation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConvShape {
    /// Number of images in the batch.
    pub batch: usize,
    /// Number of input channels.
    pub input: usize,
    /// Number of output channels.
    pub output: usize,
    /// Rows of an input image, in pixels.
    pub height: usize,
    /// Columns of an input image, in pixels.
    pub width: usize,
    /// Rows and columns of the kernel.
    pub kernel: usize,
    /// Distance between neighboring outputs, in input pixels.
    pub stride: usize,
    /// Rows and columns of zeros around each image.
    pub padding: usize,
}

impl ConvShape {
    /// Returns the rows of an output image.
    #[must_use]
    pub fn out_height(&self) -> usize {
        (self.height + 2 * self.padding - self.kernel) / self.stride + 1
    }

    /// Returns the columns of an output image.
    #[must_use]
    pub fn out_width(&self) -> usize {
        (self.width + 2 * self.padding - self.kernel) / self.stride + 1
    }

    /// Returns whether the kernels can compute this shape. Nothing may be empty, the kernel must fit and exceed the
    /// padding, and offsets within an image must fit 32 bits.
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

    /// Returns how many floats an input has: `batch · input · height · width`.
    #[must_use]
    pub fn input_len(&self) -> usize {
        self.batch * self.input * self.height * self.width
    }

    /// Returns how many floats an output has.
    #[must_use]
    pub fn output_len(&self) -> usize {
        self.batch * self.output * self.out_height() * self.out_width()
    }

    /// Returns how many floats the weights have.
    #[must_use]
    pub fn weight_len(&self) -> usize {
        self.output * self.input * self.kernel * self.kernel
    }

    /// Returns how many floats input, weights and output have together, which is what a pass reads and writes.
    pub(crate) fn operands(&self) -> usize {
        self.input_len() + self.weight_len() + self.output_len()
    }

    /// Returns the multiply-adds of one pass. Each gradient costs about as many.
    #[must_use]
    pub fn multiply_adds(&self) -> usize {
        self.weight_len() * self.batch * self.out_height() * self.out_width()
    }
}
