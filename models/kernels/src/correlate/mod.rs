//! The forward pass and the input gradient, each a correlation.

use std::mem::MaybeUninit;

use rayon::prelude::*;

use super::Conv;
use super::bank::{self, WeightOrder};
use super::correlation::Correlation;
use super::scratch::Scratch;
use super::shared::Shared;
use super::task::{Cut, Task};

/// Writes the convolution of `x` by `weight` to `y`: every output, and nothing else.
pub(super) fn forward(conv: &Conv, x: &[f32], weight: &[f32], y: &mut [MaybeUninit<f32>]) {
    let taps = conv.shape.kernel * conv.shape.kernel;
    let order = WeightOrder { output: conv.shape.input * taps, input: taps };
    Correlation::forward(conv).run(x, weight, order, y);
}

/// Writes the gradient of the input to `dx`: that of every input, and nothing else.
pub(super) fn input_gradient(conv: &Conv, dy: &[f32], weight: &[f32], dx: &mut [MaybeUninit<f32>]) {
    let taps = conv.shape.kernel * conv.shape.kernel;
    let order = WeightOrder { output: taps, input: conv.shape.input * taps };
    Correlation::input_gradient(conv).run(dy, weight, order, dx);
}

impl Correlation<'_> {
    fn run(&self, x: &[f32], weight: &[f32], order: WeightOrder, y: &mut [MaybeUninit<f32>]) {
        let cuts = bank::cuts(self.output.0, self.grid.isa.channels());
        let cut = Cut::of(self, cuts.len() - 1);
        let terms: usize = self.banks.iter().map(|bank| bank.taps.len() * self.grid.planes()).sum();
        let mut packed = Scratch::take(terms * self.output.0);
        bank::pack(&self.grid, &self.banks, &cuts, order, weight, &mut packed);
        let offsets: Vec<_> = self.banks.iter().map(|bank| bank.offsets(&self.grid, cut.grid_rows)).collect();
        let start = Shared::new(y);
        let task = Task { of: self, cut, cuts: &cuts, weights: &packed, offsets: &offsets, start };
        (0..cut.tasks()).into_par_iter().with_max_len(1).for_each(|index| task.run(x, index));
    }
}
