//! Defines what a [`Join`] is built and costed from: its style, and where in the network its branch is.

use super::Join;
use crate::cost::trace::{CostTrace, TracedTensor};
use crate::inputs::init::Weights;
use crate::skip::add::{self, Add};
use crate::skip::attend::Attend;
use crate::skip::concat::{self, Concat};
use crate::skip::constrained::Constrained;
use crate::skip::fixup::Fixup;
use crate::skip::flow::Flow;
use crate::skip::gated::Gated;
use crate::skip::hyper::Hyper;
use crate::skip::none::{self, NoSkip};
use crate::skip::scaled::Scaled;
use crate::skip::stochastic::{Steps, Stochastic};
use crate::skip::style::Skip;
use crate::skip::value::Value;
use crate::skip::weighted::Weighted;
use crate::skip::x0::X0;

/// Configures a [`Join`].
#[derive(Debug, Clone, Copy)]
pub(crate) struct JoinConfig {
    pub(crate) skip: Skip,
    /// What the branch works on.
    pub(crate) layout: Layout,
    /// Number of channels, or the width, of F(x).
    pub(crate) channels: usize,
    /// Place of the block in its stage, from 0.
    pub(crate) position: usize,
    /// Whether the branch is the last of its block. In a Transformer's block the MLP is.
    pub(crate) ends_block: bool,
    /// Place of the branch in the network, from 1.
    pub(crate) branch: usize,
    /// Number of branches of the network.
    pub(crate) branches: usize,
}

/// Says what a branch works on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Layout {
    /// `[batch, channels, height, width]`.
    Maps,
    /// `[batch, tokens, width]`.
    Tokens,
}

impl JoinConfig {
    /// Draws the join from a separate stream, so branches begin alike under every style.
    pub(crate) fn init(&self, weights: &Weights, seed: u64, steps: &Steps) -> Join {
        let stream = &mut weights.aside(self.branch as u64);
        match self.style() {
            Skip::None => Join::None(NoSkip),
            Skip::Add => Join::Add(Add),
            Skip::Concat => Join::Concat(Concat),
            Skip::Scaled => Join::Scaled(Scaled::init(stream)),
            Skip::Stochastic => Join::Stochastic(Stochastic::init(self.branch, self.branches, seed, steps.clone())),
            Skip::Gated => Join::Gated(self.gate(stream)),
            Skip::Weighted => Join::Weighted(Weighted::init(self.position, stream)),
            Skip::Hyper => Join::Hyper(Hyper::init(self.branch, stream)),
            Skip::Constrained => Join::Constrained(Constrained::init(self.branch, stream)),
            Skip::Fixup => Join::Fixup(Fixup::init(stream)),
            Skip::X0 => Join::X0(X0::init(stream)),
            Skip::Attend => Join::Attend(Attend::init(self.channels, stream)),
            Skip::Value => Join::Value(Value::init(self.position, stream)),
        }
    }

    fn gate(&self, weights: &mut Weights) -> Gated {
        match self.layout {
            Layout::Maps => Gated::of_maps(self.channels, weights),
            Layout::Tokens => Gated::of_tokens(self.channels, weights),
        }
    }

    /// Returns the style that joins this branch. Averages run over whole blocks, and within a block branches are added.
    /// Only attention has values.
    fn style(&self) -> Skip {
        match self.skip {
            Skip::Weighted | Skip::X0 if !self.ends_block => Skip::Add,
            Skip::Value if self.ends_block => Skip::Add,
            skip => skip,
        }
    }

    /// Costs [`Join::read`].
    pub(crate) fn trace_read(&self, name: &str, flow: &Flow<TracedTensor>, trace: &mut CostTrace) -> TracedTensor {
        let flow = flow.clone();
        match self.style() {
            Skip::Hyper => Hyper::trace_read(name, &flow.into_streams(), trace),
            Skip::Constrained => Constrained::trace_read(name, &flow.into_streams(), trace),
            Skip::None | Skip::Add | Skip::Concat | Skip::Scaled | Skip::Stochastic => flow.trace_leave(name, trace),
            Skip::Gated | Skip::Weighted | Skip::Fixup => flow.trace_leave(name, trace),
            Skip::X0 | Skip::Attend | Skip::Value => flow.trace_leave(name, trace),
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
        match self.style() {
            Skip::None => Flow::One(none::trace(fx)),
            Skip::Add | Skip::Value => flow.trace_changed(|x| add::trace(name, &x, fx, trace)),
            Skip::Concat => Flow::One(concat::trace(name, &x(flow, trace), fx, trace)),
            Skip::Scaled => Flow::One(Scaled::trace(name, x(flow, trace), fx, trace)),
            Skip::Stochastic => Flow::One(Stochastic::trace(name, &x(flow, trace), fx, trace)),
            Skip::Gated => Flow::One(Gated::trace(name, x(flow, trace), fx, trace)),
            Skip::Weighted => Weighted::trace(name, flow, fx, trace),
            Skip::Hyper => Flow::Streams(Hyper::trace_write(name, &flow.into_streams(), fx, trace)),
            Skip::Constrained => Flow::Streams(Constrained::trace_write(name, &flow.into_streams(), fx, trace)),
            Skip::Fixup => Flow::One(Fixup::trace(name, x(flow, trace), fx, trace)),
            Skip::X0 => X0::trace(name, flow, fx, trace),
            Skip::Attend => Attend::trace(name, flow, fx, trace),
        }
    }

    /// Returns whether the style changes queries, keys and values before attention reads them.
    pub(crate) fn mixes(&self) -> bool {
        self.style() == Skip::Value
    }

    /// Costs [`Join::mixes`] of queries, keys and values side by side.
    pub(crate) fn trace_values(&self, name: &str, qkv: &TracedTensor, trace: &mut CostTrace) {
        if self.mixes() {
            Value::trace(self.position, name, qkv, trace);
        }
    }
}
