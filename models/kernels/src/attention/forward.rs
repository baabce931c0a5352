//! The output.

use std::mem::MaybeUninit;

use rayon::prelude::*;

use super::head::{MOST, Softmax, rescale, scale, weigh};
use super::{Attention, KEYS};
use crate::micro::Transpose;
use crate::product::pack::Units;
use crate::product::{Place, Product, Start};
use crate::scratch::Scratch;
use crate::uninit::written;
use crate::work;

/// A head's keys and values, packed block after block of keys.
struct Packed {
    /// Left matrices, rows keys.
    keys: Scratch,
    /// Left matrices, rows the numbers of a value.
    values: Scratch,
}

impl Attention {
    /// The output, and for each image, head and query the logarithm of the sum of its scores' exponentials,
    /// `[batch, heads, tokens]`.
    ///
    /// # Panics
    /// When `qkv` has another length than the shape says.
    #[must_use]
    pub fn output(&self, qkv: &[f32]) -> (Vec<f32>, Vec<f32>) {
        assert_eq!(qkv.len(), 3 * self.len(), "length of the queries, keys and values of {self:?}");
        work::count(self.multiply_adds(), 4 * self.len());
        let mut logarithms = vec![0.0; self.batch * self.heads * self.tokens];
        let (image, each) = (self.tokens * self.width(), self.heads * self.tokens);
        let write = |y: &mut [MaybeUninit<f32>]| {
            let images = qkv.par_chunks(3 * image).zip(y.par_chunks_mut(image)).zip(logarithms.par_chunks_mut(each));
            images.for_each(|((qkv, y), logarithms)| self.image(qkv, y, logarithms));
        };
        // SAFETY: an image's output is written query by query, of each head its own numbers.
        let y = unsafe { written(self.len(), write) };
        (y, logarithms)
    }

    /// The output of an image.
    fn image(&self, qkv: &[f32], y: &mut [MaybeUninit<f32>], logarithms: &mut [f32]) {
        let panel = self.panel();
        let mut right = Scratch::take(panel * self.size);
        let mut sums = Scratch::take(panel * self.size);
        let mut scores = Scratch::take(panel * KEYS.min(self.tokens));
        for (head, logarithms) in logarithms.chunks_exact_mut(self.tokens).enumerate() {
            let queries = self.head(qkv, head).queries;
            let packed = self.pack(qkv, head);
            for first in (0..self.tokens).step_by(panel) {
                let count = panel.min(self.tokens - first);
                Units::right(self.isa).rows(queries.rows(first, count), &mut right);
                scale(&mut right, self.scale());
                let mut softmax = self.attend(&packed, (&right, count), &mut scores, &mut sums);
                for (query, logarithm) in logarithms[first..first + count].iter_mut().enumerate() {
                    *logarithm = softmax.logarithm(query);
                }
                softmax.sum.iter_mut().for_each(|sum| *sum = 1.0 / *sum);
                rescale(&mut sums, panel, &softmax.sum);
                self.store(&sums, count, &mut y[first * self.width() + head * self.size..]);
            }
        }
    }

    fn pack(&self, qkv: &[f32], head: usize) -> Packed {
        let head = self.head(qkv, head);
        let len = self.tokens * self.size;
        let mut packed = Packed { keys: Scratch::take(len), values: Scratch::take(len) };
        for first in (0..self.tokens).step_by(KEYS) {
            let count = KEYS.min(self.tokens - first);
            let part = first * self.size..(first + count) * self.size;
            Units::left(self.isa).rows(head.keys.rows(first, count), &mut packed.keys[part.clone()]);
            Units::left(self.isa).columns(head.values.rows(first, count), &mut packed.values[part]);
        }
        packed
    }

    /// Σ weight · value of a panel of queries, `[size, query]`, not yet over the sum of the weights. What lies behind
    /// the last of the queries means nothing.
    fn attend(
        &self,
        packed: &Packed,
        (queries, columns): (&[f32], usize),
        scores: &mut [f32],
        sums: &mut [f32],
    ) -> Softmax {
        let (isa, panel, size) = (self.isa, self.panel(), self.size);
        let columns = columns.next_multiple_of(isa.vector());
        let mut softmax = Softmax::new();
        for first in (0..self.tokens).step_by(KEYS) {
            let count = KEYS.min(self.tokens - first);
            let part = first * size..(first + count) * size;
            let scores = &mut scores[..count * panel];
            let keys = &packed.keys[part.clone()];
            let product = Product { isa, terms: size, rows: count, left: keys, columns, right: queries };
            // SAFETY: the scores are this task's own, a row a key.
            unsafe { product.run(Place { start: scores.as_mut_ptr(), distance: panel }, Start::Zero) };
            let earlier = weigh(scores, panel, &mut softmax);
            let start = if first == 0 { Start::Zero } else { Start::Onto };
            if first > 0 {
                rescale(sums, panel, &earlier);
            }
            let values = &packed.values[part];
            let product = Product { isa, terms: count, rows: size, left: values, columns, right: scores };
            // SAFETY: the sums are this task's own, a row for each number of a value.
            unsafe { product.run(Place { start: sums.as_mut_ptr(), distance: panel }, start) };
        }
        softmax
    }

    /// Writes the sums of `count` queries to their rows.
    fn store(&self, sums: &[f32], count: usize, y: &mut [MaybeUninit<f32>]) {
        let mut rows = Scratch::take(MOST * self.size);
        let distance = self.panel();
        let transpose = Transpose { isa: self.isa, rows: self.size, columns: count, distance, pitch: self.size };
        transpose.run(sums, &mut rows);
        for (row, y) in rows.chunks_exact(self.size).zip(y.chunks_mut(self.width())).take(count) {
            y[..self.size].write_copy_of_slice(row);
        }
    }
}
