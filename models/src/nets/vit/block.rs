//! Defines a Transformer block's two branches, attention and an MLP. Their joins are in [`joins`](super::joins).

use burn::module::Module;
use burn::nn::{LayerNorm, Linear};
use burn::tensor::Tensor;
use burn::tensor::activation::gelu;
use burn::tensor::module::attention;

use crate::cost::trace::{CostTrace, TracedTensor};
use crate::inputs::init::Weights;
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
        let fx = trace.layer_norm(name, x);
        let fx = trace.linear(name, &fx, 3 * self.width);
        join.trace_values(name, &fx, trace);
        let fx = trace.attention(name, &fx, self.heads);
        trace.linear(name, &fx, self.width)
    }

    /// Costs the MLP.
    pub(super) fn trace_mlp(&self, name: &str, x: &TracedTensor, trace: &mut CostTrace) -> TracedTensor {
        let fx = trace.layer_norm(name, x);
        let fx = trace.linear(name, &fx, self.hidden);
        let fx = trace.gelu(name, &fx);
        trace.linear(name, &fx, self.width)
    }
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
}

impl Block {
    /// Computes attention on `x`. The values, `[batch, heads, tokens, width of a head]`, pass through `values`.
    pub(super) fn attention<P: Probe>(
        &self,
        x: Tensor<3>,
        values: impl FnOnce(Tensor<4>) -> Tensor<4>,
        at: At,
        probe: &mut P,
    ) -> Tensor<3> {
        let x = probe.tensor(ProbePoint::Input(at), x);
        probe.weight(ProbePoint::Qkv(at), &self.qkv.weight);
        probe.weight(ProbePoint::Attention(at), &self.projection.weight);
        probe.tensor(ProbePoint::Attention(at), self.attend(self.attention_norm.forward(x), values))
    }

    /// Computes the MLP on `x`.
    pub(super) fn mlp<P: Probe>(&self, x: Tensor<3>, at: At, probe: &mut P) -> Tensor<3> {
        probe.weight(ProbePoint::Up(at), &self.up.weight);
        probe.weight(ProbePoint::Mlp(at), &self.down.weight);
        let fx = self.down.forward(gelu(self.up.forward(self.mlp_norm.forward(x))));
        probe.tensor(ProbePoint::Mlp(at), fx)
    }

    /// Computes multi-head self-attention, from `[batch, tokens, attention_input]` to `[batch, tokens, width]`.
    fn attend(&self, x: Tensor<3>, values: impl FnOnce(Tensor<4>) -> Tensor<4>) -> Tensor<3> {
        let ([batch, tokens, _], width) = (x.dims(), self.width);
        let qkv = self.qkv.forward(x).reshape([batch, tokens, 3 * self.heads, width / self.heads]).swap_dims(1, 2);
        let part = |index: usize| qkv.clone().narrow(1, index * self.heads, self.heads);
        let y = attention(part(0), part(1), values(part(2)), None, None, Default::default());
        self.projection.forward(y.swap_dims(1, 2).reshape([batch, tokens, width]))
    }

    /// Returns zeros in the shape of either branch's output.
    pub(super) fn zeros(&self, x: &Tensor<3>) -> Tensor<3> {
        let [batch, tokens, _] = x.dims();
        let zeros: Tensor<3> = Tensor::zeros([batch, tokens, self.width], &x.device());
        zeros.cast(x.dtype())
    }
}
