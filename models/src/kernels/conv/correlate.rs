//! The forward pass and the input gradient: both correlate a padded grid with banks of taps.

use std::ops::Range;

use rayon::prelude::*;

use super::bank::{self, Bank, Tap, WeightOrder};
use super::grid::Grid;
use super::isa::Isa;
use super::scratch::Scratch;
use super::segment::{self, Output, Segment, Terms};
use super::shared::Shared;
use super::tile::SEGMENT;
use super::{Affine, Conv, ConvShape};

/// Floats of packed input that a task aims at: less than half of a core's second-level cache.
const BUDGET: usize = 96 << 10;

/// Floats past the packed input that the last segment of the last row may read.
const SLACK: usize = 2 * SEGMENT;

/// A correlation of a batch of grids with banks of taps.
struct Correlation<'a> {
    isa: Isa,
    batch: usize,
    grid: Grid,
    affine: Option<Affine<'a>>,
    /// Floats between images of what is read and of what is written.
    images: (usize, usize),
    banks: Vec<Bank>,
    /// Output channels, rows, columns.
    output: (usize, usize, usize),
    /// Distance between outputs of one bank.
    step: usize,
}

/// How the work is cut: into bands of rows, groups of images and runs of channel blocks.
#[derive(Debug, Clone, Copy)]
struct Cut {
    /// Output rows of a band, in each bank.
    rows: usize,
    /// Grid rows of a band.
    grid_rows: usize,
    bands: usize,
    images: usize,
    groups: usize,
    parts: usize,
}

/// Overwrites `y` with the convolution of `x` by `weight`.
pub(super) fn forward(conv: &Conv, x: &[f32], weight: &[f32], y: &mut [f32]) {
    let taps = conv.shape.kernel * conv.shape.kernel;
    let order = WeightOrder { output: conv.shape.input * taps, input: taps };
    Correlation::forward(conv).run(x, weight, order, y);
}

/// Overwrites `dx` with the gradient of the input.
pub(super) fn input_gradient(conv: &Conv, dy: &[f32], weight: &[f32], dx: &mut [f32]) {
    let taps = conv.shape.kernel * conv.shape.kernel;
    let order = WeightOrder { output: taps, input: conv.shape.input * taps };
    Correlation::input_gradient(conv).run(dy, weight, order, dx);
}

impl<'a> Correlation<'a> {
    fn forward(conv: &Conv<'a>) -> Self {
        let Conv { isa, shape, images, affine } = *conv;
        let ConvShape { kernel, stride, padding, .. } = shape;
        let (height, width, out_height, out_width) = flatten(&shape);
        let each = (0..kernel).flat_map(|row| (0..kernel).map(move |col| (row, col)));
        let tap = |(row, col)| Tap {
            phase: (row % stride, col % stride),
            shift: (row / stride, col / stride),
            index: row * kernel + col,
        };
        let grid = Grid {
            channels: shape.input,
            height,
            width,
            step: stride,
            padding,
            phases: stride.min(kernel),
            cols: out_width + (kernel - 1) / stride,
        };
        let bank = Bank { taps: each.map(tap).collect(), start: (0, 0), size: (out_height, out_width) };
        let output = (shape.output, out_height, out_width);
        Self { isa, batch: shape.batch, grid, affine, images, banks: vec![bank], output, step: 1 }
    }

