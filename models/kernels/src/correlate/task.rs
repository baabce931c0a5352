//! Cuts a correlation into tasks. A task packs its part of the input and then computes its outputs.

use std::ops::Range;

use super::bank::Bank;
use super::correlation::Correlation;
use super::prefetch::Prefetch;
use super::segment::{self, Output, Segment, Terms};
use crate::micro::SEGMENT;
use crate::scratch::Scratch;
use crate::shared::SharedOutput;

/// How many floats of packed input a task aims at: less than half of a core's second-level cache.
const BUDGET: usize = 96 << 10;

/// How many floats past the packed input the last segment of the last row may read.
const SLACK: usize = 2 * SEGMENT;

/// Describes how the work is cut into bands of rows, groups of images and runs of channel blocks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cut {
    /// Output rows of a band, in each bank.
    rows: usize,
    /// Grid rows of a band.
    pub(super) grid_rows: usize,
    bands: usize,
    images: usize,
    groups: usize,
    parts: usize,
}

impl Cut {
    /// Cuts the work so that a task's packed input stays in the cache and every thread has something to do.
    pub(super) fn of(of: &Correlation, blocks: usize) -> Self {
        let threads = rayon::current_num_threads();
        let rows = of.banks.iter().map(|bank| bank.size.0).max().unwrap_or(1);
        let halo = of.banks.iter().map(Bank::halo).max().unwrap_or(0);
        let row = of.grid.planes() * of.grid.phases * of.grid.phases * of.grid.cols;
        let most = (BUDGET / row).saturating_sub(halo).max(1 + 2 * halo);
        let bands = rows.div_ceil(most).max(threads.div_ceil(of.batch).min(rows.div_ceil(4)));
        let rows_each = rows.div_ceil(bands);
        let bands = rows.div_ceil(rows_each);
        let grid_rows = rows_each + halo;
        // Weights that no cache holds are read once for each group of images, so groups are then as large as they can
        // be.
        let terms = of.banks.iter().map(|bank| bank.taps.len()).sum::<usize>() * of.grid.planes();
        let (budget, share) = if terms * of.output.0 > BUDGET { (2 * BUDGET, threads) } else { (BUDGET, 4 * threads) };
        let fit = budget / (of.grid.planes() * of.grid.plane(grid_rows));
        let images = if bands > 1 { 1 } else { fit.min(of.batch / share).max(1) };
        let groups = of.batch.div_ceil(images);
        let parts = threads.div_ceil(groups * bands).min(blocks);
        Self { rows: rows_each, grid_rows, bands, images, groups, parts }
    }

    /// Returns the number of tasks.
    pub(super) fn tasks(&self) -> usize {
        self.groups * self.bands * self.parts
    }
}

/// Holds what all tasks of one correlation share.
pub(super) struct Task<'a> {
    pub(super) of: &'a Correlation<'a>,
    pub(super) cut: Cut,
    pub(super) cuts: &'a [usize],
    pub(super) weights: &'a [f32],
    pub(super) offsets: &'a [Vec<u32>],
    pub(super) start: SharedOutput,
}

impl Task<'_> {
    /// Runs task `index`.
    pub(super) fn run(&self, x: &[f32], index: usize) {
        let (part, band, batch) = self.place(index);
        let (grid, parts) = (&self.of.grid, self.cut.parts);
        let image = grid.planes() * grid.plane(self.cut.grid_rows);
        let mut packed = Scratch::take(batch.len() * image + SLACK);
        for (index, out) in batch.clone().zip(packed.chunks_exact_mut(image)) {
            grid.pack(&x[index * self.of.image_strides.0..], self.of.affine, self.rows(band), out);
        }
        let blocks = self.cuts.len() - 1;
        let blocks = part * blocks / parts..(part + 1) * blocks / parts;
        let (_, next_band, next) = self.place(index + parts);
        let pixels: usize = self.of.banks.iter().map(|bank| bank.size.1 * self.cut.rows.min(bank.size.0)).sum();
        let steps = batch.len() * pixels / (self.of.grid.isa.segments() * SEGMENT) * blocks.len();
        let mut prefetch = Prefetch::new(x, grid, self.rows(next_band), next, self.of.image_strides.0, steps);
        self.compute(&packed, batch, band, blocks, &mut prefetch);
    }

    /// Returns the part, the band and the images of a task. Past the end there are none.
    fn place(&self, index: usize) -> (usize, usize, Range<usize>) {
        let Cut { bands, parts, images, .. } = self.cut;
        let first = (index / parts / bands * images).min(self.of.batch);
        (index % parts, index / parts % bands, first..(first + images).min(self.of.batch))
    }

    /// Returns the grid rows of a band.
    fn rows(&self, band: usize) -> Range<usize> {
        band * self.cut.rows..band * self.cut.rows + self.cut.grid_rows
    }

    /// Computes the outputs of a packed group block by block, which reuses a block's weights from the cache.
    fn compute(&self, packed: &[f32], batch: Range<usize>, band: usize, blocks: Range<usize>, prefetch: &mut Prefetch) {
        let (channels, height, width) = self.of.output;
        let mut weights = self.weights;
        for (bank, offsets) in self.of.banks.iter().zip(self.offsets) {
            let segments = self.segments(bank, batch.clone(), band);
            let (of_bank, others) = weights.split_at(offsets.len() * channels);
            weights = others;
            for block in blocks.clone() {
                let (first, end) = (self.cuts[block], self.cuts[block + 1]);
                let weights = &of_bank[first * offsets.len()..end * offsets.len()];
                let terms = Terms { offsets, weights, channels: end - first };
                let shift = first * height * width;
                let output = Output { start: self.start, shift, stride: height * width, step: self.of.step };
                // SAFETY: segments lie in the grid that was packed and in the output; another task has another band,
                // group or block.
                unsafe { segment::compute(self.of.grid.isa, packed, terms, &segments, output, prefetch) };
            }
        }
    }

    /// Returns the segments of a bank's outputs in one band of a group of images.
    fn segments(&self, bank: &Bank, batch: Range<usize>, band: usize) -> Vec<Segment> {
        let (_, _, width) = self.of.output;
        let (grid, step) = (&self.of.grid, self.of.step);
        let image = grid.planes() * grid.plane(self.cut.grid_rows);
        let rows = band * self.cut.rows..((band + 1) * self.cut.rows).min(bank.size.0);
        let mut segments = Vec::with_capacity(batch.len() * rows.len() * bank.size.1.div_ceil(SEGMENT));
        for (slot, index) in batch.enumerate() {
            for row in rows.clone() {
                let source = slot * image + (row - band * self.cut.rows) * grid.cols;
                let target = index * self.of.image_strides.1 + (row * step + bank.start.0) * width + bank.start.1;
                segments.extend((0..bank.size.1).step_by(SEGMENT).map(|col| Segment {
                    source: source + col,
                    target: target + col * step,
                    valid: SEGMENT.min(bank.size.1 - col),
                }));
            }
        }
        segments
    }
}
