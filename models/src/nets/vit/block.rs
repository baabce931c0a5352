//! Defines a Transformer block's two branches, attention and an MLP. Their joins are in [`joins`](super::joins).

use burn::module::Module;
use burn::nn::{LayerNorm, Linear};
use burn::tensor::Tensor;
use skipbench_ops::{Branch, Engine};

use crate::cost::trace::{CostTrace, TracedTensor};
use crate::inputs::init::{LAYER_NORM_EPSILON, Weights};
use crate::probe::{At, Probe, ProbePoint};
use crate::skip::join::JoinConfig;

/// Configures a [`Block`].
#[derive(Debug, Clone, Copy)]
pub(super) struct BlockConfig {
    /// Width of what attention reads.
    pub(super) attention_input: usize,
    /// Width of what the MLP reads.
    pub(super) mlp_input: usize,
    /// Width of the output of each, which is also the width in which attention works.
    pub(super) width: usize,
    pub(super) heads: usize,
    /// Width of the MLP's hidden layer.
    pub(super) hidden: usize,
}

impl BlockConfig {
    /// Draws the block's weights.
    pub(super) fn init(&self, weights: &mut Weights) -> Block {
        Block {
            attention_norm: weights.layer_norm(self.attention_input),
            qkv: weights.linear(self.attention_input, 3 * self.width),
            projection: weights.linear(self.width, self.width),
            mlp_norm: weights.layer_norm(self.mlp_input),
            up: weights.linear(self.mlp_input, self.hidden),
            down: weights.linear(self.hidden, self.width),
            heads: self.heads,
            width: self.width,
            engine: weights.execution.kernels.engine(),
        }
    }

    /// Costs attention. `join` costs what it makes of the values.
    pub(super) fn trace_attention(
        &self,
        name: &str,
        x: &TracedTensor,
        join: &JoinConfig,
        trace: &mut CostTrace,
    ) -> TracedTensor {
        let at_once = self.attention_input == self.width && !join.mixes();
        let fx = trace_first(name, x, 3 * self.width, at_once, trace);
        join.trace_values(name, &fx, trace);
        let fx = trace.attention(name, &fx, self.heads);
        trace.linear(name, &fx, self.width)
    }

    /// Costs the MLP.
    pub(super) fn trace_mlp(&self, name: &str, x: &TracedTensor, trace: &mut CostTrace) -> TracedTensor {
        let fx = trace_first(name, x, self.hidden, self.mlp_input == self.width, trace);
        trace.gelu_linear(name, &fx, self.width)
    }
}

/// Costs the normalization and first layer of a branch, which is one operation from end to end if it can run `at_once`.
fn trace_first(name: &str, x: &TracedTensor, outputs: usize, at_once: bool, trace: &mut CostTrace) -> TracedTensor {
    if at_once {
        return trace.norm_linear(name, x, outputs);
    }
    let normal = trace.layer_norm(name, x);
    trace.linear(name, &normal, outputs)
}

/// Holds the weights of attention and the MLP.
#[derive(Module, Debug)]
pub(super) struct Block {
    attention_norm: LayerNorm,
    qkv: Linear,
    projection: Linear,
    mlp_norm: LayerNorm,
    up: Linear,
    down: Linear,
    heads: usize,
    width: usize,
    #[module(skip)]
    engine: Engine,
}

impl Block {
    /// Computes attention on `x`. Queries, keys and values, `[batch, tokens, 3 · width]`, pass through `mix` if there is
    /// one.
    pub(super) fn attention<P: Probe>(
        &self,
        x: Tensor<3>,
        mix: Option<impl FnOnce(Tensor<3>) -> Tensor<3>>,
        at: At,
        probe: &mut P,
    ) -> Tensor<3> {
        if !P::LOOKS && mix.is_none() && self.is_square(&x) {
            return self.attention_at_once(x, false);
        }
        let x = probe.tensor(ProbePoint::Input(at), x);
        probe.weight(ProbePoint::Qkv(at), &self.qkv.weight);
        probe.weight(ProbePoint::Attention(at), &self.projection.weight);
        let qkv = self.engine.linear(&self.qkv, self.norm(&self.attention_norm, x));
        let qkv = if let Some(mix) = mix { mix(qkv) } else { qkv };
        let y = self.engine.attention(qkv, self.heads);
        probe.tensor(ProbePoint::Attention(at), self.engine.linear(&self.projection, y))
    }

    /// Computes the MLP on `x`.
    pub(super) fn mlp<P: Probe>(&self, x: Tensor<3>, at: At, probe: &mut P) -> Tensor<3> {
        if !P::LOOKS && self.is_square(&x) {
            return self.mlp_at_once(x, false);
        }
        probe.weight(ProbePoint::Up(at), &self.up.weight);
        probe.weight(ProbePoint::Mlp(at), &self.down.weight);
        let fx = self.engine.linear(&self.up, self.norm(&self.mlp_norm, x));
        probe.tensor(ProbePoint::Mlp(at), self.engine.gelu_linear(&self.down, fx))
    }

    /// Computes attention as one operation, to which `skip` adds `x`.
    pub(super) fn attention_at_once(&self, x: Tensor<3>, skip: bool) -> Tensor<3> {
        self.engine.attention_branch(&self.attention_norm, [&self.qkv, &self.projection], x, self.branch(skip))
    }

    /// Computes the MLP as one operation, to which `skip` adds `x`.
    pub(super) fn mlp_at_once(&self, x: Tensor<3>, skip: bool) -> Tensor<3> {
        self.engine.mlp_branch(&self.mlp_norm, [&self.up, &self.down], x, self.branch(skip))
    }

    fn branch(&self, skip: bool) -> Branch {
        Branch { epsilon: LAYER_NORM_EPSILON, heads: self.heads, skip }
    }

    /// Returns whether a branch's output is as wide as `x`, which a branch as one operation wants.
    fn is_square(&self, x: &Tensor<3>) -> bool {
        x.dims()[2] == self.width
    }

    fn norm(&self, norm: &LayerNorm, x: Tensor<3>) -> Tensor<3> {
        self.engine.layer_norm(norm, LAYER_NORM_EPSILON, x)
    }

    /// Returns zeros in the shape of either branch's output.
    pub(super) fn zeros(&self, x: &Tensor<3>) -> Tensor<3> {
        let [batch, tokens, _] = x.dims();
        let zeros: Tensor<3> = Tensor::zeros([batch, tokens, self.width], &x.device());
        zeros.cast(x.dtype())
    }
}
