//! What the forward pass and the input gradient have in common: a batch of padded grids, correlated with banks of taps.

use super::bank::{Bank, Tap};
use super::grid::Grid;
use super::tile::SEGMENT;
use super::{Affine, Conv, ConvShape};

/// A correlation of a batch of grids with banks of taps.
pub(super) struct Correlation<'a> {
    pub(super) batch: usize,
    pub(super) grid: Grid,
    pub(super) affine: Option<Affine<'a>>,
    /// Floats between images of what is read and of what is written.
    pub(super) images: (usize, usize),
    pub(super) banks: Vec<Bank>,
    /// Output channels, rows, columns.
    pub(super) output: (usize, usize, usize),
    /// Distance between outputs of one bank.
    pub(super) step: usize,
}

impl<'a> Correlation<'a> {
    /// That of the forward pass.
    pub(super) fn forward(conv: &Conv<'a>) -> Self {
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
            isa,
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
        Self { batch: shape.batch, grid, affine, images, banks: vec![bank], output, step: 1 }
    }

    /// That of the input gradient.
    ///
    /// Input pixel `stride·i + a` takes tap `r` of output `i + ⌊(a + padding) / stride⌋ − m` where
    /// `r = (a + padding) mod stride + stride·m`.
    pub(super) fn input_gradient(conv: &Conv) -> Self {
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
            isa,
            channels: shape.output,
            height: out_height,
            width: out_width,
            step: 1,
            padding: most - unread,
            phases: 1,
            cols: reach.unwrap_or(1),
        };
        let (output, images) = ((shape.input, height, width), (images.1, images.0));
        Self { batch: shape.batch, grid, affine: None, images, banks, output, step: stride }
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
