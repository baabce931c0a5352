//! The passes whose rows are tasks: the output, and the gradient of the input.

use std::mem::MaybeUninit;

use rayon::prelude::*;

use super::{Linear, activate, differentiate};
use crate::micro::Isa;
use crate::product::pack::{Matrix, Units};
use crate::product::{Place, Product, Start};
use crate::scratch::Scratch;
use crate::uninit::written;
use crate::work;

/// Floats of packed rows that a task aims at: less than half of a core's second-level cache.
const BUDGET: usize = 64 << 10;

/// Tasks a thread at least, so that one that is late does not keep the others waiting for long.
const SHARES: usize = 4;

/// Floats of a right matrix below which packing it is done before a second thread has woken up.
const SMALL: usize = 1 << 14;

/// Rows of one product, all from the same packed right matrix.
struct Rows<'a> {
    isa: Isa,
    left: Matrix<'a>,
    columns: usize,
    right: &'a [f32],
    start: Start<'a>,
    /// GELU of the left matrix is multiplied.
    activated: bool,
}

impl Linear {
    /// The output, `[rows, outputs]`.
    ///
    /// # Panics
    /// When a slice has another length than the layer says.
    #[must_use]
    pub fn output(&self, x: &[f32], weight: &[f32], bias: &[f32]) -> Vec<f32> {
        self.check_x(x);
        self.check_weight(weight);
        assert_eq!(bias.len(), self.outputs, "length of the bias of {self:?}");
        work::count(self.multiply_adds(), self.operands());
        let matrix = Matrix::dense(weight, self.outputs);
        let right = panels(self.isa, self.outputs, self.inputs, |first, count, panel| {
            Units::right(self.isa).columns(matrix.columns(first, count), panel);
        });
        let mut start = vec![0.0; self.outputs.next_multiple_of(self.isa.lanes())];
        start[..self.outputs].copy_from_slice(bias);
        let rows = Rows {
            isa: self.isa,
            left: Matrix::dense(x, self.inputs),
            columns: self.outputs,
            right: &right,
            start: Start::Row(&start),
            activated: self.activated,
        };
        rows.run(|_, _| ())
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
        let matrix = Matrix::dense(weight, self.outputs);
        let right = panels(self.isa, self.inputs, self.outputs, |first, count, panel| {
            Units::right(self.isa).rows(matrix.rows(first, count), panel);
        });
        let rows = Rows {
            isa: self.isa,
            left: Matrix::dense(dy, self.outputs),
            columns: self.inputs,
            right: &right,
            start: Start::Zero,
            activated: false,
        };
        rows.run(|first, dx| {
            if self.activated {
                differentiate(dx, &x[first * self.inputs..][..dx.len()]);
            }
        })
    }
}

/// The panels of a right matrix, each packed by `pack`, which is given its first column and how many it has.
fn panels(isa: Isa, columns: usize, terms: usize, pack: impl Fn(usize, usize, &mut [f32]) + Sync) -> Scratch {
    let (lanes, units) = (isa.lanes(), Units::right(isa));
    let mut right = Scratch::take(units.floats(columns, terms));
    let least = (SMALL / (lanes * terms)).max(1);
    right.par_chunks_exact_mut(lanes * terms).with_min_len(least).enumerate().for_each(|(index, panel)| {
        let first = index * lanes;
        pack(first, lanes.min(columns - first), panel);
    });
    right
}

impl Rows<'_> {
    /// Rows of a task: whole blocks.
    fn band(&self) -> usize {
        let shared = self.left.rows.div_ceil(SHARES * rayon::current_num_threads());
        (BUDGET / self.left.columns).min(shared).max(1).next_multiple_of(self.isa.channels())
    }

    /// Computes all rows; `finish` is given the first row and the result of each band while it is in the cache.
    fn run(&self, finish: impl Fn(usize, &mut [f32]) + Sync) -> Vec<f32> {
        let band = self.band();
        let write = |all: &mut [MaybeUninit<f32>]| {
            all.par_chunks_mut(band * self.columns).enumerate().for_each(|(index, to)| {
                let (first, rows) = (index * band, to.len() / self.columns);
                self.write(self.left.rows(first, rows), to);
                // SAFETY: `write` has written all of the band.
                finish(first, unsafe { to.assume_init_mut() });
            });
        };
        // SAFETY: the chunks are all there is, and each is written whole.
        unsafe { written(self.left.rows * self.columns, write) }
    }

    /// Computes the rows of a band.
    fn write(&self, left: Matrix, to: &mut [MaybeUninit<f32>]) {
        let units = Units::left(self.isa);
        let mut packed = Scratch::take(units.floats(left.rows, left.columns));
        units.rows(left, &mut packed);
        if self.activated {
            activate(&mut packed);
        }
        let (isa, terms, columns) = (self.isa, left.columns, self.columns);
        let product = Product { isa, terms, rows: left.rows, left: &packed, columns, right: self.right };
        // SAFETY: the band has so many rows of so many columns, and is this task's own.
        unsafe { product.run(Place { start: to.as_mut_ptr().cast(), distance: columns }, self.start) };
    }
}
