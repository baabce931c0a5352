//! Computes with parallel streams, for [`hyper`](super::hyper) and [`constrained`](super::constrained).
//!
//! A branch reads one mix of the streams and writes its output to another, `h = Σ_j r_j·s_j` and `s'_i = Σ_j M_ij·s_j +
//! w_i·F(h)`. The streams live in one stage, or in the blocks of a Transformer: they start as copies of what enters and
//! end as their mean. All numbers are static: they are learned, and the same for every image. The papers' dynamic ones,
//! computed from the streams, are left out.

use burn::tensor::Tensor;

use crate::cost::trace::{CostTrace, TracedTensor};

/// Number of parallel streams: the papers' smallest number above one.
pub(super) const STREAMS: usize = 2;

/// Returns whether `stream` is the one that branch `branch` (from 1) of the network reads at first.
pub(super) fn is_first_of(stream: usize, branch: usize) -> bool {
    (branch - 1) % STREAMS == stream
}

/// Creates a square matrix, row by row.
pub(super) fn matrix(diagonal: f32, elsewhere: f32) -> Vec<f32> {
    (0..STREAMS * STREAMS).map(|cell| if cell / STREAMS == cell % STREAMS { diagonal } else { elsewhere }).collect()
}

/// Computes `h = Σ_j r_j·s_j`, which the branch reads.
pub(super) fn read<const D: usize>(read: Tensor<1>, streams: &[Tensor<D>]) -> Tensor<D> {
    mixed(&read.reshape([1, STREAMS]), 0, streams)
}

/// Computes `s'_i = Σ_j M_ij·s_j + w_i·F(h)`, the streams after the branch.
pub(super) fn write<const D: usize>(
    write: Tensor<1>,
    mix: &Tensor<2>,
    streams: &[Tensor<D>],
    fx: &Tensor<D>,
) -> Vec<Tensor<D>> {
    let write = write.reshape([1, STREAMS]);
    (0..STREAMS).map(|row| mixed(mix, row, streams) + fx.clone() * number(&write, 0, row)).collect()
}

/// Costs [`read`].
pub(super) fn trace_read(name: &str, streams: &[TracedTensor], trace: &mut CostTrace) -> TracedTensor {
    let terms: Vec<TracedTensor> = streams.iter().map(|stream| trace.scaled(name, stream)).collect();
    trace.sum(name, &terms)
}

/// Costs [`write()`].
pub(super) fn trace_write(
    name: &str,
    streams: &[TracedTensor],
    fx: &TracedTensor,
    trace: &mut CostTrace,
) -> Vec<TracedTensor> {
    let mut row = || {
        let mut terms: Vec<TracedTensor> = streams.iter().map(|stream| trace.scaled(name, stream)).collect();
        terms.push(trace.scaled(name, fx));
        trace.sum(name, &terms)
    };
    streams.iter().map(|_| row()).collect()
}

/// Returns the mean, which leaves a stage. The papers sum the streams; with the mean the network begins as exactly the
/// additive one.
pub(super) fn mean<const D: usize>(streams: Vec<Tensor<D>>) -> Tensor<D> {
    let count = streams.len() as f64;
    streams.into_iter().reduce(|sum, stream| sum + stream).expect("streams are never none") / count
}

/// Costs [`mean`].
pub(super) fn trace_mean(name: &str, streams: &[TracedTensor], trace: &mut CostTrace) -> TracedTensor {
    let sum = trace.sum(name, streams);
    trace.divided(name, &sum)
}

/// Computes `Σ_j matrix[row, j] · streams[j]`.
fn mixed<const D: usize>(matrix: &Tensor<2>, row: usize, streams: &[Tensor<D>]) -> Tensor<D> {
    let terms = streams.iter().enumerate().map(|(column, stream)| stream.clone() * number(matrix, row, column));
    terms.reduce(|sum, term| sum + term).expect("streams are never none")
}

fn number<const D: usize>(matrix: &Tensor<2>, row: usize, column: usize) -> Tensor<D> {
    matrix.clone().narrow(0, row, 1).narrow(1, column, 1).reshape([1; D])
}
