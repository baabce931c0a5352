//! Costs the layers of convolutional networks.

use skipbench_ops::Conv;

use super::{CostTrace, TracedTensor};
use crate::cost::Cost;

/// Bytes of one pooling index. Burn's flex keeps them as i64.
const INDEX: u64 = 8;

impl CostTrace {
    /// Costs a convolution without bias. It saves its input.
    pub(crate) fn conv(&mut self, name: &str, x: &TracedTensor, conv: Conv) -> TracedTensor {
        let kind = match conv.stride {
            1 => format!("conv{0}×{0}", conv.kernel),
            stride => format!("conv{0}×{0}/{stride}", conv.kernel),
        };
        let side = self.side(name, x, conv.kernel, conv.stride, conv.padding);
        let y = self.value(vec![conv.output, side, side]);
        let weights = (conv.input * conv.output * conv.kernel * conv.kernel) as u64;
        let saved = if self.again.contains(&x.id) { Cost::default() } else { self.save(x) };
        self.push(name, &kind, &[x], &y, Cost { params: weights, macs: weights * (side * side) as u64, ..saved });
        y
    }

    /// Adds the bias of the convolution or free parameter before it.
    pub(crate) fn bias(&mut self, name: &str, params: usize) {
        if let Some(layer) = self.layers.iter_mut().rev().find(|layer| layer.name == name) {
            layer.cost.params += params as u64;
        }
    }

    /// Costs batch normalization. It saves its input; the statistics, two numbers per channel and batch, are left out.
    pub(crate) fn batch_norm(&mut self, name: &str, x: &TracedTensor) -> TracedTensor {
        let y = self.value(x.shape.clone());
        self.normalized.insert(y.id);
        let part = self.features.as_ref().is_some_and(|features| features.contains(&x.id));
        let saved = if part { Cost::default() } else { self.save(x) };
        self.push(name, "bn", &[x], &y, Cost { params: 2 * x.channels() as u64, ..saved });
        y
    }

    /// Costs ReLU. It saves its input; as one operation with a normalization it saves nothing, and with an addition to
    /// that it saves its output.
    pub(crate) fn relu(&mut self, name: &str, x: &TracedTensor) -> TracedTensor {
        let y = self.value(x.shape.clone());
        let fused = self.execution.kernels.is_native() || self.features.is_some();
        let saved = if fused && self.normalized.contains(&x.id) {
            Cost::default()
        } else if fused && self.added.contains(&x.id) {
            self.save(&y)
        } else {
            self.save(x)
        };
        self.push(name, "relu", &[x], &y, saved);
        y
    }

    /// Costs [`CostTrace::batch_norm`], then [`CostTrace::relu`].
    pub(crate) fn batch_norm_relu(&mut self, name: &str, x: &TracedTensor) -> TracedTensor {
        let y = self.batch_norm(name, x);
        self.relu(name, &y)
    }

    /// Costs the parameter-free shortcut: every `stride`-th pixel, then zero channels up to `channels`.
    pub(crate) fn subsample_pad(
        &mut self,
        name: &str,
        x: &TracedTensor,
        stride: usize,
        channels: usize,
    ) -> TracedTensor {
        let mut y = x.clone();
        if stride > 1 {
            let side = x.shape[1].div_ceil(stride);
            y = self.value(vec![x.channels(), side, side]);
            self.push(name, "subsample", &[x], &y, Cost::default());
        }
        if channels > x.channels() {
            let narrow = y;
            y = self.value(vec![channels, narrow.shape[1], narrow.shape[2]]);
            self.push(name, "pad", &[&narrow], &y, Cost::default());
        }
        y
    }

    /// Costs 2×2 average pooling with stride 2. It saves its input.
    pub(crate) fn avg_pool(&mut self, name: &str, x: &TracedTensor) -> TracedTensor {
        let side = self.side(name, x, 2, 2, 0);
        let y = self.value(vec![x.channels(), side, side]);
        let saved = self.save(x);
        self.push(name, "avgpool", &[x], &y, saved);
        y
    }

    /// Costs 3×3 max pooling with stride 2 and padding 1. It saves its input and an index for each output.
    pub(crate) fn max_pool(&mut self, name: &str, x: &TracedTensor) -> TracedTensor {
        let side = self.side(name, x, 3, 2, 1);
        let y = self.value(vec![x.channels(), side, side]);
        let mut saved = self.save(x);
        saved.saved_bytes += y.elements() * INDEX;
        self.push(name, "maxpool", &[x], &y, saved);
        y
    }

    /// Costs global average pooling. A mean saves nothing.
    pub(crate) fn global_pool(&mut self, name: &str, x: &TracedTensor) -> TracedTensor {
        let y = self.value(vec![x.channels()]);
        self.push(name, "pool", &[x], &y, Cost::default());
        y
    }

    /// Costs a linear layer with bias on the last axis. It saves its input, unless that is computed again.
    pub(crate) fn linear(&mut self, name: &str, x: &TracedTensor, outputs: usize) -> TracedTensor {
        let inputs = x.shape.last().copied().unwrap_or(1);
        let mut shape = x.shape.clone();
        if let Some(last) = shape.last_mut() {
            *last = outputs;
        }
        let y = self.value(shape);
        let rows = x.elements() / inputs as u64;
        let weights = (inputs * outputs) as u64;
        let saved = if self.again.contains(&x.id) { Cost::default() } else { self.save(x) };
        self.push(name, "linear", &[x], &y, Cost { params: weights + outputs as u64, macs: weights * rows, ..saved });
        y
    }

    /// Costs Fixup's shift of every number by a learned one. It saves nothing.
    pub(crate) fn shift(&mut self, name: &str, x: &TracedTensor) -> TracedTensor {
        let y = self.value(x.shape.clone());
        self.push(name, "shift", &[x], &y, Cost { params: 1, ..Cost::default() });
        y
    }
}
