//! Multi-head self-attention, `softmax(q · kᵀ / √size) · v`, and its gradient, without the square matrix of scores in
//! memory: Dao et al. 2022, arXiv:2205.14135, and Dao 2023, arXiv:2307.08691.
//!
//! An image is one task. Of a head, a panel of queries (as many as a tile has lanes) meets a block of keys at a time.
//! Their scores lie transposed, `[key][query]`, so that the maximum and the sum of the softmax run over whole vectors
//! and the scores are at once the right matrix of the product with the values. Blocks of keys after the first rescale
//! what was summed before. Of each query only the logarithm of its sum is kept, and the gradient computes the scores
//! again.

mod backward;
mod forward;
mod head;

pub use backward::Kept;

use crate::micro::{Isa, Products};

/// Keys that a panel of queries meets at a time: whole blocks of every instruction set, and less than
/// [`DEPTH`](crate::product::DEPTH).
const KEYS: usize = 252;

/// Attention of a batch: its shape, and which instruction set computes it.
///
/// Queries, keys and values lie side by side, `[batch, tokens, 3, heads, size]`; the output is
/// `[batch, tokens, heads, size]`.
#[derive(Debug, Clone, Copy)]
pub struct Attention {
    isa: Isa,
    batch: usize,
    tokens: usize,
    heads: usize,
    size: usize,
}

impl Attention {
    /// Attention with `heads` heads of `size` numbers between the tokens of each image, on the fastest instruction set
    /// of this CPU.
    ///
    /// # Panics
    /// When a number is 0.
    #[must_use]
    pub fn new(batch: usize, tokens: usize, heads: usize, size: usize) -> Self {
        let found = Self { isa: Isa::best(Products::F32), batch, tokens, heads, size };
        assert!(![batch, tokens, heads, size].contains(&0), "{found:?} is empty");
        found
    }

    /// Runs on a chosen instruction set, one with products in f32.
    ///
    /// # Panics
    /// When it multiplies in bf16.
    #[must_use]
    pub fn with_isa(self, isa: Isa) -> Self {
        assert_eq!(isa.terms(), 1, "attention multiplies in f32");
        Self { isa, ..self }
    }

    /// Multiply-adds of the two products of a forward pass; a gradient takes two and a half times as many.
    #[must_use]
    pub fn multiply_adds(&self) -> usize {
        2 * self.batch * self.heads * self.tokens * self.tokens * self.size
    }

    /// Numbers of a token in the output.
    fn width(&self) -> usize {
        self.heads * self.size
    }

    /// Numbers of the output.
    fn len(&self) -> usize {
        self.batch * self.tokens * self.width()
    }

    /// What scores are multiplied by.
    fn scale(&self) -> f32 {
        1.0 / (self.size as f32).sqrt()
    }

    /// Queries of a panel.
    fn panel(&self) -> usize {
        self.isa.lanes()
    }
}
