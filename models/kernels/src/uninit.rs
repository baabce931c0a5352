//! Results in memory that was not cleared before.

use std::mem::MaybeUninit;

use super::{Conv, correlate};
use crate::written;

impl Conv<'_> {
    /// The convolution of `x` by `weight`, as a tensor of its own.
    ///
    /// # Panics
    /// When a slice is shorter than the shape says, `weight` has another length, or output images lie apart.
    #[must_use]
    pub fn output(&self, x: &[f32], weight: &[f32]) -> Vec<f32> {
        let len = self.shape.output_len();
        assert_eq!(len, self.shape.batch * self.images.1, "output images of {:?} lie apart", self.shape);
        self.check(x.len(), weight.len(), len);
        // SAFETY: no numbers lie between the images, so that the outputs, all of which are written, are all there is.
        unsafe { written(len, |y| correlate::forward(self, x, weight, y)) }
    }

    /// The gradient of the input, given the gradient `dy` of the output, as a tensor of its own.
    ///
    /// # Panics
    /// When a slice is shorter than the shape says, `weight` has another length, or input images lie apart.
    #[must_use]
    pub fn gradient(&self, dy: &[f32], weight: &[f32]) -> Vec<f32> {
        let len = self.shape.input_len();
        assert_eq!(len, self.shape.batch * self.images.0, "input images of {:?} lie apart", self.shape);
        self.check(len, weight.len(), dy.len());
        // SAFETY: no numbers lie between the images, so that the inputs, whose gradients are all written, are all there is.
        unsafe { written(len, |dx| correlate::input_gradient(self, dy, weight, dx)) }
    }
}

/// A slice as the passes above take it.
///
/// # Safety
/// Nothing but numbers is written to what it gives.
pub(super) unsafe fn overwritten(values: &mut [f32]) -> &mut [MaybeUninit<f32>] {
    // SAFETY: the layout is the same, and the slice still holds numbers when the borrow ends, as the caller says.
    unsafe { &mut *(std::ptr::from_mut(values) as *mut [MaybeUninit<f32>]) }
}
