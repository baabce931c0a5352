//! The gradient of queries, keys and values.

use std::mem::MaybeUninit;

use rayon::prelude::*;

use super::head::{Head, MOST, differentiate, scale};
use super::{Attention, KEYS};
use crate::math::dot;
use crate::product::pack::{Matrix, Units};
use crate::product::{Place, Product, Start};
use crate::scratch::Scratch;
use crate::uninit::written;
use crate::work;

/// What a gradient is computed from.
#[derive(Debug, Clone, Copy)]
pub struct Kept<'a> {
    /// Queries, keys and values.
    pub qkv: &'a [f32],
    /// The output.
    pub y: &'a [f32],
    /// The logarithms that came with it.
    pub logarithms: &'a [f32],
}

/// A head's keys and values, packed block after block of keys.
struct Packed {
    /// Left matrices, rows keys.
    keys: Scratch,
    values: Scratch,
    /// Right matrices, columns the numbers of a key, times the scale.
    scaled: Scratch,
}

/// A panel of queries and of the output's gradient.
struct Panel {
    first: usize,
    count: usize,
    /// Right matrices, columns queries: the scaled queries, and the gradient of the output.
    queries: Scratch,
    dy: Scratch,
    /// Right matrices, columns the numbers of a query.
    query_rows: Scratch,
    dy_rows: Scratch,
    logarithms: [f32; MOST],
    /// Σ dy · y of each query.
    levels: [f32; MOST],
}

impl Attention {
    /// The gradients of queries, keys and values, `[batch, tokens, 3, heads, size]`, given that of the output, `dy`.
    ///
    /// # Panics
    /// When a slice has another length than the shape says.
    #[must_use]
    pub fn gradient(&self, kept: Kept<'_>, dy: &[f32]) -> Vec<f32> {
        let lengths = [kept.qkv.len(), kept.y.len(), dy.len(), kept.logarithms.len()];
        let expected = [3 * self.len(), self.len(), self.len(), self.batch * self.heads * self.tokens];
        assert_eq!(lengths, expected, "lengths of what the gradient of {self:?} is computed from");
        work::count(5 * self.multiply_adds() / 2, 8 * self.len());
        let (image, each) = (self.tokens * self.width(), self.heads * self.tokens);
        let write = |d: &mut [MaybeUninit<f32>]| {
            let given = kept.qkv.par_chunks(3 * image).zip(kept.y.par_chunks(image));
            let given = given.zip(kept.logarithms.par_chunks(each)).zip(dy.par_chunks(image));
            given.zip(d.par_chunks_mut(3 * image)).for_each(|((((qkv, y), logarithms), dy), d)| {
                self.image_gradient(Kept { qkv, y, logarithms }, dy, d);
            });
        };
        // SAFETY: an image's gradients are written head by head, of queries by panels, of keys and values by blocks.
        unsafe { written(3 * self.len(), write) }
    }

    fn image_gradient(&self, kept: Kept, dy: &[f32], d: &mut [MaybeUninit<f32>]) {
        let mut scores = Scratch::take(self.panel() * KEYS.min(self.tokens));
        let mut gradients = Scratch::take(self.panel() * KEYS.min(self.tokens));
        for head in 0..self.heads {
            let of = self.head(kept.qkv, head);
            let packed = self.pack_keys(&of);
            for first in (0..self.tokens).step_by(self.panel()) {
                let panel = self.pack_panel(&of, kept, dy, (head, first));
                for key in (0..self.tokens).step_by(KEYS) {
                    let count = KEYS.min(self.tokens - key);
                    let block = count * self.panel();
                    let (scores, gradients) = (&mut scores[..block], &mut gradients[..block]);
                    self.score(&packed, &panel, key, (scores, gradients));
                    self.add(&packed, &panel, (head, key, count), (scores, gradients), d);
                }
            }
        }
    }

    fn pack_keys(&self, head: &Head) -> Packed {
        let (left, right) = (Units::left(self.isa), Units::right(self.isa));
        let len = self.tokens * self.size;
        let wide = right.floats(self.size, 1);
        let mut packed =
            Packed { keys: Scratch::take(len), values: Scratch::take(len), scaled: Scratch::take(self.tokens * wide) };
        for first in (0..self.tokens).step_by(KEYS) {
            let count = KEYS.min(self.tokens - first);
            let part = first * self.size..(first + count) * self.size;
            left.rows(head.keys.rows(first, count), &mut packed.keys[part.clone()]);
            left.rows(head.values.rows(first, count), &mut packed.values[part]);
            right.columns(head.keys.rows(first, count), &mut packed.scaled[first * wide..(first + count) * wide]);
        }
        scale(&mut packed.scaled, self.scale());
        packed
    }

