//! Holds what the forward pass and the input gradient have in common: both correlate a batch of padded grids with banks
//! of taps.

use super::bank::{Bank, Tap};
use super::grid::Grid;
use crate::convolution::{Affine, Convolution};
use crate::micro::SEGMENT;
use crate::shape::ConvShape;

/// A correlation of a batch of grids with banks of taps.
pub(super) struct Correlation<'a> {
    pub(super) batch: usize,
    pub(super) grid: Grid,
    pub(super) affine: Option<Affine<'a>>,
    /// Distance between images in floats, of what is read and of what is written.
    pub(super) image_strides: (usize, usize),
    pub(super) banks: Vec<Bank>,
    /// Number of output channels, rows and columns.
    pub(super) output: (usize, usize, usize),
    /// Distance between outputs of one bank.
    pub(super) step: usize,
}

impl<'a> Correlation<'a> {
    /// Describes the correlation of the forward pass.
    pub(super) fn forward(conv: &Convolution<'a>) -> Self {
        let Convolution { isa, shape, image_strides, affine } = *conv;
        let ConvShape { kernel, stride, padding, .. } = shape;
        let (height, width, out_height, out_width) = flatten(&shape);
        let each = (0..kernel).flat_map(|row| (0..kernel).map(move |col| (row, col)));
        let tap = |(row, col)| Tap {
            phase: (row % stride, col % stride),
            shift: (row / stride, col / stride),
            index: row * kernel + col,
        };
        let (phases, cols) = (stride.min(kernel), out_width + (kernel - 1) / stride);
        let grid = Grid { isa, channels: shape.input, height, width, step: stride, padding, phases, cols };
        let bank = Bank { taps: each.map(tap).collect(), start: (0, 0), size: (out_height, out_width) };
        let output = (shape.output, out_height, out_width);
        Self { batch: shape.batch, grid, affine, image_strides, banks: vec![bank], output, step: 1 }
    }

    /// Describes the correlation of the input gradient: one bank of taps for each phase of the input.
    pub(super) fn input_gradient(conv: &Convolution) -> Self {
        let Convolution { isa, shape, image_strides, .. } = *conv;
        let (height, width, out_height, out_width) = flatten(&shape);
        let (banks, padding) = phases(&shape, (height, width));
        let reach = banks.iter().flat_map(|bank| bank.taps.iter().map(|tap| bank.size.1 + tap.shift.1)).max();
        let grid = Grid {
            isa,
            channels: shape.output,
            height: out_height,
            width: out_width,
            step: 1,
            padding,
            phases: 1,
            cols: reach.unwrap_or(1),
        };
        let (output, image_strides) = ((shape.input, height, width), (image_strides.1, image_strides.0));
        Self { batch: shape.batch, grid, affine: None, image_strides, banks, output, step: shape.stride }
    }
}

/// Returns the banks of the input gradient that have pixels, and how many zeros the output's gradient needs around it.
fn phases(shape: &ConvShape, (height, width): (usize, usize)) -> (Vec<Bank>, usize) {
    let (stride, most) = (shape.stride, (shape.kernel - 1) / shape.stride);
    let bank = |(a, b)| Bank {
        taps: phase(shape, (a, b)),
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
    (banks, most - unread)
}

/// Returns the taps of phase `(a, b)` of the input. Input pixel `stride·i + a` takes tap `r` of output `i + ⌊(a +
/// padding) / stride⌋ − m` where `r = (a + padding) mod stride + stride·m`, and likewise in columns.
fn phase(shape: &ConvShape, (a, b): (usize, usize)) -> Vec<Tap> {
    let ConvShape { kernel, stride, padding, .. } = *shape;
    let most = (kernel - 1) / stride;
    let along = |a: usize| {
        let (first, middle) = ((a + padding) % stride, (a + padding) / stride);
        (first..kernel).step_by(stride).enumerate().map(move |(m, tap)| (tap, most + middle - m))
    };
    let tap = |(row, down): (usize, usize), (col, right): (usize, usize)| Tap {
        phase: (0, 0),
        shift: (down, right),
        index: row * kernel + col,
    };
    along(a).flat_map(|row| along(b).map(move |col| tap(row, col))).collect()
}

/// Counts the positions `start, start + step, …` below `size`.
fn count(size: usize, start: usize, step: usize) -> usize {
    size.saturating_sub(start).div_ceil(step)
}

/// Returns the input and output sizes. Pixels of a pointwise convolution are cut into the rows that fill segments best.
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
