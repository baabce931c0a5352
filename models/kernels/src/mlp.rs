//! The MLP of a Transformer's block: `x + down(GELU(up(LN(x))))`, with or without the skip, in one pass over memory.
//!
//! A band of rows goes through all of it while it is in the cache. What is normalized and GELU's result are never
//! written, and the hidden layer only for a gradient. Results have the bits of the layers one after another.

use std::mem::MaybeUninit;

use crate::layer_norm::{Moments, Parameters, SharedMoments, normalize};
use crate::linear::Linear;
use crate::math::add;
use crate::micro::Isa;
use crate::scratch::Scratch;
use crate::shared::SharedOutput;
use crate::uninit::{overwritten, written};
use crate::work;

/// What an MLP is: its layers, which share their instruction set.
#[derive(Debug, Clone, Copy)]
pub struct Mlp {
    rows: usize,
    width: usize,
    hidden: usize,
    up: Linear,
    down: Linear,
}

/// What an MLP learns, apart from its normalization.
#[derive(Debug, Clone, Copy)]
pub struct Weights<'a> {
    /// Weight, `[width, hidden]`, and bias of the first layer.
    pub up: (&'a [f32], &'a [f32]),
    /// Weight, `[hidden, width]`, and bias of the second.
    pub down: (&'a [f32], &'a [f32]),
}

/// An output, and what the gradient needs beside the input.
#[derive(Debug, Clone, PartialEq)]
pub struct Trained {
    /// The output, `[rows, width]`.
    pub y: Vec<f32>,
    /// What GELU is applied to, `[rows, hidden]`.
    pub hidden: Vec<f32>,
    /// Those of the normalization.
    pub moments: Moments,
}

impl Mlp {
    /// An MLP of `rows` rows of `width` numbers with a hidden layer of `hidden`.
    ///
    /// # Panics
    /// When a number is 0.
    #[must_use]
    pub fn new(rows: usize, width: usize, hidden: usize) -> Self {
        let (up, down) = (Linear::new(rows, width, hidden), Linear::new(rows, hidden, width).activated());
        Self { rows, width, hidden, up, down }
    }

    /// Runs on a chosen instruction set, one with products in f32.
    ///
    /// # Panics
    /// When it multiplies in bf16.
    #[must_use]
    pub fn with_isa(self, isa: Isa) -> Self {
        Self { up: self.up.with_isa(isa), down: self.down.with_isa(isa), ..self }
    }

    /// The first layer, and the second with GELU before it: for their gradients.
    #[must_use]
    pub fn layers(&self) -> (Linear, Linear) {
        (self.up, self.down)
    }

    /// The output. `skip` says whether x is added.
    ///
    /// # Panics
    /// When a slice has another length than the MLP says.
    #[must_use]
    pub fn infer(&self, x: &[f32], by: Parameters<'_>, weights: Weights<'_>, skip: bool) -> Vec<f32> {
        let mut moments = Moments::room(self.rows);
        self.run(x, (by, weights), skip, None, moments.shared())
    }

    /// The output, and what its gradient needs. `skip` says whether x is added.
    ///
    /// # Panics
    /// When a slice has another length than the MLP says.
    #[must_use]
    pub fn train(&self, x: &[f32], by: Parameters<'_>, weights: Weights<'_>, skip: bool) -> Trained {
        let mut moments = Moments::room(self.rows);
        let shared = moments.shared();
        let mut y = Vec::new();
        let all = |hidden: &mut [MaybeUninit<f32>]| {
            y = self.run(x, (by, weights), skip, Some(SharedOutput::new(hidden)), shared);
        };
        // SAFETY: the bands are all rows, and of each the hidden layer is written.
        let hidden = unsafe { written(self.rows * self.hidden, all) };
        Trained { y, hidden, moments }
    }

    fn run(
        &self,
        x: &[f32],
        (by, weights): (Parameters, Weights),
        skip: bool,
        kept: Option<SharedOutput>,
        moments: SharedMoments,
    ) -> Vec<f32> {
        let Self { rows, width, hidden, .. } = *self;
        assert_eq!([x.len(), by.gamma.len(), by.beta.len()], [rows * width, width, width], "x, γ and β of {self:?}");
        work::count(2 * self.up.multiply_adds(), 2 * (rows + hidden) * width + kept.map_or(0, |_| rows * hidden));
        let up = self.up.packed(weights.up);
        let down = self.down.packed(weights.down);
        let write = |first: usize, to: &mut [MaybeUninit<f32>]| {
            let rows = to.len() / width;
            let x = &x[first * width..][..rows * width];
            let (mut normal, mut own) = (Scratch::take(rows * width), Scratch::take(kept.map_or(rows * hidden, |_| 0)));
            // SAFETY: a band's moments are its own.
            normalize(x, by, &mut normal, unsafe { moments.part(first, rows) });
            let hidden = match kept {
                // SAFETY: a band's hidden layer is its own, and lies where the caller has room for all.
                Some(all) => unsafe { all.part(first * hidden, rows * hidden) },
                // SAFETY: only numbers are written.
                None => unsafe { overwritten(&mut own) },
            };
            let hidden = up.multiply(&normal, hidden);
            let to = down.multiply(hidden, to);
            if skip {
                add(to, x);
            }
        };
        // SAFETY: a product writes all of its rows.
        unsafe { self.down.bands(width, 2 * hidden, write) }
    }
}
