//! Defines what flows from block to block of a stage: one tensor for most styles, several for those that remember or
//! run in streams.

use burn::tensor::Tensor;

use super::streams::{self, STREAMS};
use crate::cost::trace::{CostTrace, TracedTensor};

/// Holds what flows from block to block: tensors in a network, [`TracedTensor`]s in a cost trace. A stage begins with
/// [`Flow::One`], and a block's join turns it into what its style carries.
#[derive(Debug, Clone)]
pub(crate) enum Flow<T> {
    /// The last block's output.
    One(T),
    /// The last block's output and all that it averages: the stage's input first.
    Past { now: T, past: Vec<T> },
    /// Streams of one shape.
    Streams(Vec<T>),
}

impl<T: Clone> Flow<T> {
    /// Returns the streams. A flow that is none yet becomes as many copies.
    pub(super) fn into_streams(self) -> Vec<T> {
        match self {
            Flow::Streams(streams) => streams,
            Flow::One(x) | Flow::Past { now: x, .. } => vec![x; STREAMS],
        }
    }
}

impl Flow<Tensor<4>> {
    /// Returns the one tensor that leaves a stage. For streams it is their mean.
    pub(crate) fn leave(self) -> Tensor<4> {
        match self {
            Flow::One(x) | Flow::Past { now: x, .. } => x,
            Flow::Streams(streams) => streams::mean(streams),
        }
    }

    /// Replaces what [`leave`](Self::leave) returns by what `change` makes of it. All streams move by the same amount.
    pub(crate) fn changed(self, change: impl FnOnce(Tensor<4>) -> Tensor<4>) -> Self {
        match self {
            Flow::One(x) => Flow::One(change(x)),
            Flow::Past { now, past } => Flow::Past { now: change(now), past },
            Flow::Streams(streams) => {
                let mean = streams::mean(streams.clone());
                let moved = change(mean.clone()) - mean;
                Flow::Streams(streams.into_iter().map(|stream| stream + moved.clone()).collect())
            }
        }
    }
}

impl Flow<TracedTensor> {
    /// Costs [`leave`](Flow::leave).
    pub(crate) fn trace_leave(self, name: &str, trace: &mut CostTrace) -> TracedTensor {
        match self {
            Flow::One(x) | Flow::Past { now: x, .. } => x,
            Flow::Streams(streams) => streams::trace_mean(name, &streams, trace),
        }
    }
}
