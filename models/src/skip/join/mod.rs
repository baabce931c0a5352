//! Defines one branch's join: it reads the [`Flow`] for the branch, writes the branch's output back, and holds what it
//! learns. A block of the backbone has one branch. A Transformer's block has two, attention and MLP.
//!
//! Every match names every style. A new style does not compile until it has answered each question here.

mod config;

use burn::module::Module;
use burn::tensor::Tensor;

pub(crate) use config::{JoinConfig, Layout};

use super::add::{Add, add};
use super::attend::Attend;
use super::concat::{Concat, concat};
use super::constrained::Constrained;
use super::fixup::Fixup;
use super::flow::Flow;
use super::gated::Gated;
use super::hyper::Hyper;
use super::none::{NoSkip, none};
use super::scaled::Scaled;
use super::stochastic::Stochastic;
use super::value::Value;
use super::weighted::Weighted;
use super::x0::X0;

/// Says what becomes of a branch's input and F(x).
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
    X0(X0),
    Attend(Attend),
    Value(Value),
}

impl Join {
    /// Returns what the branch reads.
    pub(crate) fn read<const D: usize>(&self, flow: &Flow<Tensor<D>>) -> Tensor<D> {
        let flow = flow.clone();
        match self {
            Join::Hyper(join) => join.read(&flow.into_streams()),
            Join::Constrained(join) => join.read(&flow.into_streams()),
            Join::None(_) | Join::Add(_) | Join::Concat(_) | Join::Scaled(_) | Join::Stochastic(_) => flow.leave(),
            Join::Gated(_) | Join::Weighted(_) | Join::Fixup(_) => flow.leave(),
            Join::X0(_) | Join::Attend(_) | Join::Value(_) => flow.leave(),
        }
    }

    /// Returns the flow after the branch returned `fx`.
    pub(crate) fn write<const D: usize>(&self, flow: Flow<Tensor<D>>, fx: Tensor<D>) -> Flow<Tensor<D>> {
        match self {
            Join::None(_) => Flow::One(none(flow.leave(), fx)),
            Join::Add(_) | Join::Value(_) => flow.changed(|x| add(x, fx)),
            Join::Concat(_) => Flow::One(concat(flow.leave(), fx)),
            Join::Scaled(join) => Flow::One(join.forward(flow.leave(), fx)),
            Join::Stochastic(join) => Flow::One(join.forward(flow.leave(), fx)),
            Join::Gated(join) => Flow::One(join.forward(flow.leave(), fx)),
            Join::Weighted(join) => join.write(flow, fx),
            Join::Hyper(join) => Flow::Streams(join.write(&flow.into_streams(), &fx)),
            Join::Constrained(join) => Flow::Streams(join.write(&flow.into_streams(), &fx)),
            Join::Fixup(join) => Flow::One(join.forward(flow.leave(), fx)),
            Join::X0(join) => join.write(flow, fx),
            Join::Attend(join) => join.write(flow, fx),
        }
    }

    /// Returns what the style makes of queries, keys and values side by side before attention reads them, or none if it
    /// leaves them alone. `first` are the values of the first attention that ran.
    pub(crate) fn mixes<'a>(
        &'a self,
        first: &'a mut Option<Tensor<3>>,
    ) -> Option<impl FnOnce(Tensor<3>) -> Tensor<3> + 'a> {
        if let Join::Value(join) = self { Some(|qkv| join.mix(qkv, first)) } else { None }
    }

    /// Returns whether the join adds its input to F(x), and does nothing else.
    pub(crate) fn adds(&self) -> bool {
        matches!(self, Join::Add(_))
    }

    /// Returns whether the branch is left out in this step.
    pub(crate) fn drops<const D: usize>(&self, x: &Tensor<D>) -> bool {
        match self {
            Join::Stochastic(join) => join.drops(x),
            Join::None(_) | Join::Add(_) | Join::Concat(_) | Join::Scaled(_) | Join::Gated(_) => false,
            Join::Weighted(_) | Join::Hyper(_) | Join::Constrained(_) | Join::Fixup(_) => false,
            Join::X0(_) | Join::Attend(_) | Join::Value(_) => false,
        }
    }

    /// Returns the flow without the branch. It is the unchanged flow if that is what remains of the block, and
    /// otherwise what the join makes of `zeros`, which have F(x)'s shape.
    pub(crate) fn without<const D: usize>(
        &self,
        flow: Flow<Tensor<D>>,
        zeros: impl FnOnce(&Tensor<D>) -> Tensor<D>,
    ) -> Flow<Tensor<D>> {
        match self {
            Join::None(_) | Join::Add(_) | Join::Scaled(_) | Join::Stochastic(_) | Join::Gated(_) => flow,
            Join::Fixup(_) | Join::Value(_) => flow,
            Join::Concat(_) | Join::Hyper(_) | Join::Constrained(_) => self.write_zeros(flow, zeros),
            Join::Weighted(_) | Join::X0(_) | Join::Attend(_) => self.write_zeros(flow, zeros),
        }
    }

    fn write_zeros<const D: usize>(
        &self,
        flow: Flow<Tensor<D>>,
        zeros: impl FnOnce(&Tensor<D>) -> Tensor<D>,
    ) -> Flow<Tensor<D>> {
        let zeros = zeros(&self.read(&flow));
        self.write(flow, zeros)
    }

    /// Returns whether the join belongs to its place in the stage rather than to its block, because it has as many
    /// numbers as blocks came before.
    pub(crate) fn stays_in_place(&self) -> bool {
        match self {
            Join::Weighted(_) => true,
            Join::None(_) | Join::Add(_) | Join::Concat(_) | Join::Scaled(_) | Join::Stochastic(_) => false,
            Join::Gated(_) | Join::Hyper(_) | Join::Constrained(_) | Join::Fixup(_) => false,
            Join::X0(_) | Join::Attend(_) | Join::Value(_) => false,
        }
    }
}
