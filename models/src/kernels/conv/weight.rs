//! The gradient of the weights: `dw[o][i][tap] = Σ_pixels dy[o][pixel] · x[i][pixel + tap]`, with input channels in
//! the lanes of the microkernel, output channels in its rows and pixels in its sum.

use rayon::prelude::*;

use super::bank;
use super::chunk::{Chunk, PANEL};
use super::isa::Isa;
use super::panel::Field;
use super::scratch::Scratch;
use super::tile::SEGMENT;
use super::{Conv, ConvShape};

/// Pixels that a task aims to sum at a time.
const PIXELS: usize = 1600;

/// Pixels at least, so that loading and storing sums stays small.
const LEAST: usize = 64;

/// Positions that these pixels may lie among; many more only when a stride skips most of them.
const POSITIONS: usize = 8 * PIXELS;

/// Floats of packed output gradient at most at a time.
const GRADIENT: usize = 96 << 10;

/// Floats of partial sums at most.
const PARTIALS: usize = 512 << 10;

/// Groups of images at most, each with partial sums of its own.
const GROUPS: usize = 16;

/// Tasks at least, where there are channels to divide.
const TASKS: usize = 8;

/// How a shape's gradient is computed; it depends on nothing else, so the order of additions does not either.
pub(super) struct Plan<'a> {
    pub(super) isa: Isa,
    pub(super) conv: &'a Conv<'a>,
    pub(super) shape: &'a ConvShape,
    pub(super) field: Field,
    /// Blocks of output channels.
    pub(super) cuts: Vec<usize>,
    /// Offset of each tap in positions; with `merged` one for each row of the kernel.
    pub(super) taps: Vec<usize>,
    /// Few input channels: the columns of the kernel are lanes too.
    pub(super) merged: bool,
    /// Lanes, `input` or `kernel · input`.
    lanes: usize,
    /// Lanes of a panel, and of the panels of one part.
    panel: usize,
    pub(super) part: usize,
    parts: usize,
    /// Floats between positions of a panel.
    pub(super) pitch: usize,
    groups: usize,
    /// Output rows and images summed at a time.
    rows: usize,
    images: usize,
}

/// Overwrites `dw` with the gradient of the weights.
pub(super) fn weight_gradient(conv: &Conv, x: &[f32], dy: &[f32], dw: &mut [f32]) {
    let plan = Plan::new(conv);
    let size = plan.partial();
    let mut partials = Scratch::take(plan.groups * plan.parts * size);
    partials.par_chunks_exact_mut(size).with_max_len(1).enumerate().for_each(|(index, partial)| {
        plan.sum(x, dy, index / plan.parts, index % plan.parts, partial);
    });
    let filter = dw.len() / conv.shape.output;
    let least = (1 << 14) / (filter * plan.groups);
    dw.par_chunks_exact_mut(filter).with_min_len(least.max(1)).enumerate().for_each(|(output, dw)| {
        plan.reduce(&partials, output, dw);
    });
}

impl<'a> Plan<'a> {
    fn new(conv: &'a Conv<'a>) -> Self {
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
            cuts: bank::cuts(shape.output, isa.channels()),
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

    /// Floats of one task's partial sums, `[tap, output, lane of the part]`.
    fn partial(&self) -> usize {
        self.taps.len() * self.shape.output * self.part
    }

    /// Positions of a band of `rows` output rows.
    pub(super) fn positions(&self, rows: usize) -> usize {
        ((rows - 1) * self.stride() + self.shape.kernel) * self.field.cols
    }

    /// Positions between neighbouring outputs.
    pub(super) fn stride(&self) -> usize {
        self.shape.stride / self.field.step
    }

    /// Sums group `group` for the lanes of part `part`.
    fn sum(&self, x: &[f32], dy: &[f32], group: usize, part: usize, partial: &mut [f32]) {
        let batch = self.shape.batch;
        let (first, end) = (group * batch / self.groups, (group + 1) * batch / self.groups);
        let lanes = part * self.part..((part + 1) * self.part).min(self.lanes);
        let mut accumulate = false;
        for image in (first..end).step_by(self.images) {
            let images = image..(image + self.images).min(end);
            for row in (0..self.shape.out_height()).step_by(self.rows) {
                let rows = row..(row + self.rows).min(self.shape.out_height());
                let chunk = Chunk::new(self, images.clone(), rows, dy);
                for lane in lanes.clone().step_by(self.panel) {
                    let count = self.panel.min(lanes.end - lane);
                    chunk.add(x, lane..lane + count, &mut partial[lane - lanes.start..], accumulate);
                }
                accumulate = true;
            }
        }
    }

    /// Adds the groups' partial sums for one output channel, in order.
    fn reduce(&self, partials: &[f32], output: usize, dw: &mut [f32]) {
        let size = self.partial();
        let mut sums = Scratch::take(self.part);
        for part in 0..self.parts {
            let lanes = part * self.part..((part + 1) * self.part).min(self.lanes);
            for tap in 0..self.taps.len() {
                let row = (tap * self.shape.output + output) * self.part;
                let of = |group: usize| &partials[(group * self.parts + part) * size + row..][..lanes.len()];
                sums[..lanes.len()].copy_from_slice(of(0));
                for group in 1..self.groups {
                    sums.iter_mut().zip(of(group)).for_each(|(sum, partial)| *sum += partial);
                }
                for (lane, &sum) in lanes.clone().zip(sums.iter()) {
                    dw[self.place(lane, tap)] = sum;
                }
            }
        }
    }

    /// Where a lane and a tap lie in `[input, kernel, kernel]`.
    fn place(&self, lane: usize, tap: usize) -> usize {
        let (kernel, input) = (self.shape.kernel, self.shape.input);
        if self.merged { ((lane % input) * kernel + tap) * kernel + lane / input } else { lane * kernel * kernel + tap }
    }
}
