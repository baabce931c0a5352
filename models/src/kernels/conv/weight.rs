//! The gradient of the weights: `dw[o][i][tap] = Σ_pixels dy[o][pixel] · x[i][pixel + tap]`, with input channels in
//! the lanes of the microkernel, output channels in its rows and pixels in its sum.

use std::ops::Range;

use rayon::prelude::*;

use super::bank;
use super::isa::Isa;
use super::panel::{Field, Transpose};
use super::scratch::Scratch;
use super::tile::{MAX_SEGMENTS, SEGMENT, Tile};
use super::{Conv, ConvShape};

/// Input channels of a panel: the lanes of the widest tile.
const PANEL: usize = MAX_SEGMENTS * SEGMENT;

/// Pixels that a task aims to sum at a time.
const PIXELS: usize = 1600;

/// Pixels summed before the next tap: few enough that their inputs and gradients stay in the first-level cache.
const SPAN: usize = 128;

/// Positions that these pixels may lie among; many more only when a stride skips most of them.
const POSITIONS: usize = 8 * PIXELS;

/// Floats of packed output gradient at most at a time.
const GRADIENT: usize = 96 << 10;

/// Floats of partial sums at most.
const PARTIALS: usize = 512 << 10;

/// Groups of images at most, each with partial sums of its own.
const GROUPS: usize = 8;

/// Tasks at least, where there are channels to divide.
const TASKS: usize = 4;

/// How a shape's gradient is computed; it depends on nothing else, so the order of additions does not either.
struct Plan<'a> {
    isa: Isa,
    conv: &'a Conv<'a>,
    shape: &'a ConvShape,
    field: Field,
    /// Blocks of output channels.
    cuts: Vec<usize>,
    /// Offset of each tap in positions; with `merged` one for each row of the kernel.
    taps: Vec<usize>,
    /// Few input channels: the columns of the kernel are lanes too.
    merged: bool,
    /// Lanes, `input` or `kernel · input`.
    lanes: usize,
    /// Lanes of a panel, and of the panels of one part.
    panel: usize,
    part: usize,
    parts: usize,
    /// Floats between positions of a panel.
    pitch: usize,
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
        let groups = (PARTIALS / floats).clamp(1, GROUPS).min(shape.batch);
        let parts = TASKS.div_ceil(groups).min(panels);
        let part = panels.div_ceil(parts) * panel;
        let pixels = PIXELS.min(GRADIENT / shape.output).max(SPAN / 2);
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
    fn positions(&self, rows: usize) -> usize {
        ((rows - 1) * self.stride() + self.shape.kernel) * self.field.cols
    }

    /// Positions between neighbouring outputs.
    fn stride(&self) -> usize {
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

/// A band of rows of some images: the output gradient packed for all panels to come.
struct Chunk<'a> {
    plan: &'a Plan<'a>,
    images: Range<usize>,
    rows: Range<usize>,
    /// Where each pixel's position starts in a panel.
    offsets: Vec<u32>,
    /// The output gradient, block after block as `[pixel, channel]`.
    gradient: Scratch,
}

impl<'a> Chunk<'a> {
    fn new(plan: &'a Plan<'a>, images: Range<usize>, rows: Range<usize>, dy: &[f32]) -> Self {
        let shape = plan.shape;
        let (out_height, out_width) = (shape.out_height(), shape.out_width());
        let (image, row) = (plan.positions(rows.len()), plan.stride() * plan.field.cols);
        let place =
            |slot: usize, r: usize, c: usize| ((slot * image + r * row + c * plan.stride()) * plan.pitch) as u32;
        let offsets: Vec<_> = (0..images.len())
            .flat_map(|slot| (0..rows.len()).flat_map(move |r| (0..out_width).map(move |c| place(slot, r, c))))
            .collect();
        let mut gradient = Scratch::take(offsets.len() * shape.output);
        let (plane, pixels) = (out_height * out_width, rows.len() * out_width);
        let mut rest = &mut gradient[..];
        for block in plan.cuts.windows(2) {
            let channels = block[1] - block[0];
            let (own, others) = rest.split_at_mut(offsets.len() * channels);
            let transpose =
                Transpose { isa: plan.isa, rows: channels, columns: pixels, distance: plane, pitch: channels };
            for (index, own) in images.clone().zip(own.chunks_exact_mut(pixels * channels)) {
                let from = &dy[index * plan.conv.images.1 + block[0] * plane + rows.start * out_width..];
                transpose.run(from, own);
            }
            rest = others;
        }
        Self { plan, images, rows, offsets, gradient }
    }

    /// Adds the chunk's products for the panel of `lanes` to `partial`, the panel's place in the partial sums.
    fn add(&self, x: &[f32], lanes: Range<usize>, partial: &mut [f32], accumulate: bool) {
        let panel = self.panel(x, &lanes);
        for first in (0..self.offsets.len()).step_by(SPAN) {
            let span = first..(first + SPAN).min(self.offsets.len());
            for (tap, &shift) in self.plan.taps.iter().enumerate() {
                let tap = tap * self.plan.shape.output * self.plan.part;
                for block in self.plan.cuts.windows(2) {
                    let partial = &mut partial[tap + block[0] * self.plan.part..];
                    let panel = &panel[shift * self.plan.pitch..];
                    self.block(panel, span.clone(), block[0]..block[1], lanes.len(), partial, accumulate || first > 0);
                }
            }
        }
    }

    /// Adds the products of a span of pixels for one tap and one block of output channels.
    fn block(
        &self,
        panel: &[f32],
        span: Range<usize>,
        channels: Range<usize>,
        lanes: usize,
        partial: &mut [f32],
        accumulate: bool,
    ) {
        let (segments, per_tile) = (lanes.div_ceil(SEGMENT), self.plan.isa.segments());
        let gradient = channels.start * self.offsets.len() + span.start * channels.len();
        for first in (0..segments).step_by(per_tile) {
            let count = per_tile.min(segments - first);
            let places = std::array::from_fn(|index| (first + index.min(count - 1)) * SEGMENT);
            let tile = Tile {
                x: panel.as_ptr(),
                offsets: self.offsets[span.clone()].as_ptr(),
                steps: span.len(),
                weights: self.gradient[gradient..].as_ptr(),
                channels: channels.len(),
                segments: count,
                sources: places,
                targets: places,
                y: partial.as_mut_ptr(),
                stride: self.plan.part,
                accumulate,
            };
            // SAFETY: the panel has every pixel's position, shifted by every tap, and a tile of slack; a row of partial
            // sums has room for whole segments.
            unsafe { self.plan.isa.tile(&tile) };
        }
    }

    /// The input's positions under the chunk, for the channels of `lanes`.
    fn panel(&self, x: &[f32], lanes: &Range<usize>) -> Scratch {
        let (plan, shape) = (self.plan, self.plan.shape);
        let plane = shape.height * shape.width;
        let channels = if plan.merged { 0..shape.input } else { lanes.clone() };
        let image = plan.positions(self.rows.len());
        let start = self.rows.start * plan.stride();
        let rows = start..start + image / plan.field.cols;
        let mut panel = Scratch::take(self.images.len() * image * plan.pitch + PANEL);
        for (index, out) in self.images.clone().zip(panel.chunks_exact_mut(image * plan.pitch)) {
            let pixels = &x[index * plan.conv.images.0 + channels.start * plane..][..channels.len() * plane];
            plan.field.pack(pixels, rows.clone(), plan.pitch, out);
            if let Some(affine) = plan.conv.affine {
                plan.field.normalize(affine, channels.clone(), rows.clone(), plan.pitch, out);
            }
        }
        panel
    }
}
