//! Packs the input. Each channel is on a zero-padded grid, which is split by phase when the convolution has a stride.
//! Neighboring outputs then read neighboring words, and no tap tests for a border. Where a word holds two terms, two
//! channels share a plane.

use std::ops::Range;

use crate::convolution::{Affine, normal};
use crate::micro::Isa;
use crate::scratch::Scratch;

/// Describes how an image `[channels, height, width]` is laid out. Grid element `(i, j)` of phase `(a, b)` is pixel
/// `(i·step + a − padding, j·step + b − padding)`, or zero outside the image.
#[derive(Debug, Clone, Copy)]
pub(super) struct Grid {
    pub(super) isa: Isa,
    pub(super) channels: usize,
    pub(super) height: usize,
    pub(super) width: usize,
    /// Distance between neighbors of one phase, in pixels.
    pub(super) step: usize,
    /// Zeros above and to the left.
    pub(super) padding: usize,
    /// Phases along each axis, at most `step`.
    pub(super) phases: usize,
    /// Columns of a phase.
    pub(super) cols: usize,
}

/// Describes a part of one axis: the grid positions before the image, those in it, and the pixel of the first one in
/// it.
struct Span {
    before: usize,
    inside: usize,
    first: usize,
}

impl Grid {
    /// Returns the number of planes per image.
    pub(super) fn planes(&self) -> usize {
        self.channels.div_ceil(self.isa.terms())
    }

    /// Returns the number of words in one plane for a band of `rows` grid rows. It is a whole number of cache lines but
    /// no multiple of 512 bytes, since planes a power of two apart would compete for a few sets of the cache.
    pub(super) fn plane(&self, rows: usize) -> usize {
        let lines = self.size(rows).div_ceil(16);
        (lines + usize::from(lines.is_multiple_of(8))) * 16
    }

    /// Returns how many words of a plane are used.
    fn size(&self, rows: usize) -> usize {
        self.phases * self.phases * rows * self.cols
    }

    /// Returns where phase `(a, b)` starts in a plane of a band of `rows` rows.
    pub(super) fn phase(&self, a: usize, b: usize, rows: usize) -> usize {
        (a * self.phases + b) * rows * self.cols
    }

    /// Returns the columns of the grid that are inside the image, for column phase `b`.
    fn span(&self, b: usize) -> Span {
        let before = self.padding.saturating_sub(b).div_ceil(self.step).min(self.cols);
        let first = before * self.step + b - self.padding.min(before * self.step + b);
        let inside = self.width.saturating_sub(first).div_ceil(self.step).min(self.cols - before);
        Span { before, inside, first }
    }

    /// Packs rows `rows` of the grid of `image` into `out`. Planes are `plane(rows.len())` words apart.
    pub(super) fn pack(&self, image: &[f32], affine: Option<Affine>, rows: Range<usize>, out: &mut [f32]) {
        let (plane, terms, size) = (self.plane(rows.len()), self.isa.terms(), self.size(rows.len()));
        let mut later = (terms > 1).then(|| Scratch::take(size));
        let channel = |index: usize, out: &mut [f32]| {
            let channel = &image[index * self.height * self.width..][..self.height * self.width];
            self.pack_channel(channel, affine.map(|affine| affine.of(index)), rows.clone(), out);
        };
        for (first, out) in (0..self.channels).step_by(terms).zip(out.chunks_exact_mut(plane)) {
            channel(first, &mut out[..size]);
            if let Some(later) = &mut later {
                if first + 1 < self.channels {
                    channel(first + 1, later);
                } else {
                    later.fill(0.0);
                }
                self.isa.join(&mut out[..size], later);
            }
        }
    }

    fn pack_channel(&self, channel: &[f32], affine: Option<(f32, f32)>, rows: Range<usize>, out: &mut [f32]) {
        if self.step == 1 && self.padding == 0 && self.cols == self.width && rows.end <= self.height {
            return load(affine, &channel[rows.start * self.width..][..out.len()], out);
        }
        let size = rows.len() * self.cols;
        // One clearing of the whole plane costs less than one of each border.
        out.fill(0.0);
        for a in 0..self.phases {
            for b in 0..self.phases {
                let span = self.span(b);
                let out = &mut out[self.phase(a, b, rows.len())..][..size];
                for (row, out) in rows.clone().zip(out.chunks_exact_mut(self.cols)) {
                    let y = (row * self.step + a).checked_sub(self.padding);
                    if let Some(y) = y.filter(|&y| y < self.height) {
                        let pixels = &channel[y * self.width..][..self.width];
                        self.pack_row(pixels, affine, &span, &mut out[span.before..][..span.inside]);
                    }
                }
            }
        }
    }

    fn pack_row(&self, pixels: &[f32], affine: Option<(f32, f32)>, span: &Span, out: &mut [f32]) {
        match self.step {
            1 => return load(affine, &pixels[span.first..][..span.inside], out),
            2 => halve(&pixels[span.first.min(pixels.len())..], out),
            step => {
                let picked = pixels[span.first.min(pixels.len())..].iter().step_by(step);
                out.iter_mut().zip(picked).for_each(|(out, &pixel)| *out = pixel);
            }
        }
        if let Some((scale, shift)) = affine {
            out.iter_mut().for_each(|out| *out = normal(*out, scale, shift));
        }
    }
}

/// Takes every other pixel. It works in pairs, which the compiler turns into shuffles.
fn halve(pixels: &[f32], out: &mut [f32]) {
    for (out, pair) in out.iter_mut().zip(pixels.chunks_exact(2)) {
        *out = pair[0];
    }
    if pixels.len() < 2 * out.len() {
        // The last pixel has no neighbor.
        out[pixels.len() / 2] = pixels[pixels.len() - 1];
    }
}

/// Copies pixels, normalized where a scale and a shift are given.
fn load(affine: Option<(f32, f32)>, from: &[f32], to: &mut [f32]) {
    match (affine, from.len()) {
        (Some((scale, shift)), _) => {
            to.iter_mut().zip(from).for_each(|(to, from)| *to = normal(*from, scale, shift));
        }
        // Rows this short are copied in the time that a call for an unknown length takes to start.
        (None, 8) => to[..8].copy_from_slice(&from[..8]),
        (None, 16) => to[..16].copy_from_slice(&from[..16]),
        (None, 32) => to[..32].copy_from_slice(&from[..32]),
        (None, _) => to.copy_from_slice(from),
    }
}
