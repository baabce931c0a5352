//! What flows from block to block of a stage: one tensor for most styles, several for those that remember or run in streams.

use burn::tensor::Tensor;

use super::Skip;
use crate::tape::{Tape, Value};

/// Parallel streams of hyper-connections; the paper's smallest number above one.
pub(crate) const STREAMS: usize = 2;

/// What flows from block to block: tensors in a network, [`Value`]s on the tape.
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
    /// What enters a stage with `x`.
    pub(crate) fn enter(skip: Skip, x: T) -> Self {
        match skip {
            Skip::Weighted => Flow::Past { now: x.clone(), past: vec![x] },
            Skip::Hyper | Skip::Constrained => Flow::Streams(vec![x; STREAMS]),
            _ => Flow::One(x),
        }
    }
}

impl Flow<Tensor<4>> {
    /// The one tensor that leaves a stage: of streams their mean. The paper sums them; the mean makes the network begin as
    /// exactly the additive one.
    pub(crate) fn leave(self) -> Tensor<4> {
        match self {
            Flow::One(x) | Flow::Past { now: x, .. } => x,
            Flow::Streams(streams) => {
                let count = streams.len() as f64;
                streams.into_iter().reduce(|sum, stream| sum + stream).expect("streams are never none") / count
            }
        }
    }

    /// Replaces what [`leave`](Self::leave) gives by what `change` makes of it; streams all move by the same.
    pub(crate) fn changed(self, change: impl FnOnce(Tensor<4>) -> Tensor<4>) -> Self {
        match self {
            Flow::One(x) => Flow::One(change(x)),
            Flow::Past { now, past } => Flow::Past { now: change(now), past },
            Flow::Streams(streams) => {
                let mean = Flow::Streams(streams.clone()).leave();
                let moved = change(mean.clone()) - mean;
                Flow::Streams(streams.into_iter().map(|stream| stream + moved.clone()).collect())
            }
        }
    }
}

impl Flow<Value> {
    /// Costs [`leave`](Flow::leave).
    pub(crate) fn trace_leave(self, name: &str, tape: &mut Tape) -> Value {
        match self {
            Flow::One(x) | Flow::Past { now: x, .. } => x,
            Flow::Streams(streams) => {
                let sum = tape.sum(name, &streams);
                tape.divided(name, &sum)
            }
        }
    }
}
