//! Defines one block's join: it reads the [`Flow`] for the branch, writes the branch's output back, and holds what it
//! learns.
//!
//! Every match names every style. A new style does not compile until it has answered each question here.

use burn::module::Module;
use burn::tensor::Tensor;

use super::add::{self, Add, add};
use super::concat::{self, Concat, concat};
use super::constrained::Constrained;
use super::fixup::Fixup;
use super::flow::Flow;
use super::gated::Gated;
use super::hyper::Hyper;
use super::none::{self, NoSkip, none};
use super::scaled::Scaled;
use super::stochastic::{Steps, Stochastic};
use super::style::Skip;
use super::weighted::Weighted;
use crate::cost::trace::{CostTrace, TracedTensor};
use crate::inputs::init::Weights;

/// Configures a [`Join`].
#[derive(Debug, Clone, Copy)]
pub(crate) struct JoinConfig {
    pub(crate) skip: Skip,
    /// Number of channels of F(x).
    pub(crate) channels: usize,
    /// Place of the block in its stage, from 0.
    pub(crate) position: usize,
    /// Place of the block in the network, from 1.
    pub(crate) block: usize,
    /// Number of blocks of the network.
    pub(crate) blocks: usize,
}

/// Says what a block does with its input and F(x).
#[derive(Module, Debug)]
pub(crate) enum Join {
    None(NoSkip),
    Add(Add),
    Concat(Concat),
    Scaled(Scaled),
    Stochastic(Stochastic),
    Gated(Gated),
    Weighted(Weighted),
    Hyper(Hyper),
    Constrained(Constrained),
    Fixup(Fixup),
}

impl JoinConfig {
    /// Draws the join from a separate stream, so branches begin alike under every style.
    pub(crate) fn init(&self, weights: &Weights, seed: u64, steps: &Steps) -> Join {
        let stream = &mut weights.aside(self.block as u64);
        match self.skip {
            Skip::None => Join::None(NoSkip),
            Skip::Add => Join::Add(Add),
            Skip::Concat => Join::Concat(Concat),
            Skip::Scaled => Join::Scaled(Scaled::init(stream)),
            Skip::Stochastic => Join::Stochastic(Stochastic::init(self.block, self.blocks, seed, steps.clone())),
            Skip::Gated => Join::Gated(Gated::init(self.channels, stream)),
            Skip::Weighted => Join::Weighted(Weighted::init(self.position, stream)),
            Skip::Hyper => Join::Hyper(Hyper::init(self.block, stream)),
            Skip::Constrained => Join::Constrained(Constrained::init(self.block, stream)),
            Skip::Fixup => Join::Fixup(Fixup::init(stream)),
        }
    }

    /// Costs [`Join::read`].
    pub(crate) fn trace_read(&self, name: &str, flow: &Flow<TracedTensor>, trace: &mut CostTrace) -> TracedTensor {
        let flow = flow.clone();
        match self.skip {
            Skip::Hyper => Hyper::trace_read(name, &flow.into_streams(), trace),
            Skip::Constrained => Constrained::trace_read(name, &flow.into_streams(), trace),
            Skip::None | Skip::Add | Skip::Concat | Skip::Scaled | Skip::Stochastic => flow.trace_leave(name, trace),
            Skip::Gated | Skip::Weighted | Skip::Fixup => flow.trace_leave(name, trace),
        }
    }

    /// Costs [`Join::write`].
    pub(crate) fn trace_write(
        &self,
        name: &str,
        flow: Flow<TracedTensor>,
        fx: &TracedTensor,
        trace: &mut CostTrace,
    ) -> Flow<TracedTensor> {
        let x = |flow: Flow<TracedTensor>, trace: &mut CostTrace| flow.trace_leave(name, trace);
        match self.skip {
            Skip::None => Flow::One(none::trace(fx)),
            Skip::Add => Flow::One(add::trace(name, &x(flow, trace), fx, trace)),
            Skip::Concat => Flow::One(concat::trace(name, &x(flow, trace), fx, trace)),
            Skip::Scaled => Flow::One(Scaled::trace(name, x(flow, trace), fx, trace)),
            Skip::Stochastic => Flow::One(Stochastic::trace(name, &x(flow, trace), fx, trace)),
            Skip::Gated => Flow::One(Gated::trace(name, x(flow, trace), fx, trace)),
            Skip::Weighted => Weighted::trace(name, flow, fx, trace),
            Skip::Hyper => Flow::Streams(Hyper::trace_write(name, &flow.into_streams(), fx, trace)),
            Skip::Constrained => Flow::Streams(Constrained::trace_write(name, &flow.into_streams(), fx, trace)),
            Skip::Fixup => Flow::One(Fixup::trace(name, x(flow, trace), fx, trace)),
        }
    }
}

