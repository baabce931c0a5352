//! A Transformer block: attention and an MLP, each with its own skip.

use burn::module::Module;
use burn::nn::{LayerNorm, Linear};
use burn::tensor::Tensor;
use skipbench_ops::{Branch, Engine};

use crate::cost::trace::{CostTrace, TracedTensor};
use crate::inputs::init::{LAYER_NORM_EPSILON, Weights};
use crate::probe::{At, Probe, ProbePoint};
use crate::skip::ResidualSkip;

/// Configuration of a [`Block`].
#[derive(Debug, Clone, Copy)]
pub(super) struct BlockConfig {
    pub(super) width: usize,
    pub(super) heads: usize,
    /// Width of the MLP's hidden layer.
    pub(super) hidden: usize,
    pub(super) attention_skip: ResidualSkip,
    pub(super) mlp_skip: ResidualSkip,
}

impl BlockConfig {
    /// Draws the block's weights.
    pub(super) fn init(&self, weights: &mut Weights) -> Block {
        Block {
            attention_norm: weights.layer_norm(self.width),
            qkv: weights.linear(self.width, 3 * self.width),
            projection: weights.linear(self.width, self.width),
            mlp_norm: weights.layer_norm(self.width),
            up: weights.linear(self.width, self.hidden),
            down: weights.linear(self.hidden, self.width),
            heads: self.heads,
            attention_skip: self.attention_skip,
            mlp_skip: self.mlp_skip,
            engine: weights.execution.kernels.engine(),
        }
    }

    /// Costs the block.
    pub(super) fn trace(&self, name: &str, x: &TracedTensor, trace: &mut CostTrace) -> TracedTensor {
        let (attention, mlp) = (format!("{name}.attention"), format!("{name}.mlp"));
        let fx = trace.norm_linear(&attention, x, 3 * self.width);
        let fx = trace.attention(&attention, &fx, self.heads);
        let fx = trace.linear(&attention, &fx, self.width);
        let x = self.attention_skip.trace(&attention, x, &fx, trace);
        let fx = trace.norm_linear(&mlp, &x, self.hidden);
        let fx = trace.gelu_linear(&mlp, &fx, self.width);
        self.mlp_skip.trace(&mlp, &x, &fx, trace)
    }
}

/// Attention and MLP, each with its own skip.
#[derive(Module, Debug)]
pub(super) struct Block {
    attention_norm: LayerNorm,
    qkv: Linear,
    projection: Linear,
    mlp_norm: LayerNorm,
    up: Linear,
    down: Linear,
    heads: usize,
    #[module(skip)]
    attention_skip: ResidualSkip,
    #[module(skip)]
    mlp_skip: ResidualSkip,
    #[module(skip)]
    engine: Engine,
}

impl Block {
    pub(super) fn forward<P: Probe>(&self, x: Tensor<3>, at: At, probe: &mut P) -> Tensor<3> {
        if !P::LOOKS {
            return self.run(x);
        }
        let x = probe.tensor(ProbePoint::Input(at), x);
        probe.weight(ProbePoint::Qkv(at), &self.qkv.weight);
        probe.weight(ProbePoint::Attention(at), &self.projection.weight);
        let fx = probe.tensor(ProbePoint::Attention(at), self.attend(self.norm(&self.attention_norm, x.clone())));
        let x = self.attention_skip.join(x, fx);
        probe.weight(ProbePoint::Up(at), &self.up.weight);
        probe.weight(ProbePoint::Mlp(at), &self.down.weight);
        let fx = self.engine.linear(&self.up, self.norm(&self.mlp_norm, x.clone()));
        let fx = self.engine.gelu_linear(&self.down, fx);
        self.mlp_skip.join(x, probe.tensor(ProbePoint::Mlp(at), fx))
    }

    /// The same, each branch one operation where that can be: nobody looks at what is between.
    fn run(&self, x: Tensor<3>) -> Tensor<3> {
        let how =
            |skip: ResidualSkip| Branch { epsilon: LAYER_NORM_EPSILON, heads: self.heads, skip: skip.passes_input() };
        let layers = [&self.qkv, &self.projection];
        let x = self.engine.attention_branch(&self.attention_norm, layers, x, how(self.attention_skip));
        self.engine.mlp_branch(&self.mlp_norm, [&self.up, &self.down], x, how(self.mlp_skip))
    }

    fn norm(&self, norm: &LayerNorm, x: Tensor<3>) -> Tensor<3> {
        self.engine.layer_norm(norm, LAYER_NORM_EPSILON, x)
    }

    /// Multi-head self-attention: `[batch, tokens, width]` to the same.
    fn attend(&self, x: Tensor<3>) -> Tensor<3> {
        let y = self.engine.attention(self.engine.linear(&self.qkv, x), self.heads);
        self.engine.linear(&self.projection, y)
    }
}
