//! The passes whose rows are tasks: the output, and the gradient of the input.

use std::mem::MaybeUninit;

use rayon::prelude::*;

use super::{Linear, differentiate};
use crate::layer_norm::{Moments, Parameters, normalize};
use crate::math::add;
use crate::scratch::Scratch;
use crate::uninit::written;
use crate::work;

/// Floats of packed rows and of their results that a task aims at: three quarters of the smaller second-level caches.
const BUDGET: usize = 96 << 10;

/// Tasks a thread at least, so that one that is late does not keep the others waiting for long.
const SHARES: usize = 4;

impl Linear {
    /// The output, `[rows, outputs]`.
    ///
    /// # Panics
    /// When a slice has another length than the layer says.
    #[must_use]
    pub fn output(&self, x: &[f32], weight: &[f32], bias: &[f32]) -> Vec<f32> {
        self.check_x(x);
        self.check_weight(weight);
        work::count(self.multiply_adds(), self.operands());
        let factor = self.packed((weight, bias));
        let write = |first: usize, to: &mut [MaybeUninit<f32>]| {
            factor.multiply(&x[first * self.inputs..][..to.len() / self.outputs * self.inputs], to);
        };
        // SAFETY: a product writes all of its rows.
        unsafe { self.bands(self.outputs, self.inputs, write) }
    }

    /// [`output`](Self::output) plus `shortcut`, `[rows, outputs]`, with the bits of an addition that follows.
    ///
    /// # Panics
    /// When a slice has another length than the layer says.
    #[must_use]
    pub fn output_added(&self, x: &[f32], weight: &[f32], bias: &[f32], shortcut: &[f32]) -> Vec<f32> {
        self.check_x(x);
        self.check_dy(shortcut);
        work::count(self.multiply_adds(), self.operands() + shortcut.len());
        let factor = self.packed((weight, bias));
        let write = |first: usize, to: &mut [MaybeUninit<f32>]| {
            let to = factor.multiply(&x[first * self.inputs..][..to.len() / self.outputs * self.inputs], to);
            add(to, &shortcut[first * self.outputs..][..to.len()]);
        };
        // SAFETY: a product writes all of its rows.
        unsafe { self.bands(self.outputs, self.inputs, write) }
    }

    /// The output for normalized rows, and their moments: [`layer_norm::forward`](crate::layer_norm::forward), then [`output`](Self::output), with
    /// the same bits. What is normalized is never written.
    ///
    /// # Panics
    /// When a slice has another length than the layer says.
    #[must_use]
    pub fn output_normalized(
        &self,
        x: &[f32],
        by: Parameters<'_>,
        weight: &[f32],
        bias: &[f32],
    ) -> (Vec<f32>, Moments) {
        self.check_x(x);
        assert_eq!([by.gamma.len(), by.beta.len()], [self.inputs; 2], "γ and β of {self:?}");
        work::count(self.multiply_adds(), self.operands());
        let factor = self.packed((weight, bias));
        let mut moments = Moments::room(self.rows);
        let shared = moments.shared();
        let write = |first: usize, to: &mut [MaybeUninit<f32>]| {
            let rows = to.len() / self.outputs;
            let mut normal = Scratch::take(rows * self.inputs);
            // SAFETY: a band's moments are its own.
            let moments = unsafe { shared.part(first, rows) };
            normalize(&x[first * self.inputs..][..normal.len()], by, &mut normal, moments);
            factor.multiply(&normal, to);
        };
        // SAFETY: a product writes all of its rows.
        let y = unsafe { self.bands(self.outputs, self.inputs, write) };
        (y, moments)
    }

    /// The gradient of the input, `[rows, inputs]`, given that of the output, `dy`. Of the input itself only a layer
    /// with GELU before it makes use.
    ///
    /// # Panics
    /// When a slice has another length than the layer says.
    #[must_use]
    pub fn gradient(&self, x: &[f32], weight: &[f32], dy: &[f32]) -> Vec<f32> {
        self.check_x(x);
        self.check_weight(weight);
        self.check_dy(dy);
        work::count(self.multiply_adds(), self.operands());
        let factor = self.transposed(weight);
        let write = |first: usize, to: &mut [MaybeUninit<f32>]| {
            let dx = factor.multiply(&dy[first * self.outputs..][..to.len() / self.inputs * self.outputs], to);
            if self.activated {
                differentiate(dx, &x[first * self.inputs..][..dx.len()]);
            }
        };
        // SAFETY: a product writes all of its rows.
        unsafe { self.bands(self.inputs, self.outputs, write) }
    }

    /// Rows of `columns` numbers, made band by band of products of `terms` terms: `write` is given the first row of a
    /// band, and where it goes.
    ///
    /// # Safety
    /// `write` writes every number of a band.
    pub(crate) unsafe fn bands(
        &self,
        columns: usize,
        terms: usize,
        write: impl Fn(usize, &mut [MaybeUninit<f32>]) + Sync,
    ) -> Vec<f32> {
        let band = self.band(terms + columns);
        let all = |all: &mut [MaybeUninit<f32>]| {
            let bands = all.par_chunks_mut(band * columns).with_max_len(1).enumerate();
            bands.for_each(|(index, to)| write(index * band, to));
        };
        // SAFETY: the chunks are all there is, and each is written whole.
        unsafe { written(self.rows * columns, all) }
    }

    /// Rows of a band, of so many numbers each: whole blocks.
    fn band(&self, numbers: usize) -> usize {
        let shared = self.rows.div_ceil(SHARES * rayon::current_num_threads());
        (BUDGET / numbers).min(shared).max(1).next_multiple_of(self.isa.channels())
    }
}