impl Join {
    /// Returns what the branch reads.
    pub(crate) fn read(&self, flow: &Flow<Tensor<4>>) -> Tensor<4> {
        let flow = flow.clone();
        match self {
            Join::Hyper(join) => join.read(&flow.into_streams()),
            Join::Constrained(join) => join.read(&flow.into_streams()),
            Join::None(_) | Join::Add(_) | Join::Concat(_) | Join::Scaled(_) | Join::Stochastic(_) => flow.leave(),
            Join::Gated(_) | Join::Weighted(_) | Join::Fixup(_) => flow.leave(),
        }
    }

    /// Returns the flow after the branch returned `fx`.
    pub(crate) fn write(&self, flow: Flow<Tensor<4>>, fx: Tensor<4>) -> Flow<Tensor<4>> {
        match self {
            Join::None(_) => Flow::One(none(flow.leave(), fx)),
            Join::Add(_) => Flow::One(add(flow.leave(), fx)),
            Join::Concat(_) => Flow::One(concat(flow.leave(), fx)),
            Join::Scaled(join) => Flow::One(join.forward(flow.leave(), fx)),
            Join::Stochastic(join) => Flow::One(join.forward(flow.leave(), fx)),
            Join::Gated(join) => Flow::One(join.forward(flow.leave(), fx)),
            Join::Weighted(join) => join.write(flow, fx),
            Join::Hyper(join) => Flow::Streams(join.write(&flow.into_streams(), &fx)),
            Join::Constrained(join) => Flow::Streams(join.write(&flow.into_streams(), &fx)),
            Join::Fixup(join) => Flow::One(join.forward(flow.leave(), fx)),
        }
    }

    /// Returns whether the block is left out in this step.
    pub(crate) fn drops(&self, x: &Tensor<4>) -> bool {
        match self {
            Join::Stochastic(join) => join.drops(x),
            Join::None(_) | Join::Add(_) | Join::Concat(_) | Join::Scaled(_) | Join::Gated(_) => false,
            Join::Weighted(_) | Join::Hyper(_) | Join::Constrained(_) | Join::Fixup(_) => false,
        }
    }

    /// Returns the flow without the branch. It is the unchanged flow if that is what remains of the block, and
    /// otherwise what the join makes of `zeros`, which have F(x)'s shape.
    pub(crate) fn without(
        &self,
        flow: Flow<Tensor<4>>,
        zeros: impl FnOnce(&Tensor<4>) -> Tensor<4>,
    ) -> Flow<Tensor<4>> {
        match self {
            Join::None(_) | Join::Add(_) | Join::Scaled(_) | Join::Stochastic(_) | Join::Gated(_) => flow,
            Join::Fixup(_) => flow,
            Join::Concat(_) | Join::Weighted(_) | Join::Hyper(_) | Join::Constrained(_) => {
                let zeros = zeros(&self.read(&flow));
                self.write(flow, zeros)
            }
        }
    }

    /// Returns whether the join belongs to its place in the stage rather than to its block, because it has as many
    /// numbers as blocks came before.
    pub(crate) fn stays_in_place(&self) -> bool {
        match self {
            Join::Weighted(_) => true,
            Join::None(_) | Join::Add(_) | Join::Concat(_) | Join::Scaled(_) | Join::Stochastic(_) => false,
            Join::Gated(_) | Join::Hyper(_) | Join::Constrained(_) | Join::Fixup(_) => false,
        }
    }
}