    fn pack_panel(&self, of: &Head, kept: Kept, dy: &[f32], (head, first): (usize, usize)) -> Panel {
        let right = Units::right(self.isa);
        let count = self.panel().min(self.tokens - first);
        let (queries, dy) = (of.queries.rows(first, count), self.own(dy, head).rows(first, count));
        let (long, wide) = (self.panel() * self.size, count * right.floats(self.size, 1));
        let mut panel = Panel {
            first,
            count,
            queries: Scratch::take(long),
            dy: Scratch::take(long),
            query_rows: Scratch::take(wide),
            dy_rows: Scratch::take(wide),
            logarithms: [0.0; MOST],
            levels: [0.0; MOST],
        };
        right.rows(queries, &mut panel.queries);
        right.rows(dy, &mut panel.dy);
        right.columns(queries, &mut panel.query_rows);
        right.columns(dy, &mut panel.dy_rows);
        scale(&mut panel.queries, self.scale());
        scale(&mut panel.query_rows, self.scale());
        panel.logarithms[..count].copy_from_slice(&kept.logarithms[head * self.tokens + first..][..count]);
        levels(dy, self.own(kept.y, head).rows(first, count), &mut panel.levels);
        panel
    }

    /// The weights of a block of keys from `key` on, and the gradients of their scores, both `[key, query]`.
    fn score(&self, packed: &Packed, panel: &Panel, key: usize, (scores, gradients): (&mut [f32], &mut [f32])) {
        let (isa, size, distance) = (self.isa, self.size, self.panel());
        let (rows, columns) = (scores.len() / distance, panel.count.next_multiple_of(isa.vector()));
        let part = key * size..(key + rows) * size;
        let factors = [(&packed.keys, &panel.queries, &mut *scores), (&packed.values, &panel.dy, &mut *gradients)];
        for (left, right, to) in factors {
            let product = Product { isa, terms: size, rows, left: &left[part.clone()], columns, right };
            // SAFETY: the matrix is this task's own, a row a key.
            unsafe { product.run(Place { start: to.as_mut_ptr(), distance }, Start::Zero) };
        }
        differentiate((scores, gradients), distance, (&panel.logarithms, &panel.levels));
    }

    /// Adds what a block of keys and a panel of queries give each other, given weights and scores' gradients.
    fn add(
        &self,
        packed: &Packed,
        panel: &Panel,
        (head, key, keys): (usize, usize, usize),
        (weights, gradients): (&[f32], &[f32]),
        d: &mut [MaybeUninit<f32>],
    ) {
        let (isa, size, left) = (self.isa, self.size, Units::left(self.isa));
        let distance = 3 * self.width();
        let mut blocks = Scratch::take(keys * panel.count);
        let [weights, gradients] =
            [weights, gradients].map(|data| Matrix { data, rows: keys, columns: panel.count, distance: self.panel() });
        let start = |first: usize| if first == 0 { Start::Zero } else { Start::Onto };
        let mut place = |part: usize, row: usize| {
            let first = row * distance + part * self.width() + head * size;
            Place { start: d[first..].as_mut_ptr().cast(), distance }
        };
        let wide = Units::right(isa).floats(size, 1);
        let scaled = &packed.scaled[key * wide..(key + keys) * wide];
        left.columns(gradients, &mut blocks);
        let queries = Product { isa, terms: keys, rows: panel.count, left: &blocks, columns: size, right: scaled };
        // SAFETY: the rows are this image's, the columns this head's; the first block of keys writes them.
        unsafe { queries.run(place(0, panel.first), start(key)) };
        for (part, from, right) in [(1, gradients, &panel.query_rows), (2, weights, &panel.dy_rows)] {
            left.rows(from, &mut blocks);
            let product = Product { isa, terms: panel.count, rows: keys, left: &blocks, columns: size, right };
            // SAFETY: as above; the first panel of queries writes them.
            unsafe { product.run(place(part, key), start(panel.first)) };
        }
    }
}

/// Σ dy · y of each row.
fn levels(dy: Matrix, y: Matrix, to: &mut [f32; MOST]) {
    let columns = dy.columns;
    let rows = dy.data.chunks(dy.distance).zip(y.data.chunks(y.distance)).take(dy.rows);
    for (level, (dy, y)) in to.iter_mut().zip(rows) {
        *level = dot(&dy[..columns], &y[..columns]);
    }
}
