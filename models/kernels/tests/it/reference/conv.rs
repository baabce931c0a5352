//! Convolution.

use skipbench_kernels::ConvShape;

/// A value and the sum of the magnitudes that it was added from: the scale of its rounding error.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Sum {
    pub(crate) value: f64,
    pub(crate) magnitude: f64,
}

impl Sum {
    fn add(&mut self, a: f64, b: f64) {
        self.value += a * b;
        self.magnitude += (a * b).abs();
    }
}

/// Calls `each` with the places of input, weight and output in every product of the convolution.
fn products(shape: &ConvShape, mut each: impl FnMut(usize, usize, usize)) {
    let (rows, cols) = (shape.out_height(), shape.out_width());
    let inside = |at: usize, tap: usize, size: usize| {
        (at * shape.stride + tap).checked_sub(shape.padding).filter(|&place| place < size)
    };
    for image in 0..shape.batch {
        for output in 0..shape.output {
            for pixel in 0..rows * cols {
                let y = (image * shape.output + output) * rows * cols + pixel;
                for term in 0..shape.input * shape.kernel * shape.kernel {
                    let (input, tap) = (term / shape.kernel.pow(2), term % shape.kernel.pow(2));
                    let row = inside(pixel / cols, tap / shape.kernel, shape.height);
                    let col = inside(pixel % cols, tap % shape.kernel, shape.width);
                    if let (Some(row), Some(col)) = (row, col) {
                        let x = ((image * shape.input + input) * shape.height + row) * shape.width + col;
                        each(x, output * shape.input * shape.kernel.pow(2) + term, y);
                    }
                }
            }
        }
    }
}

/// The output.
pub(crate) fn convolve(shape: &ConvShape, x: &[f64], weight: &[f64]) -> Vec<Sum> {
    let mut y = vec![Sum::default(); shape.output_len()];
    products(shape, |from, tap, to| y[to].add(x[from], weight[tap]));
    y
}

/// The gradients of input and weights.
pub(crate) fn gradients(shape: &ConvShape, x: &[f64], weight: &[f64], dy: &[f64]) -> [Vec<Sum>; 2] {
    let [mut dx, mut dw] = [shape.input_len(), shape.weight_len()].map(|len| vec![Sum::default(); len]);
    products(shape, |from, tap, to| {
        dx[from].add(dy[to], weight[tap]);
        dw[tap].add(dy[to], x[from]);
    });
    [dx, dw]
}