    /// Input pixel `stride·i + a` takes tap `r` of output `i + ⌊(a + padding) / stride⌋ − m` where
    /// `r = (a + padding) mod stride + stride·m`.
    fn input_gradient(conv: &Conv) -> Self {
        let Conv { isa, shape, images, .. } = *conv;
        let ConvShape { kernel, stride, padding, .. } = shape;
        let (height, width, out_height, out_width) = flatten(&shape);
        let most = (kernel - 1) / stride;
        let phase = |a: usize| {
            let (first, middle) = ((a + padding) % stride, (a + padding) / stride);
            (first..kernel).step_by(stride).enumerate().map(move |(m, tap)| (tap, most + middle - m))
        };
        let bank = |(a, b)| Bank {
            taps: phase(a)
                .flat_map(|(row, down)| {
                    phase(b).map(move |(col, right)| Tap {
                        phase: (0, 0),
                        shift: (down, right),
                        index: row * kernel + col,
                    })
                })
                .collect(),
            start: (a, b),
            size: (count(height, a, stride), count(width, b, stride)),
        };
        let starts = (0..stride).flat_map(|a| (0..stride).map(move |b| (a, b)));
        let mut banks: Vec<_> = starts.map(bank).filter(|bank| bank.size.0 > 0 && bank.size.1 > 0).collect();
        let unread = banks.iter().flat_map(|bank| bank.taps.iter().map(|tap| tap.shift.0.min(tap.shift.1))).min();
        let unread = unread.unwrap_or(0).min(most);
        for tap in banks.iter_mut().flat_map(|bank| &mut bank.taps) {
            tap.shift = (tap.shift.0 - unread, tap.shift.1 - unread);
        }
        let reach = banks.iter().flat_map(|bank| bank.taps.iter().map(|tap| bank.size.1 + tap.shift.1)).max();
        let grid = Grid {
            channels: shape.output,
            height: out_height,
            width: out_width,
            step: 1,
            padding: most - unread,
            phases: 1,
            cols: reach.unwrap_or(1),
        };
        let (output, images) = ((shape.input, height, width), (images.1, images.0));
        Self { isa, batch: shape.batch, grid, affine: None, images, banks, output, step: stride }
    }

    fn run(&self, x: &[f32], weight: &[f32], order: WeightOrder, y: &mut [f32]) {
        let cuts = bank::cuts(self.output.0, self.isa.channels());
        let cut = self.cut(cuts.len() - 1);
        let terms: usize = self.banks.iter().map(|bank| bank.taps.len() * self.grid.channels).sum();
        let mut packed = Scratch::take(terms * self.output.0);
        bank::pack(self.isa, &self.banks, &cuts, order, weight, &mut packed);
        let offsets: Vec<_> = self.banks.iter().map(|bank| bank.offsets(&self.grid, cut.grid_rows)).collect();
        let start = Shared::new(y);
        let task = Task { of: self, cut, cuts: &cuts, weights: &packed, offsets: &offsets, start };
        (0..cut.groups * cut.bands * cut.parts).into_par_iter().with_max_len(1).for_each(|index| task.run(x, index));
    }

    /// Cuts the work so that a task's packed input stays in the cache and every thread has something to do.
    fn cut(&self, blocks: usize) -> Cut {
        let threads = rayon::current_num_threads();
        let rows = self.banks.iter().map(|bank| bank.size.0).max().unwrap_or(1);
        let halo = self.banks.iter().map(Bank::halo).max().unwrap_or(0);
        let row = self.grid.channels * self.grid.phases * self.grid.phases * self.grid.cols;
        let most = (BUDGET / row).saturating_sub(halo).max(1 + 2 * halo);
        let bands = rows.div_ceil(most).max(threads.div_ceil(self.batch).min(rows.div_ceil(4)));
        let rows_each = rows.div_ceil(bands);
        let bands = rows.div_ceil(rows_each);
        let grid_rows = rows_each + halo;
        // Weights that no cache holds are read once for each group of images, so groups are then as large as they can be.
        let terms = self.banks.iter().map(|bank| bank.taps.len()).sum::<usize>() * self.grid.channels;
        let (budget, share) =
            if terms * self.output.0 > BUDGET { (2 * BUDGET, threads) } else { (BUDGET, 4 * threads) };
        let fit = budget / (self.grid.channels * self.grid.plane(grid_rows));
        let images = if bands > 1 { 1 } else { fit.min(self.batch / share).max(1) };
        let groups = self.batch.div_ceil(images);
        let parts = threads.div_ceil(groups * bands).min(blocks);
        Cut { rows: rows_each, grid_rows, bands, images, groups, parts }
    }
}

