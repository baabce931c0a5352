//! Describes the shape of a convolution, independent of its input.

use skipbench_kernels::ConvShape;

/// The shape of a square convolution without groups, dilation and bias.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Conv {
    /// Number of input channels.
    pub input: usize,
    /// Number of output channels.
    pub output: usize,
    /// Rows and columns of the kernel.
    pub kernel: usize,
    /// Stride in both directions.
    pub stride: usize,
    /// Rows and columns of zeros added on every side.
    pub padding: usize,
}

impl Conv {
    /// Creates a convolution from `input` to `output` channels with stride 1. With an odd `kernel`, padding keeps the
    /// image size.
    pub fn new(input: usize, output: usize, kernel: usize) -> Self {
        Self { input, output, kernel, stride: 1, padding: kernel / 2 }
    }

    /// Returns the same convolution with another stride.
    pub fn stride(self, stride: usize) -> Self {
        Self { stride, ..self }
    }

    /// Creates a convolution over non-overlapping patches of side `size`.
    pub fn patches(input: usize, output: usize, size: usize) -> Self {
        Self { input, output, kernel: size, stride: size, padding: 0 }
    }

    /// Returns how many numbers its weights have, `[output, input, kernel, kernel]`.
    pub fn weights(self) -> usize {
        self.output * self.input * self.kernel * self.kernel
    }

    /// Returns its shape when applied to `batch` images of `height` rows and `width` columns.
    pub fn on(self, batch: usize, [height, width]: [usize; 2]) -> ConvShape {
        let Conv { input, output, kernel, stride, padding } = self;
        ConvShape { batch, input, output, height, width, kernel, stride, padding }
    }
}
