//! Defines what flows from branch to branch of a stage, or of a Transformer: one tensor for most styles, several for
//! those that remember or run in streams.

use burn::tensor::Tensor;

use super::streams::{self, STREAMS};
use super::style::Skip;
use crate::cost::trace::{CostTrace, TracedTensor};

/// Holds what flows from branch to branch: tensors in a network, [`TracedTensor`]s in a cost trace.
#[derive(Debug, Clone)]
pub(crate) enum Flow<T> {
    /// The output of the last join.
    One(T),
    /// The output of the last join, and everything else that later joins read, beginning with what entered first.
    Past { now: T, past: Vec<T> },
    /// Streams of one shape.
    Streams(Vec<T>),
}

impl<T: Clone> Flow<T> {
    /// Returns the flow where `x` enters the first of several branches under one skip.
    pub(crate) fn enter(skip: Skip, x: T) -> Self {
        if skip.remembers() { Flow::Past { now: x.clone(), past: vec![x] } } else { Flow::One(x) }
    }

    /// Returns the streams. A flow that is none yet becomes as many copies.
    pub(super) fn into_streams(self) -> Vec<T> {
        match self {
            Flow::Streams(streams) => streams,
            Flow::One(x) | Flow::Past { now: x, .. } => vec![x; STREAMS],
        }
    }

    /// Returns the output of the last join, and all that is remembered. If nothing is remembered yet, what `leave`
    /// returns is both.
    pub(super) fn into_past(self, leave: impl FnOnce(Self) -> T) -> (T, Vec<T>) {
        match self {
            Flow::Past { now, past } => (now, past),
            flow => {
                let x = leave(flow);
                (x.clone(), vec![x])
            }
        }
    }
}

impl<const D: usize> Flow<Tensor<D>> {
    /// Returns the one tensor that leaves. For streams it is their mean.
    pub(crate) fn leave(self) -> Tensor<D> {
        match self {
            Flow::One(x) | Flow::Past { now: x, .. } => x,
            Flow::Streams(streams) => streams::mean(streams),
        }
    }

    /// Replaces what [`leave`](Self::leave) returns by what `change` makes of it. All streams move by the same amount.
    pub(crate) fn changed(self, change: impl FnOnce(Tensor<D>) -> Tensor<D>) -> Self {
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

    /// Costs [`changed`](Flow::changed) of a flow without streams.
    pub(super) fn trace_changed(self, change: impl FnOnce(TracedTensor) -> TracedTensor) -> Self {
        match self {
            Flow::One(x) => Flow::One(change(x)),
            Flow::Past { now, past } => Flow::Past { now: change(now), past },
            streams @ Flow::Streams(_) => streams,
        }
    }
}
