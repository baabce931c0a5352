//! Computes the forward pass and the gradient of the input. Both correlate padded images with taps of the kernel.
//!
//! - `correlation`: what is correlated, in both passes; `grid` packs the input, `bank` the weights.
//! - `task`: how the work is cut for threads and caches; `segment` computes a task's outputs tile by tile.
//! - `prefetch`: the next task's input is fetched meanwhile.

mod bank;
mod correlation;
mod grid;
mod prefetch;
mod segment;
mod task;

use std::mem::MaybeUninit;

use rayon::prelude::*;

use crate::convolution::Convolution;
use crate::scratch::Scratch;
use crate::shared::SharedOutput;
use crate::uninit::{overwritten, written};
use crate::work;
use bank::WeightOrder;
use correlation::Correlation;
use task::{Cut, Task};

impl Convolution<'_> {
    /// Convolves `x`, `[batch, input, height, width]`, with `weight`, `[output, input, kernel, kernel]`. Returns
    /// `[batch, output, out_height, out_width]`.
    ///
    /// # Panics
    /// Panics if `x` is shorter than the shape says, if `weight` has another length, or if the output has a
    /// [stride](Self::with_output_stride) that leaves room between its images.
    #[must_use]
    pub fn output(&self, x: &[f32], weight: &[f32]) -> Vec<f32> {
        let len = self.shape.output_len();
        assert_eq!(len, self.shape.batch * self.image_strides.1, "output images of {:?} lie apart", self.shape);
        self.check(x.len(), weight.len(), len);
        // SAFETY: no numbers lie between the images, so that the outputs, all of which are written, are all there is.
        unsafe { written(len, |y| self.write_output(x, weight, y)) }
    }

    /// Returns the gradient of the input, `[batch, input, height, width]`, given `dy`, the gradient of the output.
    ///
    /// # Panics
    /// Panics if `dy` is shorter than the shape says, if `weight` has another length, or if the input has a
    /// [stride](Self::with_input_stride) that leaves room between its images.
    #[must_use]
    pub fn gradient(&self, dy: &[f32], weight: &[f32]) -> Vec<f32> {
        let len = self.shape.input_len();
        assert_eq!(len, self.shape.batch * self.image_strides.0, "input images of {:?} lie apart", self.shape);
        self.check(len, weight.len(), dy.len());
        // SAFETY: no numbers lie between the images, so that the inputs, whose gradients are all written, are all there
        // is.
        unsafe { written(len, |dx| self.write_gradient(dy, weight, dx)) }
    }

    /// Computes [`output`](Self::output) and overwrites `y` with it; what is between images stays. It serves callers
    /// who reuse a buffer, or who write into a larger tensor ([`with_output_stride`](Self::with_output_stride)).
    ///
    /// # Panics
    /// Panics if a slice is shorter than the shape says, or if `weight` has another length.
    pub fn forward(&self, x: &[f32], weight: &[f32], y: &mut [f32]) {
        self.check(x.len(), weight.len(), y.len());
        // SAFETY: the pass writes only numbers.
        self.write_output(x, weight, unsafe { overwritten(y) });
    }

    /// Computes [`gradient`](Self::gradient) and overwrites `dx` with it; what is between images stays. It serves
    /// callers who reuse a buffer, or who write into a larger tensor ([`with_input_stride`](Self::with_input_stride)).
    ///
    /// # Panics
    /// Panics if a slice is shorter than the shape says, or if `weight` has another length.
    pub fn input_gradient(&self, dy: &[f32], weight: &[f32], dx: &mut [f32]) {
        self.check(dx.len(), weight.len(), dy.len());
        // SAFETY: the pass writes only numbers.
        self.write_gradient(dy, weight, unsafe { overwritten(dx) });
    }

    /// Writes the convolution of `x` with `weight` to `y`. Every output is written, and nothing else.
    fn write_output(&self, x: &[f32], weight: &[f32], y: &mut [MaybeUninit<f32>]) {
        work::count(self.shape.multiply_adds(), self.shape.operands());
        let taps = self.shape.kernel * self.shape.kernel;
        let order = WeightOrder { output: self.shape.input * taps, input: taps };
        Correlation::forward(self).run(x, weight, order, y);
    }

    /// Writes the gradient of the input to `dx`. The gradient of every input is written, and nothing else.
    fn write_gradient(&self, dy: &[f32], weight: &[f32], dx: &mut [MaybeUninit<f32>]) {
        work::count(self.shape.multiply_adds(), self.shape.operands());
        let taps = self.shape.kernel * self.shape.kernel;
        let order = WeightOrder { output: taps, input: self.shape.input * taps };
        Correlation::input_gradient(self).run(dy, weight, order, dx);
    }
}

impl Correlation<'_> {
    fn run(&self, x: &[f32], weight: &[f32], order: WeightOrder, y: &mut [MaybeUninit<f32>]) {
        let cuts = self.grid.isa.cuts(self.output.0);
        let cut = Cut::of(self, cuts.len() - 1);
        let terms: usize = self.banks.iter().map(|bank| bank.taps.len() * self.grid.planes()).sum();
        let mut packed = Scratch::take(terms * self.output.0);
        bank::pack(&self.grid, &self.banks, &cuts, order, weight, &mut packed);
        let offsets: Vec<_> = self.banks.iter().map(|bank| bank.offsets(&self.grid, cut.grid_rows)).collect();
        let start = SharedOutput::new(y);
        let task = Task { of: self, cut, cuts: &cuts, weights: &packed, offsets: &offsets, start };
        (0..cut.tasks()).into_par_iter().with_max_len(1).for_each(|index| task.run(x, index));
    }
}
