//! What is convolved with what: the sizes, and which of them the kernels can do.

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
    /// Distance between neighboring outputs, in input pixels.
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

    /// Floats of input, weights and output together: what a pass reads and writes.
    pub(crate) fn operands(&self) -> usize {
        self.input_len() + self.weight_len() + self.output_len()
    }

    /// Multiply-adds of one pass; each gradient costs about as many.
    #[must_use]
    pub fn multiply_adds(&self) -> usize {
        self.weight_len() * self.batch * self.out_height() * self.out_width()
    }
}
