//! A weight packed for products with rows, and such a product.

use std::mem::MaybeUninit;

use rayon::prelude::*;

use super::{Linear, activate};
use crate::micro::Isa;
use crate::product::pack::{Matrix, Units};
use crate::product::{Place, Product, Start};
use crate::scratch::Scratch;

/// Floats of a right matrix below which packing it is done before a second thread has woken up.
const SMALL: usize = 1 << 14;

/// A packed right matrix, and what the sums of its columns start from.
pub(crate) struct Factor {
    isa: Isa,
    terms: usize,
    columns: usize,
    right: Scratch,
    start: Option<Scratch>,
    /// GELU of the rows is multiplied.
    activated: bool,
}

impl Linear {
    /// The weight and the bias, packed.
    pub(crate) fn packed(&self, (weight, bias): (&[f32], &[f32])) -> Factor {
        self.check_weight(weight);
        assert_eq!(bias.len(), self.outputs, "length of the bias of {self:?}");
        let matrix = Matrix::dense(weight, self.outputs);
        let right = panels(self.isa, self.outputs, self.inputs, |first, count, panel| {
            Units::right(self.isa).columns(matrix.columns(first, count), panel);
        });
        let mut start = Scratch::take(self.outputs.next_multiple_of(self.isa.lanes()));
        start[..self.outputs].copy_from_slice(bias);
        start[self.outputs..].fill(0.0);
        let Self { isa, inputs: terms, outputs: columns, activated, .. } = *self;
        Factor { isa, terms, columns, right, start: Some(start), activated }
    }

    /// The weight, packed for the gradient of the input.
    pub(super) fn transposed(&self, weight: &[f32]) -> Factor {
        let matrix = Matrix::dense(weight, self.outputs);
        let right = panels(self.isa, self.inputs, self.outputs, |first, count, panel| {
            Units::right(self.isa).rows(matrix.rows(first, count), panel);
        });
        let Self { isa, inputs: columns, outputs: terms, .. } = *self;
        Factor { isa, terms, columns, right, start: None, activated: false }
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

impl Factor {
    /// Writes the product of dense rows with the factor, and gives what was written.
    pub(crate) fn multiply<'a>(&self, rows: &[f32], to: &'a mut [MaybeUninit<f32>]) -> &'a mut [f32] {
        let left = Matrix::dense(rows, self.terms);
        assert_eq!(to.len(), left.rows * self.columns, "as many rows to write as to read");
        let units = Units::left(self.isa);
        let mut packed = Scratch::take(units.floats(left.rows, left.columns));
        units.rows(left, &mut packed);
        if self.activated {
            activate(&mut packed);
        }
        let Self { isa, terms, columns, .. } = *self;
        let product = Product { isa, terms, rows: left.rows, left: &packed, columns, right: &self.right };
        let start = self.start.as_ref().map_or(Start::Zero, |start| Start::Row(start));
        // SAFETY: there are so many rows of so many columns, borrowed for this alone, and the product writes them all.
        unsafe {
            product.run(Place { start: to.as_mut_ptr().cast(), distance: columns }, start);
            to.assume_init_mut()
        }
    }
}
