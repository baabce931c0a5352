//! Costs the layers that only Transformers have.

use skipbench_ops::Conv;

use super::tensor::F32;
use super::{CostTrace, TracedTensor};
use crate::cost::Cost;

impl CostTrace {
    /// Costs the embedding of patches, with bias. It saves its input. As a product of patches by weights it saves the
    /// patches, which are the images' pixels in another order and which nothing else holds.
    pub(crate) fn embed(&mut self, name: &str, images: &TracedTensor, conv: Conv) -> TracedTensor {
        let y = self.conv(name, images, conv);
        self.bias(name, conv.output);
        if let Some(layer) = self.layers.last_mut().filter(|_| self.execution.kernels.is_native()) {
            layer.cost.saved_bytes += images.bytes();
        }
        y
    }

    /// Costs GELU, then a linear layer. As one operation they save what enters GELU; otherwise each saves its input.
    pub(crate) fn gelu_linear(&mut self, name: &str, x: &TracedTensor, outputs: usize) -> TracedTensor {
        let y = self.value(x.shape.clone());
        let saved = self.save(x);
        self.push(name, "gelu", &[x], &y, saved);
        if self.execution.kernels.is_native() {
            self.again.insert(y.id);
        }
        self.linear(name, &y, outputs)
    }

    /// Costs layer normalization. It saves its input, and two numbers per token. Burn differentiates it operation by
    /// operation, and so saves the centered and the normalized input, neither of which exists outside it.
    pub(crate) fn layer_norm(&mut self, name: &str, x: &TracedTensor) -> TracedTensor {
        let y = self.value(x.shape.clone());
        let width = x.shape.last().map_or(1, |&width| width as u64);
        let params = 2 * width;
        let saved_bytes = if self.execution.kernels.is_native() {
            self.save(x).saved_bytes + 2 * x.elements() / width * F32
        } else {
            2 * x.bytes()
        };
        self.push(name, "ln", &[x], &y, Cost { params, saved_bytes, ..Cost::default() });
        y
    }

    /// Costs [`CostTrace::layer_norm`], then a linear layer. As one operation they save only what is normalized.
    pub(crate) fn norm_linear(&mut self, name: &str, x: &TracedTensor, outputs: usize) -> TracedTensor {
        let y = self.layer_norm(name, x);
        if self.execution.kernels.is_native() {
            self.again.insert(y.id);
        }
        self.linear(name, &y, outputs)
    }

    /// Costs attention between the projections `qkv` `[tokens, 3·width]` and the output projection. As one operation it
    /// saves both and a number for each query and head, and writes no scores. Burn's saves queries, keys and values.
    /// Since it differentiates the softmax operation by operation, it also saves three tensors of the scores' size: the
    /// shifted scores, their exponentials and the softmax.
    pub(crate) fn attention(&mut self, name: &str, qkv: &TracedTensor, heads: usize) -> TracedTensor {
        let [tokens, width] = [qkv.shape[0], qkv.shape[1] / 3];
        let y = self.value(vec![tokens, width]);
        let macs = 2 * (tokens * tokens * width) as u64;
        let cost = if self.execution.kernels.is_native() {
            let tensors = self.save(qkv).saved_bytes + self.save(&y).saved_bytes;
            Cost { macs, saved_bytes: tensors + (heads * tokens) as u64 * F32, ..Cost::default() }
        } else {
            let scores = (heads * tokens * tokens) as u64 * F32;
            let saved_bytes = qkv.bytes() + 3 * scores;
            Cost { macs, saved_bytes, activation_bytes: 2 * scores, traffic_bytes: 4 * scores, ..Cost::default() }
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
