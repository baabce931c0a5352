//! What flows from branch to branch of a stage, or of a Transformer: one tensor for most styles, several for those that
//! remember or run in streams.

use burn::tensor::Tensor;

use super::streams::{self, STREAMS};
use super::style::Skip;
use crate::cost::trace::{CostTrace, TracedTensor};

/// What flows from branch to branch: tensors in a network, [`TracedTensor`]s in a cost trace.
#[derive(Debug, Clone)]
pub(crate) enum Flow<T> {
    /// What the last join gave.
    One(T),
    /// What the last join gave and all that the next ones read besides: what entered first.
    Past { now: T, past: Vec<T> },
    /// Streams of one shape.
    Streams(Vec<T>),
}

impl<T: Clone> Flow<T> {
    /// What begins where `x` enters the first of several branches under one skip.
    pub(crate) fn enter(skip: Skip, x: T) -> Self {
        if skip.remembers() { Flow::Past { now: x.clone(), past: vec![x] } } else { Flow::One(x) }
    }

    /// The streams; what is none yet becomes as many copies.
    pub(super) fn into_streams(self) -> Vec<T> {
        match self {
            Flow::Streams(streams) => streams,
            Flow::One(x) | Flow::Past { now: x, .. } => vec![x; STREAMS],
        }
    }

    /// What the last join gave, and all that is remembered; where nothing is yet, what `leave` gives is both.
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
    /// The one tensor that leaves: of streams their mean.
    pub(crate) fn leave(self) -> Tensor<D> {
        match self {
            Flow::One(x) | Flow::Past { now: x, .. } => x,
            Flow::Streams(streams) => streams::mean(streams),
        }
    }

    /// Replaces what [`leave`](Self::leave) gives by what `change` makes of it; streams all move by the same.
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

    /// Costs [`changed`](Flow::changed) of a flow that is no streams.
    pub(super) fn trace_changed(self, change: impl FnOnce(TracedTensor) -> TracedTensor) -> Self {
        match self {
            Flow::One(x) => Flow::One(change(x)),
            Flow::Past { now, past } => Flow::Past { now: change(now), past },
            streams @ Flow::Streams(_) => streams,
        }
    }
}
