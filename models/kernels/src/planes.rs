//! Provides views of activations by image and channel.

use std::marker::PhantomData;
use std::mem::MaybeUninit;

use rayon::prelude::*;

use crate::uninit::written;
use crate::work;

/// A view of activations to read: the plane of `area` numbers of every image and channel.
#[derive(Debug, Clone, Copy)]
pub struct Planes<'a> {
    /// All numbers, `[batch, channels, area]`.
    pub data: &'a [f32],
    /// Number of images.
    pub batch: usize,
    /// Number of channels of each image in `data`. A kernel may read only the first of them.
    pub channels: usize,
    /// How many numbers a plane has.
    pub area: usize,
}

impl<'a> Planes<'a> {
    /// Views `data` as `batch` images of `channels` planes of `area` numbers.
    ///
    /// # Panics
    /// Panics if `data` has another length.
    pub fn new(data: &'a [f32], batch: usize, channels: usize, area: usize) -> Self {
        assert_eq!(data.len(), batch * channels * area, "activations of another shape");
        Self { data, batch, channels, area }
    }

    /// Checks that `other` has the same shape. What is written from both, plane by plane, is then written whole.
    ///
    /// # Panics
    /// Panics if the shapes differ, or if the data of either has another length than its shape.
    pub(crate) fn check_alike(&self, other: &Planes<'_>) {
        let shape = |planes: &Planes<'_>| [planes.batch, planes.channels, planes.area];
        assert_eq!(shape(self), shape(other), "activations of two shapes");
        for planes in [self, other] {
            assert_eq!(planes.data.len(), planes.batch * planes.channels * planes.area, "activations of another shape");
        }
    }

    /// Returns the plane of `channel` in `image`.
    ///
    /// # Panics
    /// Panics if there is no such plane.
    #[inline(always)]
    pub fn plane(&self, image: usize, channel: usize) -> &'a [f32] {
        let start = (image * self.channels + channel) * self.area;
        &self.data[start..start + self.area]
    }

    /// Returns all planes of `image`.
    ///
    /// # Panics
    /// Panics if there is no such image.
    pub fn image(&self, image: usize) -> &'a [f32] {
        let len = self.channels * self.area;
        &self.data[image * len..][..len]
    }

    /// Returns a tensor of as many images with `channels` channels. The first channels are these, and the others are
    /// zero.
    ///
    /// # Panics
    /// Panics if this view has more channels.
    pub fn widened(&self, channels: usize) -> Vec<f32> {
        work::count(0, self.data.len() + self.batch * channels * self.area);
        let (narrow, wide) = (self.channels * self.area, channels * self.area);
        let write = |all: &mut [MaybeUninit<f32>]| {
            all.par_chunks_mut(wide).enumerate().for_each(|(image, to)| {
                let (kept, others) = to.split_at_mut(narrow);
                kept.write_copy_of_slice(self.image(image));
                others.fill(MaybeUninit::new(0.0));
            });
        };
        // SAFETY: there are as many chunks as images, and each is written to its end.
        unsafe { written(self.batch * wide, write) }
    }

    /// Copies all planes to `to`, which has `channels` channels per image. The copies start at channel `first`.
    ///
    /// # Panics
    /// Panics if `to` has less room.
    pub fn copy_to(&self, to: &mut [f32], channels: usize, first: usize) {
        work::count(0, 2 * self.data.len());
        to.par_chunks_mut(channels * self.area).enumerate().for_each(|(image, to)| {
            let from = self.image(image);
            to[first * self.area..][..from.len()].copy_from_slice(from);
        });
    }

    /// Returns how many numbers a channel has in all images.
    pub(crate) fn count(&self) -> f64 {
        (self.batch * self.area) as f64
    }
}

/// A view of activations to write. Tasks share it, and each writes its own planes. It is of `MaybeUninit<f32>` where
/// nothing was written yet, which prevents reading.
#[derive(Debug)]
pub(crate) struct PlanesMut<'a, T = f32> {
    data: *mut T,
    len: usize,
    channels: usize,
    area: usize,
    borrow: PhantomData<&'a mut [T]>,
}

// SAFETY: it is a mutable slice, which is `Send` where its elements are.
unsafe impl<T: Send> Send for PlanesMut<'_, T> {}
// SAFETY: what a shared one gives are mutable slices, as if sent; that no two of them overlap is `plane`'s contract.
unsafe impl<T: Send> Sync for PlanesMut<'_, T> {}

impl<'a, T> PlanesMut<'a, T> {
    /// Views `data` as images of `channels` planes of `area` numbers.
    pub(crate) fn new(data: &'a mut [T], channels: usize, area: usize) -> Self {
        Self { data: data.as_mut_ptr(), len: data.len(), channels, area, borrow: PhantomData }
    }

    /// Returns the plane of `channel` in `image`.
    ///
    /// # Panics
    /// Panics if there is no such plane.
    ///
    /// # Safety
    /// While the slice lives, no other slice of the same plane may exist.
    #[inline(always)]
    #[allow(clippy::mut_from_ref)]
    pub(crate) unsafe fn plane(&self, image: usize, channel: usize) -> &mut [T] {
        let start = (image * self.channels + channel) * self.area;
        assert!(channel < self.channels && start + self.area <= self.len, "no such plane");
        // SAFETY: the range lies within the slice that `self` borrows mutably, and the caller vouches for no other view
        // of it.
        unsafe { std::slice::from_raw_parts_mut(self.data.add(start), self.area) }
    }
}
