//! Costs the layers that only Transformers have.

use super::tensor::F32;
use super::{CostTrace, TracedTensor};
use crate::cost::Cost;

impl CostTrace {
    /// Costs GELU. It saves its input.
    pub(crate) fn gelu(&mut self, name: &str, x: &TracedTensor) -> TracedTensor {
        let y = self.value(x.shape.clone());
        let saved = self.save(x);
        self.push(name, "gelu", &[x], &y, saved);
        y
    }

    /// Costs layer normalization. Burn differentiates it operation by operation, and so saves the centered and the
    /// normalized input, neither of which exists outside it.
    pub(crate) fn layer_norm(&mut self, name: &str, x: &TracedTensor) -> TracedTensor {
        let y = self.value(x.shape.clone());
        let params = 2 * x.shape.last().map_or(0, |&width| width as u64);
        self.push(name, "ln", &[x], &y, Cost { params, saved_bytes: 2 * x.bytes(), ..Cost::default() });
        y
    }

    /// Costs attention between the projections `qkv` `[tokens, 3·width]` and the output projection. It saves queries,
    /// keys and values. Since Burn differentiates the softmax operation by operation, it also saves three tensors of
    /// the scores' size: the shifted scores, their exponentials and the softmax.
    pub(crate) fn attention(&mut self, name: &str, qkv: &TracedTensor, heads: usize) -> TracedTensor {
        let [tokens, width] = [qkv.shape[0], qkv.shape[1] / 3];
        let scores = (heads * tokens * tokens) as u64;
        let y = self.value(vec![tokens, width]);
        let cost = Cost {
            macs: 2 * (tokens * tokens * width) as u64,
            saved_bytes: qkv.bytes() + 3 * scores * F32,
            activation_bytes: 2 * scores * F32,
            traffic_bytes: 4 * scores * F32,
            ..Cost::default()
        };
        self.push(name, "attention", &[qkv], &y, cost);
        y
    }

    /// Turns a feature map `[width, side, side]` into tokens `[side² + 1, width]`: adds the class token and the
    /// positions.
    pub(crate) fn tokens(&mut self, name: &str, x: &TracedTensor) -> TracedTensor {
        let tokens = x.shape[1] * x.shape[2] + 1;
        let width = x.channels();
        let y = self.value(vec![tokens, width]);
        self.push(name, "tokens", &[x], &y, Cost { params: ((tokens + 1) * width) as u64, ..Cost::default() });
        y
    }

    /// Takes the class token alone: `[tokens, width]` to `[width]`.
    pub(crate) fn class_token(&mut self, name: &str, x: &TracedTensor) -> TracedTensor {
        let y = self.value(vec![x.shape[1]]);
        self.push(name, "class token", &[&y], &y, Cost::default());
        y
    }
}
