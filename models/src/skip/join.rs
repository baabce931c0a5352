//! One block's join: what reads the [`Flow`] for the branch and writes the branch's output back, with what it learns.

use burn::module::Module;
use burn::tensor::Tensor;

use super::Skip;
use super::flow::Flow;
use super::gated::Gated;
use super::scaled::Scaled;
use super::stochastic::{Steps, Stochastic};
use super::streams::Streams;
use super::weighted::Weighted;
use crate::init::Weights;
use crate::tape::{Tape, Value};

/// Configuration of a [`Join`].
#[derive(Debug, Clone, Copy)]
pub(crate) struct JoinConfig {
    pub(crate) skip: Skip,
    /// Channels of F(x).
    pub(crate) channels: usize,
    /// Place in its stage, from 0.
    pub(crate) position: usize,
    /// Place in the network, from 1.
    pub(crate) block: usize,
    /// Blocks of the network.
    pub(crate) blocks: usize,
}

/// A join without parameters.
#[derive(Module, Debug)]
pub(crate) struct Fixed {
    #[module(skip)]
    skip: Skip,
}

/// What a block does with its input and F(x).
#[derive(Module, Debug)]
pub(crate) enum Join {
    Fixed(Fixed),
    Scaled(Scaled),
    Stochastic(Stochastic),
    Gated(Gated),
    Weighted(Weighted),
    Streams(Streams),
}

impl JoinConfig {
    /// Draws from a stream of its own, so that branches begin alike under every style.
    pub(crate) fn init(&self, weights: &Weights, seed: u64, steps: &Steps) -> Join {
        let own = &mut weights.aside(self.block as u64);
        match self.skip {
            Skip::None | Skip::Add | Skip::Concat => Join::Fixed(Fixed { skip: self.skip }),
            Skip::Scaled => Join::Scaled(Scaled::init(0.0, own)),
            Skip::Fixup => Join::Scaled(Scaled::init(1.0, own)),
            Skip::Stochastic => Join::Stochastic(Stochastic::init(self.block, self.blocks, seed, steps.clone())),
            Skip::Gated => Join::Gated(Gated::init(self.channels, own)),
            Skip::Weighted => Join::Weighted(Weighted::init(self.position, own)),
            Skip::Hyper | Skip::Constrained => {
                Join::Streams(Streams::init(self.block, self.skip == Skip::Constrained, own))
            }
        }
    }

    /// Costs [`Join::read`].
    pub(crate) fn trace_read(&self, name: &str, flow: &Flow<Value>, tape: &mut Tape) -> Value {
        match flow {
            Flow::One(x) | Flow::Past { now: x, .. } => x.clone(),
            Flow::Streams(streams) => Streams::trace_read(name, streams, tape),
        }
    }

    /// Costs [`Join::write`].
    pub(crate) fn trace_write(&self, name: &str, flow: Flow<Value>, fx: &Value, tape: &mut Tape) -> Flow<Value> {
        match flow {
            Flow::Streams(streams) => Flow::Streams(Streams::trace_write(name, &streams, fx, tape)),
            Flow::Past { now, mut past } => {
                past.push(tape.sum(name, &[now, fx.clone()]));
                Flow::Past { now: Weighted::trace(name, &past, tape), past }
            }
            Flow::One(x) => Flow::One(match self.skip {
                Skip::Scaled | Skip::Fixup => Scaled::trace(name, x, fx, tape),
                Skip::Gated => Gated::trace(name, x, fx, tape),
                _ => tape.join(name, self.skip, &x, fx),
            }),
        }
    }
}

impl Join {
    /// What the branch reads.
    pub(crate) fn read(&self, flow: &Flow<Tensor<4>>) -> Tensor<4> {
        match (self, flow) {
            (Join::Streams(numbers), Flow::Streams(streams)) => numbers.read(streams),
            (_, flow) => flow.clone().leave(),
        }
    }

    /// Whether the block is left out in this step.
    pub(crate) fn drops(&self, x: &Tensor<4>) -> bool {
        matches!(self, Join::Stochastic(chance) if chance.drops(x))
    }

    /// What goes on after the branch gave `fx`.
    pub(crate) fn write(&self, flow: Flow<Tensor<4>>, fx: Tensor<4>) -> Flow<Tensor<4>> {
        match (self, flow) {
            (Join::Streams(numbers), Flow::Streams(streams)) => Flow::Streams(numbers.write(&streams, fx)),
            (Join::Weighted(weights), Flow::Past { now, mut past }) => {
                past.push(now + fx);
                Flow::Past { now: weights.forward(&past), past }
            }
            (join, flow) => Flow::One(join.pair(flow.leave(), fx)),
        }
    }

    fn pair(&self, x: Tensor<4>, fx: Tensor<4>) -> Tensor<4> {
        match self {
            Join::Fixed(Fixed { skip }) => skip.join(x, fx),
            Join::Scaled(scaled) => scaled.forward(x, fx),
            Join::Stochastic(chance) => chance.forward(x, fx),
            Join::Gated(gated) => gated.forward(x, fx),
            Join::Weighted(_) | Join::Streams(_) => x + fx,
        }
    }

    /// What goes on without the branch: the flow as it is where that is what remains of the block, else what the join makes
    /// of `zeros`, of F(x)'s shape.
    pub(crate) fn without(
        &self,
        flow: Flow<Tensor<4>>,
        zeros: impl FnOnce(&Tensor<4>) -> Tensor<4>,
    ) -> Flow<Tensor<4>> {
        match self {
            Join::Fixed(Fixed { skip: Skip::Concat }) | Join::Weighted(_) | Join::Streams(_) => {
                let zeros = zeros(&self.read(&flow));
                self.write(flow, zeros)
            }
            _ => flow,
        }
    }

    /// Whether it belongs to its place in the stage rather than to its block.
    pub(crate) fn is_of_place(&self) -> bool {
        matches!(self, Join::Weighted(_))
    }
}
