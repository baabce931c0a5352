//! The packed input: each channel on a zero-padded grid, split by phase when the convolution strides, so that
//! neighbouring outputs read neighbouring floats and no tap tests for a border.

use std::ops::Range;

/// How an image `[channels, height, width]` is laid out: grid element `(i, j)` of phase `(a, b)` is pixel
/// `(i·step + a − padding, j·step + b − padding)`, or zero outside.
#[derive(Debug, Clone, Copy)]
pub(super) struct Grid {
    pub(super) channels: usize,
    pub(super) height: usize,
    pub(super) width: usize,
    /// Distance between neighbours of one phase, in pixels.
    pub(super) step: usize,
    /// Zeros above and to the left.
    pub(super) padding: usize,
    /// Phases along each axis, at most `step`.
    pub(super) phases: usize,
    /// Columns of a phase.
    pub(super) cols: usize,
}

/// A part of one axis: grid positions before the image, in it, and the pixel of the first in it.
struct Span {
    before: usize,
    inside: usize,
    first: usize,
}

impl Grid {
    /// Floats of one channel in a band of `rows` grid rows: room for the last segment to read past its row, and an
    /// odd number of cache lines, since planes a power of two apart would share a few sets of the cache.
    pub(super) fn plane(&self, rows: usize) -> usize {
        let lines = (self.phases * self.phases * rows * self.cols).div_ceil(16);
        (lines | 1) * 16
    }

    /// Where phase `(a, b)` starts in a plane of a band of `rows` rows.
    pub(super) fn phase(&self, a: usize, b: usize, rows: usize) -> usize {
        (a * self.phases + b) * rows * self.cols
    }

    /// Columns of the grid that lie in the image, for column phase `b`.
    fn span(&self, b: usize) -> Span {
        let before = self.padding.saturating_sub(b).div_ceil(self.step).min(self.cols);
        let first = before * self.step + b - self.padding.min(before * self.step + b);
        let inside = self.width.saturating_sub(first).div_ceil(self.step).min(self.cols - before);
        Span { before, inside, first }
    }

    /// Packs rows `rows` of the grid of `image` into `out`, channels `plane(rows.len())` apart.
    pub(super) fn pack(&self, image: &[f32], rows: Range<usize>, out: &mut [f32]) {
        let plane = self.plane(rows.len());
        let whole = self.step == 1 && self.padding == 0 && self.cols == self.width;
        for (channel, out) in image.chunks_exact(self.height * self.width).zip(out.chunks_exact_mut(plane)) {
            if whole && rows.end <= self.height {
                let size = rows.len() * self.width;
                out[..size].copy_from_slice(&channel[rows.start * self.width..][..size]);
            } else {
                self.pack_channel(channel, rows.clone(), out);
            }
        }
    }

    fn pack_channel(&self, channel: &[f32], rows: Range<usize>, out: &mut [f32]) {
        let size = rows.len() * self.cols;
        for a in 0..self.phases {
            for b in 0..self.phases {
                let span = self.span(b);
                let out = &mut out[self.phase(a, b, rows.len())..][..size];
                for (row, out) in rows.clone().zip(out.chunks_exact_mut(self.cols)) {
                    match (row * self.step + a).checked_sub(self.padding) {
                        Some(y) if y < self.height => self.pack_row(&channel[y * self.width..], &span, out),
                        _ => out.fill(0.0),
                    }
                }
            }
        }
    }

    fn pack_row(&self, pixels: &[f32], span: &Span, out: &mut [f32]) {
        let (before, rest) = out.split_at_mut(span.before);
        let (inside, after) = rest.split_at_mut(span.inside);
        before.fill(0.0);
        after.fill(0.0);
        if self.step == 1 {
            inside.copy_from_slice(&pixels[span.first..][..span.inside]);
        } else {
            let picked = pixels[span.first.min(pixels.len())..].iter().step_by(self.step);
            inside.iter_mut().zip(picked).for_each(|(out, &pixel)| *out = pixel);
        }
    }
}
