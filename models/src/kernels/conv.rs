//! Convolution: forward, gradient of the input, gradient of the weights.

use rayon::prelude::*;

/// Shape of a convolution without groups or dilation; activations `[batch, channels, height, width]`, weights
/// `[output, input, kernel, kernel]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConvShape {
    /// Images.
    pub batch: usize,
    /// Input channels.
    pub input: usize,
    /// Output channels.
    pub output: usize,
    /// Rows of the input.
    pub height: usize,
    /// Columns of the input.
    pub width: usize,
    /// Side of the kernel.
    pub kernel: usize,
    /// Stride in both directions.
    pub stride: usize,
    /// Zeros added on every side.
    pub padding: usize,
}

impl ConvShape {
    /// Rows of the output.
    pub fn out_height(&self) -> usize {
        (self.height + 2 * self.padding - self.kernel) / self.stride + 1
    }

    /// Columns of the output.
    pub fn out_width(&self) -> usize {
        (self.width + 2 * self.padding - self.kernel) / self.stride + 1
    }

    /// Whether the kernels here do it.
    pub fn supported(&self) -> bool {
        matches!(self.kernel, 1 | 3) && matches!(self.stride, 1 | 2)
    }

    /// Every (output row, input row) pair that tap `tap` connects; the same for columns with `size` and `out` of those.
    fn pairs(&self, tap: usize, size: usize, out: usize) -> impl Iterator<Item = (usize, usize)> + use<> {
        let (stride, padding) = (self.stride, self.padding);
        (0..out).filter_map(move |o| {
            let i = (o * stride + tap).checked_sub(padding)?;
            (i < size).then_some((o, i))
        })
    }

    fn taps(&self) -> impl Iterator<Item = (usize, usize)> + use<> {
        let kernel = self.kernel;
        (0..kernel).flat_map(move |row| (0..kernel).map(move |column| (row, column)))
    }

    /// Calls `each(out index, in index)` for every pair of pixels that the tap connects.
    fn connect(&self, (row, column): (usize, usize), mut each: impl FnMut(usize, usize)) {
        for (oy, iy) in self.pairs(row, self.height, self.out_height()) {
            for (ox, ix) in self.pairs(column, self.width, self.out_width()) {
                each(oy * self.out_width() + ox, iy * self.width + ix);
            }
        }
    }
}

/// `y = x * weight`. Overwrites `y`.
pub fn forward(shape: &ConvShape, x: &[f32], weight: &[f32], y: &mut [f32]) {
    let (area, out) = (shape.height * shape.width, shape.out_height() * shape.out_width());
    let taps = shape.kernel * shape.kernel;
    y.par_chunks_mut(shape.output * out).zip(x.par_chunks(shape.input * area)).for_each(|(y, x)| {
        y.fill(0.0);
        for (o, y) in y.chunks_mut(out).enumerate() {
            for (i, x) in x.chunks(area).enumerate() {
                for (tap, at) in shape.taps().enumerate() {
                    let w = weight[(o * shape.input + i) * taps + tap];
                    shape.connect(at, |to, from| y[to] += w * x[from]);
                }
            }
        }
    });
}

/// The gradient of the input. Overwrites `dx`.
pub fn input_gradient(shape: &ConvShape, dy: &[f32], weight: &[f32], dx: &mut [f32]) {
    let (area, out) = (shape.height * shape.width, shape.out_height() * shape.out_width());
    let taps = shape.kernel * shape.kernel;
    dx.par_chunks_mut(shape.input * area).zip(dy.par_chunks(shape.output * out)).for_each(|(dx, dy)| {
        dx.fill(0.0);
        for (i, dx) in dx.chunks_mut(area).enumerate() {
            for (o, dy) in dy.chunks(out).enumerate() {
                for (tap, at) in shape.taps().enumerate() {
                    let w = weight[(o * shape.input + i) * taps + tap];
                    shape.connect(at, |to, from| dx[from] += w * dy[to]);
                }
            }
        }
    });
}

/// The gradient of the weights. Overwrites `dw`.
pub fn weight_gradient(shape: &ConvShape, x: &[f32], dy: &[f32], dw: &mut [f32]) {
    let (area, out) = (shape.height * shape.width, shape.out_height() * shape.out_width());
    let taps = shape.kernel * shape.kernel;
    dw.par_chunks_mut(taps).enumerate().for_each(|(pair, dw)| {
        let (o, i) = (pair / shape.input, pair % shape.input);
        for (dw, at) in dw.iter_mut().zip(shape.taps()) {
            let mut sum = 0.0f64;
            for image in 0..shape.batch {
                let x = &x[(image * shape.input + i) * area..][..area];
                let dy = &dy[(image * shape.output + o) * out..][..out];
                shape.connect(at, |to, from| sum += f64::from(x[from] * dy[to]));
            }
            *dw = sum as f32;
        }
    });
}
