//! The shape of a convolution: what `init` draws, `cost` counts and a model file writes down.

/// The shape of a square convolution.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Conv {
    /// Input channels.
    pub input: usize,
    /// Output channels.
    pub output: usize,
    /// Side of the kernel.
    pub kernel: usize,
    /// Stride in both directions.
    pub stride: usize,
    /// Zeros added on every side.
    pub padding: usize,
}

impl Conv {
    /// `input` to `output` channels, stride 1, padded so that the size stays.
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
}
