//! Computes a part of the weight gradient: the products of some rows of some images.

use std::ops::Range;

use super::plan::{PANEL, Plan};
use crate::micro::{SEGMENT, Tile, Transpose};
use crate::scratch::Scratch;

/// A band of rows of some images, with the output gradient packed for all panels to come.
pub(super) struct Chunk<'a> {
    plan: &'a Plan<'a>,
    images: Range<usize>,
    rows: Range<usize>,
    /// Where the position of each pixel, or of the first of two in a word, starts in a panel.
    offsets: Vec<u32>,
    /// The output gradient, block after block as `[word of pixels, channel]`.
    gradient: Scratch,
}

impl<'a> Chunk<'a> {
    /// Packs the output gradient.
    pub(super) fn new(plan: &'a Plan<'a>, images: Range<usize>, rows: Range<usize>, dy: &[f32]) -> Self {
        let shape = plan.shape;
        let (out_height, out_width) = (shape.out_height(), shape.out_width());
        let (image, row) = (plan.positions(rows.len()), plan.stride() * plan.field.cols);
        let place =
            |slot: usize, r: usize, c: usize| ((slot * image + r * row + c * plan.stride()) * plan.pitch) as u32;
        let columns = || (0..out_width).step_by(plan.isa.terms());
        let offsets: Vec<_> = (0..images.len())
            .flat_map(|slot| (0..rows.len()).flat_map(move |r| columns().map(move |c| place(slot, r, c))))
            .collect();
        let mut gradient = Scratch::take(offsets.len() * shape.output);
        let (plane, words) = (out_height * out_width, rows.len() * columns().len());
        let mut rest = &mut gradient[..];
        for block in plan.cuts.windows(2) {
            let channels = block[1] - block[0];
            let (packed, others) = rest.split_at_mut(offsets.len() * channels);
            for (index, packed) in images.clone().zip(packed.chunks_exact_mut(words * channels)) {
                let from = &dy[index * plan.conv.image_strides.1 + block[0] * plane + rows.start * out_width..];
                plan.pack_gradient(from, rows.len(), channels, packed);
            }
            rest = others;
        }
        Self { plan, images, rows, offsets, gradient }
    }

    /// Adds the chunk's products for the panel of `lanes` to `partial`, which is the panel's place in the partial sums.
    pub(super) fn add(&self, x: &[f32], lanes: Range<usize>, partial: &mut [f32], accumulate: bool) {
        let panel = self.panel(x, &lanes);
        for (tap, &shift) in self.plan.taps.iter().enumerate() {
            for block in self.plan.cuts.windows(2) {
                let start = (tap * self.plan.shape.output + block[0]) * self.plan.part;
                let panel = &panel[shift * self.plan.pitch..];
                self.block(panel, block[0]..block[1], lanes.len(), &mut partial[start..], accumulate);
            }
        }
    }

    /// Adds the products of one tap and one block of output channels.
    fn block(&self, panel: &[f32], channels: Range<usize>, lanes: usize, partial: &mut [f32], accumulate: bool) {
        let (segments, per_tile) = (lanes.div_ceil(SEGMENT), self.plan.isa.segments());
        for first in (0..segments).step_by(per_tile) {
            let count = per_tile.min(segments - first);
            let places = std::array::from_fn(|index| (first + index.min(count - 1)) * SEGMENT);
            let tile = Tile {
                x: panel.as_ptr(),
                offsets: self.offsets.as_ptr(),
                steps: self.offsets.len(),
                weights: self.gradient[channels.start * self.offsets.len()..].as_ptr(),
                channels: channels.len(),
                segments: count,
                sources: places,
                targets: places,
                y: partial.as_mut_ptr(),
                stride: self.plan.part,
                accumulate,
                start: None,
            };
            // SAFETY: the panel has every pixel's position, shifted by every tap, and a tile of slack; a row of partial
            // sums has room for whole segments.
            unsafe { self.plan.isa.tile(&tile) };
        }
    }

    /// Packs the input's positions under the chunk for the channels of `lanes`.
    fn panel(&self, x: &[f32], lanes: &Range<usize>) -> Scratch {
        let (plan, shape) = (self.plan, self.plan.shape);
        let plane = shape.height * shape.width;
        let channels = if plan.merged { 0..shape.input } else { lanes.clone() };
        let image = plan.positions(self.rows.len());
        let start = self.rows.start * plan.stride();
        let rows = start..start + image / plan.field.cols;
        let mut panel = Scratch::take(self.images.len() * image * plan.pitch + PANEL);
        for (index, out) in self.images.clone().zip(panel.chunks_exact_mut(image * plan.pitch)) {
            let pixels = &x[index * plan.conv.image_strides.0 + channels.start * plane..][..channels.len() * plane];
            plan.field.pack(pixels, rows.clone(), plan.pitch, out);
            if let Some(affine) = plan.conv.affine {
                plan.field.normalize(affine, channels.clone(), rows.clone(), plan.pitch, out);
            }
            if plan.isa.terms() > 1 {
                // A word for every position, not for every second one: taps begin at even and at odd ones.
                plan.isa.join_ahead(out, plan.stride() * plan.pitch);
            }
        }
        panel
    }
}

impl Plan<'_> {
    /// Packs `rows` rows of `channels` channels of an image's output gradient as `[word of pixels, channel]`.
    fn pack_gradient(&self, from: &[f32], rows: usize, channels: usize, out: &mut [f32]) {
        let width = self.shape.out_width();
        let plane = self.shape.out_height() * width;
        let (isa, columns) = (self.isa, out.len() / channels);
        let transpose = |distance| Transpose { isa, rows: channels, columns, distance, pitch: channels };
        if isa.terms() == 1 {
            return transpose(plane).run(from, out);
        }
        let mut joined = Scratch::take(channels * columns);
        for (pixels, joined) in from.chunks(plane).zip(joined.chunks_exact_mut(columns)) {
            isa.join_rows(&pixels[..rows * width], width, joined);
        }
        transpose(columns).run(&joined, out);
    }
}
