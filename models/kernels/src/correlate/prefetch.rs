//! Fetches the next task's input into the second-level cache while this one computes, so that packing does not wait
//! for memory.

use std::ops::Range;

use super::grid::Grid;
use crate::scratch::CACHE_LINE;

/// The rows of every channel of some images that still have to be fetched.
pub(super) struct Prefetch<'a> {
    x: &'a [f32],
    /// Where the rows start in each channel, and how many floats they have from there.
    rows: (usize, usize),
    channels: usize,
    /// Distances in floats between channels and between images.
    strides: (usize, usize),
    left: Range<usize>,
    /// How many channels one step fetches.
    share: usize,
}

impl<'a> Prefetch<'a> {
    /// Prepares to fetch grid rows `rows` of `images` in `steps` steps. Images are `image_stride` floats apart.
    pub(super) fn new(
        x: &'a [f32],
        grid: &Grid,
        rows: Range<usize>,
        images: Range<usize>,
        image_stride: usize,
        steps: usize,
    ) -> Self {
        let row = |index: usize| (index * grid.step).saturating_sub(grid.padding).min(grid.height);
        let (start, end) = (row(rows.start) * grid.width, row(rows.end) * grid.width);
        let left = images.start * grid.channels..images.end * grid.channels;
        let share = left.len().div_ceil(steps.max(1));
        let plane = grid.height * grid.width;
        Self { x, rows: (start, end - start), channels: grid.channels, strides: (plane, image_stride), left, share }
    }

    /// Fetches the next share.
    pub(super) fn step(&mut self) {
        for index in self.left.by_ref().take(self.share) {
            let (image, channel) = (index / self.channels, index % self.channels);
            let start = image * self.strides.1 + channel * self.strides.0 + self.rows.0;
            if let Some(rows) = self.x.get(start..start + self.rows.1) {
                rows.chunks(CACHE_LINE).for_each(fetch);
            }
        }
    }
}

#[cfg(target_arch = "x86_64")]
fn fetch(line: &[f32]) {
    use std::arch::x86_64::{_MM_HINT_T1, _mm_prefetch};
    // SAFETY: a prefetch reads nothing that the program can see, and SSE is part of x86-64.
    unsafe { _mm_prefetch::<_MM_HINT_T1>(line.as_ptr().cast()) };
}

#[cfg(not(target_arch = "x86_64"))]
fn fetch(_: &[f32]) {}
