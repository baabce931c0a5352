//! Plans how the gradient of the weights is cut, by the shape alone.

use super::panel::Field;
use crate::convolution::Convolution;
use crate::micro::{Isa, MAX_SEGMENTS, SEGMENT};
use crate::shape::ConvShape;

/// Number of input channels in a panel: the lanes of the widest tile.
pub(super) const PANEL: usize = MAX_SEGMENTS * SEGMENT;

/// How many pixels a task aims to sum at a time.
const PIXELS: usize = 1600;

/// Fewest pixels to sum at a time, which keeps the cost of loading and storing sums small.
const LEAST: usize = 64;

/// Among how many positions these pixels may be. There are many more only when a stride skips most of them.
const POSITIONS: usize = 8 * PIXELS;

/// Largest number of floats of packed output gradient at a time.
const GRADIENT: usize = 96 << 10;

/// Largest number of floats of partial sums.
const PARTIALS: usize = 512 << 10;

/// Largest number of groups of images, each with partial sums of its own.
const GROUPS: usize = 16;

/// Fewest tasks to aim at, where there are channels to divide.
const TASKS: usize = 8;

/// Describes how a shape's gradient is computed. It depends on the shape alone, and so does the order of additions.
pub(super) struct Plan<'a> {
    pub(super) isa: Isa,
    pub(super) conv: &'a Convolution<'a>,
    pub(super) shape: &'a ConvShape,
    pub(super) field: Field,
    /// Blocks of output channels.
    pub(super) cuts: Vec<usize>,
    /// Offset of each tap in positions; with `merged` one for each row of the kernel.
    pub(super) taps: Vec<usize>,
    /// Whether the columns of the kernel are lanes too, as they are with few input channels.
    pub(super) merged: bool,
    /// Number of lanes, `input` or `kernel · input`.
    pub(super) lanes: usize,
    /// Lanes of a panel, and of the panels of one part.
    pub(super) panel: usize,
    pub(super) part: usize,
    pub(super) parts: usize,
    /// Floats between positions of a panel.
    pub(super) pitch: usize,
    pub(super) groups: usize,
    /// Output rows and images summed at a time.
    pub(super) rows: usize,
    pub(super) images: usize,
}

impl<'a> Plan<'a> {
    /// Plans the cuts for a convolution. The function is long because every number follows from those before it.
    pub(super) fn new(conv: &'a Convolution<'a>) -> Self {
        let (isa, shape) = (conv.isa, &conv.shape);
        let ConvShape { kernel, stride, padding, .. } = *shape;
        let (out_height, out_width) = (shape.out_height(), shape.out_width());
        // A pointwise kernel skips the pixels between; others read them with another tap.
        let step = if kernel == 1 { stride } else { 1 };
        let cols = (out_width - 1) * stride / step + kernel;
        let field = Field { isa, height: shape.height, width: shape.width, step, padding, cols };
        let merged = kernel > 1 && kernel * shape.input <= PANEL;
        let columns = if merged { 1 } else { kernel };
        let taps: Vec<_> = (0..kernel).flat_map(|row| (0..columns).map(move |col| row * cols + col)).collect();
        let lanes = if merged { kernel * shape.input } else { shape.input };
        let panel = lanes.next_multiple_of(SEGMENT).min(PANEL);
        let panels = lanes.div_ceil(panel);
        let floats = taps.len() * shape.output * panels * panel;
        // A power of two, so that two, four or eight threads have equal shares.
        let groups = 1 << (PARTIALS / floats).clamp(1, GROUPS).min(shape.batch).ilog2();
        // Two panels at least: the output gradient is packed again for each part.
        let parts = TASKS.div_ceil(groups).min(panels.div_ceil(2));
        let part = panels.div_ceil(parts) * panel;
        let pixels = PIXELS.min(GRADIENT / shape.output).max(LEAST);
        let rows = (pixels / out_width).clamp(1, out_height);
        let positions = ((rows - 1) * stride / step + kernel) * cols;
        let images = if rows < out_height { 1 } else { (pixels / (out_height * out_width)).min(POSITIONS / positions) };
        Self {
            isa,
            conv,
            shape,
            field,
            cuts: isa.cuts(shape.output),
            taps,
            merged,
            lanes,
            panel,
            part,
            parts: lanes.div_ceil(part),
            pitch: if merged { shape.input } else { panel },
            groups,
            rows: out_height.div_ceil(out_height.div_ceil(rows)),
            images: images.clamp(1, shape.batch.div_ceil(groups)),
        }
    }

    /// Returns how many floats one task's partial sums have, `[tap, output, lane of the part]`.
    pub(super) fn partial(&self) -> usize {
        self.taps.len() * self.shape.output * self.part
    }

    /// Returns the positions of a band of `rows` output rows.
    pub(super) fn positions(&self, rows: usize) -> usize {
        ((rows - 1) * self.stride() + self.shape.kernel) * self.field.cols
    }

    /// Returns the distance between neighboring outputs, in positions.
    pub(super) fn stride(&self) -> usize {
        self.shape.stride / self.field.step
    }
}
