//! Makes pixel-major copies for the weight gradient: the channels of a pixel are side by side.

use std::ops::Range;

use crate::convolution::{Affine, normal};
use crate::micro::{Isa, Transpose};

/// Describes the zero-padded positions of an image, pixel-major.
#[derive(Debug, Clone, Copy)]
pub(super) struct Field {
    pub(super) isa: Isa,
    pub(super) height: usize,
    pub(super) width: usize,
    /// Pixels between neighboring positions.
    pub(super) step: usize,
    /// Number of zeros above and to the left.
    pub(super) padding: usize,
    /// Positions in a row.
    pub(super) cols: usize,
}

impl Field {
    /// Packs `rows` of the field of `channels` (each `height · width` floats) into positions `pitch` apart.
    pub(super) fn pack(&self, channels: &[f32], rows: Range<usize>, pitch: usize, out: &mut [f32]) {
        let plane = self.height * self.width;
        let lanes = channels.len() / plane;
        let whole = self.step == 1 && self.padding == 0 && self.cols == self.width && rows.end <= self.height;
        if whole {
            let transpose = self.transpose(lanes, rows.len() * self.width, pitch);
            return transpose.run(&channels[rows.start * self.width..], out);
        }
        for (row, out) in rows.zip(out.chunks_mut(self.cols * pitch)) {
            match (row * self.step).checked_sub(self.padding) {
                Some(y) if y < self.height => self.pack_row(&channels[y * self.width..], lanes, pitch, out),
                _ => out[..(self.cols - 1) * pitch + lanes].fill(0.0),
            }
        }
    }

    fn transpose(&self, rows: usize, columns: usize, pitch: usize) -> Transpose {
        Transpose { isa: self.isa, rows, columns, distance: self.height * self.width, pitch }
    }

    fn pack_row(&self, pixels: &[f32], lanes: usize, pitch: usize, out: &mut [f32]) {
        let plane = self.height * self.width;
        let (before, first, inside) = self.columns();
        let after = before + inside;
        for position in (0..before).chain(after..self.cols) {
            out[position * pitch..][..lanes].fill(0.0);
        }
        let out = &mut out[before * pitch..];
        if self.step == 1 {
            self.transpose(lanes, inside, pitch).run(&pixels[first..], out);
        } else {
            for lane in 0..lanes {
                for position in 0..inside {
                    out[position * pitch + lane] = pixels[lane * plane + first + position * self.step];
                }
            }
        }
    }

    /// Normalizes the positions inside the image by scale and shift and applies ReLU. The zeros around it stay.
    pub(super) fn normalize(
        &self,
        affine: Affine,
        channels: Range<usize>,
        rows: Range<usize>,
        pitch: usize,
        out: &mut [f32],
    ) {
        let (before, _, inside) = self.columns();
        let lanes = channels.len();
        let (scale, shift) = (&affine.scale[channels.clone()], &affine.shift[channels]);
        for (row, out) in rows.zip(out.chunks_mut(self.cols * pitch)) {
            let y = (row * self.step).checked_sub(self.padding);
            if y.is_some_and(|y| y < self.height) {
                for pixel in out[before * pitch..].chunks_mut(pitch).take(inside) {
                    for ((value, &scale), &shift) in pixel[..lanes].iter_mut().zip(scale).zip(shift) {
                        *value = normal(*value, scale, shift);
                    }
                }
            }
        }
    }

    /// Returns the positions before the image, the pixel of the first one in it, and the positions in it.
    fn columns(&self) -> (usize, usize, usize) {
        let before = self.padding.div_ceil(self.step).min(self.cols);
        let first = before * self.step - self.padding.min(before * self.step);
        let inside = self.width.saturating_sub(first).div_ceil(self.step).min(self.cols - before);
        (before, first, inside)
    }
}
