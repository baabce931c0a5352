//! The gradients of weight and bias.

use std::mem::MaybeUninit;
use std::ops::Range;

use rayon::prelude::*;

use super::{Linear, activate, add_rows};
use crate::product::pack::{Matrix, Units};
use crate::product::{DEPTH, Place, Product, Start};
use crate::scratch::Scratch;
use crate::shared::SharedOutput;
use crate::uninit::written;
use crate::work;

impl Linear {
    /// The gradients of the weight, `[inputs, outputs]`, and of the bias, given the input and the gradient `dy` of the
    /// output.
    ///
    /// # Panics
    /// When a slice has another length than the layer says.
    #[must_use]
    pub fn parameter_gradients(&self, x: &[f32], dy: &[f32]) -> (Vec<f32>, Vec<f32>) {
        self.check_x(x);
        self.check_dy(dy);
        work::count(self.multiply_adds(), self.operands());
        let mut bias = vec![0.0; self.outputs];
        let (x, dy) = (Matrix::dense(x, self.inputs), Matrix::dense(dy, self.outputs));
        let write = |all: &mut [MaybeUninit<f32>]| self.write_gradients(x, dy, SharedOutput::new(all), &mut bias);
        // SAFETY: the parts cover all inputs and outputs, and each is written whole.
        let weight = unsafe { written(self.inputs * self.outputs, write) };
        (weight, bias)
    }

    /// Computes both gradients, in parts of the longer side of the weight. A number's sum runs over all rows in their
    /// order, whatever part it is in.
    fn write_gradients(&self, x: Matrix, dy: Matrix, weight: SharedOutput, bias: &mut [f32]) {
        let threads = rayon::current_num_threads();
        if self.inputs > self.outputs {
            let size = self.inputs.div_ceil(threads).next_multiple_of(self.isa.channels());
            let parts: Vec<_> = (0..self.inputs).step_by(size).collect();
            // The columns of dy are the same in all parts: the first one sums them.
            let mut sums: Vec<Option<&mut [f32]>> = parts.iter().map(|_| None).collect();
            sums[0] = Some(bias);
            parts.into_par_iter().zip(sums).with_max_len(1).for_each(|(first, bias)| {
                let inputs = first..(first + size).min(self.inputs);
                self.part(x, dy, (inputs, 0..self.outputs), weight, bias);
            });
        } else {
            let size = self.outputs.div_ceil(threads).next_multiple_of(self.isa.lanes());
            bias.par_chunks_mut(size).with_max_len(1).enumerate().for_each(|(index, bias)| {
                let first = index * size;
                self.part(x, dy, (0..self.inputs, first..first + bias.len()), weight, Some(bias));
            });
        }
    }

    /// The gradients of some inputs and outputs: those of the weight and, where asked for, of the bias.
    fn part(
        &self,
        x: Matrix,
        dy: Matrix,
        (inputs, outputs): (Range<usize>, Range<usize>),
        weight: SharedOutput,
        mut bias: Option<&mut [f32]>,
    ) {
        let (rows, columns) = (inputs.len(), outputs.len());
        let (x, dy) = (x.columns(inputs.start, rows), dy.columns(outputs.start, columns));
        let (blocks, panels) = (Units::left(self.isa), Units::right(self.isa));
        let mut left = Scratch::take(blocks.floats(rows, DEPTH));
        let mut right = Scratch::take(panels.floats(columns, DEPTH));
        for first in (0..self.rows).step_by(DEPTH) {
            let terms = DEPTH.min(self.rows - first);
            let (left, right) = (&mut left[..blocks.floats(rows, terms)], &mut right[..panels.floats(columns, terms)]);
            blocks.columns(x.rows(first, terms), left);
            if self.activated {
                activate(left);
            }
            panels.columns(dy.rows(first, terms), right);
            if let Some(bias) = &mut bias {
                add_rows(bias, dy.rows(first, terms));
            }
            let product = Product { isa: self.isa, terms, rows, left, columns, right };
            let start = if first == 0 { Start::Zero } else { Start::Onto };
            // SAFETY: the part is the caller's own, and its first rows are written before they are added to.
            unsafe {
                let start_of = weight.pointer().add(inputs.start * self.outputs + outputs.start);
                product.run(Place { start: start_of, distance: self.outputs }, start);
            }
        }
    }
}
