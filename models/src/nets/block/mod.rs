//! Defines one residual block, or a plain one: a branch F and what joins it to its input.
//!
//! After the branch, `y = ReLU(x + F(x))` (arXiv:1512.03385, eq. 1). With pre-activation, `y = x + F(x)`, and F begins
//! with BN and ReLU (arXiv:1603.05027, eq. 1 with both maps the identity). Where the shape changes, a [`Shortcut`]
//! makes x fit.

mod config;

use burn::module::Module;
use burn::nn::BatchNorm;
use burn::nn::conv::Conv2d;
use burn::tensor::{Tensor, activation::relu, s};
use skipbench_ops::Engine;

pub(super) use config::BlockConfig;
pub use config::{BlockKind, Shortcut};

use super::branch::{Branch, Order};
use crate::probe::{At, BranchPosition, Probe, ProbePoint};
use crate::skip::ResidualSkip;
use crate::skip::add::add_relu;
use crate::skip::none::none_relu;

/// One residual (or plain) block.
#[derive(Module, Debug)]
pub(crate) struct Block {
    branch: Branch,
    projection: Option<Conv2d>,
    norm: Option<BatchNorm>,
    stride: usize,
    channels: usize,
    keeps_shape: bool,
    #[module(skip)]
    order: Order,
    #[module(skip)]
    skip: ResidualSkip,
    #[module(skip)]
    engine: Engine,
}

impl Block {
    pub(crate) fn forward<P: Probe>(&self, x: Tensor<4>, at: At, probe: &mut P) -> Tensor<4> {
        let x = probe.tensor(ProbePoint::Input(at), x);
        let y = match self.order {
            Order::Post => self.forward_post(x, at, probe),
            Order::Pre => self.forward_pre(x, at, probe),
        };
        probe.tensor(ProbePoint::Output(at), y)
    }

    fn forward_post<P: Probe>(&self, x: Tensor<4>, at: At, probe: &mut P) -> Tensor<4> {
        let position = BranchPosition::Block(at);
        // F(x) by itself is there for a probe only.
        if P::LOOKS {
            let fx = self.branch.forward(x.clone(), position, probe);
            let fx = probe.tensor(ProbePoint::Branch(at), fx);
            return relu(self.skip.join(self.shortcut(x, at, probe), fx));
        }
        match self.skip {
            ResidualSkip::None => {
                let (z, norm) = self.branch.forward_to_last_norm(x, position, probe);
                none_relu(self.engine, norm, z)
            }
            ResidualSkip::Add => {
                let shortcut = self.shortcut(x.clone(), at, probe);
                let (z, norm) = self.branch.forward_to_last_norm(x, position, probe);
                add_relu(self.engine, shortcut, norm, z)
            }
        }
    }

    fn forward_pre<P: Probe>(&self, x: Tensor<4>, at: At, probe: &mut P) -> Tensor<4> {
        let position = BranchPosition::Block(at);
        let (x, fx) = if self.projection.is_some() {
            let x = self.branch.activate(x);
            (x.clone(), self.branch.forward_activated(x, position, probe))
        } else {
            (x.clone(), self.branch.forward(x, position, probe))
        };
        let fx = probe.tensor(ProbePoint::Branch(at), fx);
        self.skip.join(self.shortcut(x, at, probe), fx)
    }

    /// Returns what the block outputs without its branch.
    pub(crate) fn without_branch<P: Probe>(&self, x: Tensor<4>, at: At, probe: &mut P) -> Tensor<4> {
        match (self.order, &self.projection) {
            (Order::Post, _) => relu(self.shortcut(x, at, probe)),
            (Order::Pre, Some(_)) => self.shortcut(self.branch.activate(x), at, probe),
            (Order::Pre, None) => self.shortcut(x, at, probe),
        }
    }

    /// Returns whether something is left without the branch: a shortcut, or a shape that stays.
    pub(crate) fn can_lose_branch(&self) -> bool {
        self.keeps_shape || self.skip.passes_input()
    }

    /// Returns whether the block can change places with another that keeps its shape.
    pub(crate) fn keeps_shape(&self) -> bool {
        self.keeps_shape
    }

    fn shortcut<P: Probe>(&self, x: Tensor<4>, at: At, probe: &mut P) -> Tensor<4> {
        let Some(projection) = &self.projection else { return self.identity(x) };
        probe.weight(ProbePoint::Shortcut(at), &projection.weight);
        let x = self.engine.conv(projection, x);
        match &self.norm {
            Some(norm) => self.engine.norm(norm, x),
            None => x,
        }
    }

    /// Returns x itself or, where the shape changes, every second pixel of it, padded with zero channels.
    fn identity(&self, x: Tensor<4>) -> Tensor<4> {
        if !self.skip.passes_input() {
            return x;
        }
        let stride = self.stride as isize;
        let x = if stride > 1 { x.slice(s![.., .., ..;stride, ..;stride]) } else { x };
        let [batch, channels, height, width] = x.dims();
        if channels == self.channels {
            return x;
        }
        let zeros: Tensor<4> = Tensor::zeros([batch, self.channels - channels, height, width], &x.device());
        let zeros = zeros.cast(x.dtype());
        Tensor::cat(vec![x, zeros], 1)
    }
}
