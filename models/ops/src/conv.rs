//! The shape of a convolution, whatever it is applied to.

use skipbench_kernels::ConvShape;

/// The shape of a square convolution without groups, dilation and bias.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Conv {
    /// Input channels.
    pub input: usize,
    /// Output channels.
    pub output: usize,
    /// Rows and columns of the kernel.
    pub kernel: usize,
    /// Stride in both directions.
    pub stride: usize,
    /// Zeros added on every side.
    pub padding: usize,
}

impl Conv {
    /// `input` to `output` channels, stride 1; an odd `kernel` is padded so that the size stays.
    pub fn new(input: usize, output: usize, kernel: usize) -> Self {
        Self { input, output, kernel, stride: 1, padding: kernel / 2 }
    }

    /// The same with another stride.
    pub fn stride(self, stride: usize) -> Self {
        Self { stride, ..self }
    }

    /// Non-overlapping patches of side `size`.
    pub fn patches(input: usize, output: usize, size: usize) -> Self {
        Self { input, output, kernel: size, stride: size, padding: 0 }
    }

    /// Numbers of its weights, `[output, input, kernel, kernel]`.
    pub fn weights(self) -> usize {
        self.output * self.input * self.kernel * self.kernel
    }

    /// Its application to `batch` images of `height` rows and `width` columns.
    pub fn on(self, batch: usize, [height, width]: [usize; 2]) -> ConvShape {
        let Conv { input, output, kernel, stride, padding } = self;
        ConvShape { batch, input, output, height, width, kernel, stride, padding }
    }
}
