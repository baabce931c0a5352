//! Describes taps and packs weights. A convolution is one bank; the input gradient of a strided one has a bank for each
//! phase.

use rayon::prelude::*;

use super::grid::Grid;
use crate::micro::{Isa, Transpose};
use crate::scratch::Scratch;

/// One tap of the kernel, as a bank sees it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tap {
    /// Phase of the grid that the tap reads.
    pub(super) phase: (usize, usize),
    /// Distance from the output's position, in grid rows and columns.
    pub(super) shift: (usize, usize),
    /// Index of the tap in the kernel, row-major.
    pub(super) index: usize,
}

/// A set of taps that computes the outputs of one phase.
#[derive(Debug, Clone)]
pub(super) struct Bank {
    pub(super) taps: Vec<Tap>,
    /// First output row and column.
    pub(super) start: (usize, usize),
    /// Number of output rows and columns.
    pub(super) size: (usize, usize),
}

/// Says how the weights are laid out. The weight of output `o`, input `i` and tap `t` is at `o · output + i · input +
/// t`.
#[derive(Debug, Clone, Copy)]
pub(super) struct WeightOrder {
    pub(super) output: usize,
    pub(super) input: usize,
}

impl Bank {
    /// Returns how many grid rows below an output's own row its taps read.
    pub(super) fn halo(&self) -> usize {
        self.taps.iter().map(|tap| tap.shift.0).max().unwrap_or(0)
    }

    /// Returns the offsets of all words of the sum in a band of `rows` grid rows. Planes of the grid are outermost.
    pub(super) fn offsets(&self, grid: &Grid, rows: usize) -> Vec<u32> {
        let plane = grid.plane(rows);
        let of = |tap: &Tap| grid.phase(tap.phase.0, tap.phase.1, rows) + tap.shift.0 * grid.cols + tap.shift.1;
        let planes = (0..grid.planes()).flat_map(|index| self.taps.iter().map(move |tap| index * plane + of(tap)));
        // `ConvShape::supported` keeps a packed image below 2^32 floats.
        planes.map(|offset| offset as u32).collect()
    }

    /// Packs the weights of outputs `first .. first + channels` as `[input, tap, channel]`. A word that holds two terms
    /// holds those of two inputs.
    fn pack(
        &self,
        isa: Isa,
        weight: &[f32],
        order: WeightOrder,
        inputs: usize,
        (first, channels): (usize, usize),
        out: &mut [f32],
    ) {
        if isa.terms() == 1 {
            return self.arrange(isa, weight, order, (first, channels), out);
        }
        let size = self.taps.len() * channels;
        let mut single = Scratch::take(inputs.next_multiple_of(2) * size);
        single[inputs * size..].fill(0.0);
        self.arrange(isa, weight, order, (first, channels), &mut single[..inputs * size]);
        for (pair, out) in single.chunks_exact(2 * size).zip(out.chunks_exact_mut(size)) {
            out.copy_from_slice(&pair[..size]);
            isa.join(out, &pair[size..]);
        }
    }

    /// Arranges the same weights with one number in each word.
    fn arrange(
        &self,
        isa: Isa,
        weight: &[f32],
        order: WeightOrder,
        (first, channels): (usize, usize),
        out: &mut [f32],
    ) {
        let columns = out.len() / channels;
        if order.output >= columns && order.input == self.taps.len() {
            // All taps in their order: the weights of an output are one row of a matrix.
            let transpose = Transpose { isa, rows: channels, columns, distance: order.output, pitch: channels };
            return transpose.run(&weight[first * order.output..], out);
        }
        for (input, out) in out.chunks_exact_mut(self.taps.len() * channels).enumerate() {
            for (tap, out) in self.taps.iter().zip(out.chunks_exact_mut(channels)) {
                let start = first * order.output + input * order.input + tap.index;
                for (out, &weight) in out.iter_mut().zip(weight[start..].iter().step_by(order.output)) {
                    *out = weight;
                }
            }
        }
    }
}

/// Packs the weights of all banks for the channels of `grid`, bank after bank and block after block.
pub(super) fn pack(grid: &Grid, banks: &[Bank], cuts: &[usize], order: WeightOrder, weight: &[f32], out: &mut [f32]) {
    let mut jobs = Vec::new();
    let mut rest = out;
    for bank in banks.iter().filter(|bank| !bank.taps.is_empty()) {
        for block in cuts.windows(2) {
            let channels = block[1] - block[0];
            let (packed, others) = rest.split_at_mut(bank.taps.len() * grid.planes() * channels);
            jobs.push((bank, (block[0], channels), packed));
            rest = others;
        }
    }
    // A small packing is done before a second thread has woken up.
    let least = (1 << 15) / (weight.len() / jobs.len().max(1)).max(1);
    jobs.into_par_iter().with_min_len(least.max(1)).for_each(|(bank, outputs, packed)| {
        bank.pack(grid.isa, weight, order, grid.channels, outputs, packed);
    });
}