/// Positions `start, start + step, …` below `size`.
fn count(size: usize, start: usize, step: usize) -> usize {
    size.saturating_sub(start).div_ceil(step)
}

/// Input and output size; a pointwise convolution's pixels are cut into rows that fill segments best.
fn flatten(shape: &ConvShape) -> (usize, usize, usize, usize) {
    if (shape.kernel, shape.stride, shape.padding) != (1, 1, 0) {
        return (shape.height, shape.width, shape.out_height(), shape.out_width());
    }
    let pixels = shape.height * shape.width;
    let wasted = |width: usize| (pixels / width) * (width.next_multiple_of(SEGMENT) - width);
    let divisors = (1..=pixels.min(32 * SEGMENT)).filter(|&width| pixels.is_multiple_of(width));
    let width = divisors.min_by_key(|&width| (wasted(width), width % (2 * SEGMENT) != 0, width)).unwrap_or(pixels);
    (pixels / width, width, pixels / width, width)
}

/// What the tasks of one correlation share.
struct Task<'a> {
    of: &'a Correlation<'a>,
    cut: Cut,
    cuts: &'a [usize],
    weights: &'a [f32],
    offsets: &'a [Vec<u32>],
    start: Shared,
}

impl Task<'_> {
    fn run(&self, x: &[f32], index: usize) {
        let Cut { bands, parts, images, rows, grid_rows, .. } = self.cut;
        let (part, band, group) = (index % parts, index / parts % bands, index / parts / bands);
        let grid = &self.of.grid;
        let batch = group * images..((group + 1) * images).min(self.of.batch);
        let image = grid.channels * grid.plane(grid_rows);
        let mut packed = Scratch::take(batch.len() * image + SLACK);
        for (index, out) in batch.clone().zip(packed.chunks_exact_mut(image)) {
            grid.pack(&x[index * self.of.images.0..], self.of.affine, band * rows..band * rows + grid_rows, out);
        }
        let blocks = self.cuts.len() - 1;
        self.compute(&packed, batch, band, part * blocks / parts..(part + 1) * blocks / parts);
    }

    /// Computes the outputs of a packed group, block by block so that a block's weights are reused from the cache.
    fn compute(&self, packed: &[f32], batch: Range<usize>, band: usize, blocks: Range<usize>) {
        let (channels, height, width) = self.of.output;
        let output = Output { start: self.start, stride: height * width, step: self.of.step };
        let mut weights = self.weights;
        for (bank, offsets) in self.of.banks.iter().zip(self.offsets) {
            let segments = self.segments(bank, batch.clone(), band);
            let (own, others) = weights.split_at(offsets.len() * channels);
            weights = others;
            for block in blocks.clone() {
                let (first, end) = (self.cuts[block], self.cuts[block + 1]);
                let weights = &own[first * offsets.len()..end * offsets.len()];
                let terms = Terms { offsets, weights, channels: end - first };
                // SAFETY: segments lie in the grid that was packed and in the output; another task has another band,
                // group or block.
                unsafe { segment::compute(self.of.isa, packed, terms, &segments, output, first * height * width) };
            }
        }
    }

    /// The segments of a bank's outputs in a band of a group of images.
    fn segments(&self, bank: &Bank, batch: Range<usize>, band: usize) -> Vec<Segment> {
        let (_, _, width) = self.of.output;
        let (grid, step) = (&self.of.grid, self.of.step);
        let image = grid.channels * grid.plane(self.cut.grid_rows);
        let rows = band * self.cut.rows..((band + 1) * self.cut.rows).min(bank.size.0);
        let mut segments = Vec::with_capacity(batch.len() * rows.len() * bank.size.1.div_ceil(SEGMENT));
        for (slot, index) in batch.enumerate() {
            for row in rows.clone() {
                let source = slot * image + (row - band * self.cut.rows) * grid.cols;
                let target = index * self.of.images.1 + (row * step + bank.start.0) * width + bank.start.1;
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
