//! The tape on which a network is costed. Nothing here builds a network or opens a device.
//!
//! A model's `trace` walks a [`CostTrace`] exactly as its `forward` walks tensors; every operation appends to the
//! current [`Layer`] what it costs for one image in f32.

mod fused;
mod join;

use std::collections::HashSet;

use crate::conv::Conv;
use crate::cost::{Cost, Images, Layer};
use crate::execution::Execution;

/// Bytes of one f32.
const F32: u64 = 4;
/// Bytes of one pooling index: Burn's flex keeps them as i64.
const INDEX: u64 = 8;

/// A tensor on the tape: its shape for one image and an identity, so that a tensor saved twice counts once.
#[derive(Debug, Clone)]
pub struct Value {
    id: usize,
    shape: Vec<usize>,
}

impl Value {
    /// Shape for one image.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// Channels of a feature map, or the width of a vector.
    pub fn channels(&self) -> usize {
        self.shape[0]
    }

    fn elements(&self) -> u64 {
        self.shape.iter().map(|&n| n as u64).product()
    }

    fn bytes(&self) -> u64 {
        self.elements() * F32
    }
}

/// A spatial size fell below one pixel.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("layer `{layer}` would shrink a {size}×{size} map to nothing")]
pub struct TooSmall {
    /// The layer.
    pub layer: String,
    /// Side of the map that arrives there.
    pub size: usize,
}

/// Records a network's operations and their costs.
#[derive(Debug, Default)]
pub struct CostTrace {
    layers: Vec<Layer>,
    values: usize,
    saved: HashSet<usize>,
    execution: Execution,
    /// Results of normalizations, and of additions to them.
    normalized: HashSet<usize>,
    added: HashSet<usize>,
    /// What the backward pass computes again.
    again: HashSet<usize>,
    /// Within a stage that is one operation: its features, each the beginning of the next.
    features: Option<HashSet<usize>>,
    too_small: Option<TooSmall>,
}

impl CostTrace {
    /// An empty tape and the images that enter it, for a network that computes by `execution`.
    pub fn start(images: Images, execution: Execution) -> (CostTrace, Value) {
        let mut trace = CostTrace { execution, ..CostTrace::default() };
        let input = trace.value(vec![images.channels, images.size, images.size]);
        // Whoever trains holds the images anyway: that the first layer holds them too costs nothing.
        trace.saved.insert(input.id);
        (trace, input)
    }

    /// The layer table, first to last.
    ///
    /// # Errors
    /// The first layer that would have produced an empty map.
    pub fn finish(self) -> Result<Vec<Layer>, TooSmall> {
        match self.too_small {
            Some(error) => Err(error),
            None => Ok(self.layers),
        }
    }

    /// A convolution without bias. Saves its input.
    pub fn conv(&mut self, name: &str, x: &Value, conv: Conv) -> Value {
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

    /// Adds the bias of the convolution or free parameter before.
    pub fn bias(&mut self, name: &str, params: usize) {
        if let Some(layer) = self.layers.iter_mut().rev().find(|layer| layer.name == name) {
            layer.cost.params += params as u64;
        }
    }

    /// Batch normalization. Saves its input; the statistics, two numbers a channel and batch, are left out.
    pub fn batch_norm(&mut self, name: &str, x: &Value) -> Value {
        let y = self.value(x.shape.clone());
        self.normalized.insert(y.id);
        let part = self.features.as_ref().is_some_and(|features| features.contains(&x.id));
        let saved = if part { Cost::default() } else { self.save(x) };
        self.push(name, "bn", &[x], &y, Cost { params: 2 * x.channels() as u64, ..saved });
        y
    }

    /// ReLU. Saves its input; as one operation with a normalization nothing, with an addition to it its output.
    pub fn relu(&mut self, name: &str, x: &Value) -> Value {
        let y = self.value(x.shape.clone());
        let own = self.execution.kernels.own() || self.features.is_some();
        let saved = match own {
            true if self.normalized.contains(&x.id) => Cost::default(),
            true if self.added.contains(&x.id) => self.save(&y),
            _ => self.save(x),
        };
        self.push(name, "relu", &[x], &y, saved);
        y
    }

    /// GELU. Saves its input.
    pub fn gelu(&mut self, name: &str, x: &Value) -> Value {
        let y = self.value(x.shape.clone());
        let saved = self.save(x);
        self.push(name, "gelu", &[x], &y, saved);
        y
    }

    /// [`CostTrace::batch_norm`], then [`CostTrace::relu`].
    pub fn batch_norm_relu(&mut self, name: &str, x: &Value) -> Value {
        let y = self.batch_norm(name, x);
        self.relu(name, &y)
    }

    /// The parameter-free shortcut: every `stride`-th pixel, then zero channels up to `channels`.
    pub fn subsample_pad(&mut self, name: &str, x: &Value, stride: usize, channels: usize) -> Value {
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

    /// 2×2 average pooling, stride 2. Saves its input.
    pub fn avg_pool(&mut self, name: &str, x: &Value) -> Value {
        let side = self.side(name, x, 2, 2, 0);
        let y = self.value(vec![x.channels(), side, side]);
        let saved = self.save(x);
        self.push(name, "avgpool", &[x], &y, saved);
        y
    }

    /// 3×3 max pooling, stride 2, padding 1. Saves its input and an index for each output.
    pub fn max_pool(&mut self, name: &str, x: &Value) -> Value {
        let side = self.side(name, x, 3, 2, 1);
        let y = self.value(vec![x.channels(), side, side]);
        let mut saved = self.save(x);
        saved.saved_bytes += y.elements() * INDEX;
        self.push(name, "maxpool", &[x], &y, saved);
        y
    }

    /// Global average pooling; a mean saves nothing.
    pub fn global_pool(&mut self, name: &str, x: &Value) -> Value {
        let y = self.value(vec![x.channels()]);
        self.push(name, "pool", &[x], &y, Cost::default());
        y
    }

    /// A linear layer with bias on the last axis. Saves its input.
    pub fn linear(&mut self, name: &str, x: &Value, outputs: usize) -> Value {
        let inputs = x.shape.last().copied().unwrap_or(1);
        let mut shape = x.shape.clone();
        if let Some(last) = shape.last_mut() {
            *last = outputs;
        }
        let y = self.value(shape);
        let rows = x.elements() / inputs as u64;
        let weights = (inputs * outputs) as u64;
        let saved = self.save(x);
        self.push(name, "linear", &[x], &y, Cost { params: weights + outputs as u64, macs: weights * rows, ..saved });
        y
    }

    /// Fixup's shift of every number by one that is learned. Saves nothing.
    pub fn shift(&mut self, name: &str, x: &Value) -> Value {
        let y = self.value(x.shape.clone());
        self.push(name, "shift", &[x], &y, Cost { params: 1, ..Cost::default() });
        y
    }

    /// Layer normalization. Burn differentiates it operation by operation and so saves the centered and the
    /// normalized input, neither of which exists outside it.
    pub fn layer_norm(&mut self, name: &str, x: &Value) -> Value {
        let y = self.value(x.shape.clone());
        let params = 2 * x.shape.last().map_or(0, |&width| width as u64);
        self.push(name, "ln", &[x], &y, Cost { params, saved_bytes: 2 * x.bytes(), ..Cost::default() });
        y
    }

    /// Attention between the projections `qkv` `[tokens, 3·width]` and the output projection. Saves queries, keys and
    /// values and, since Burn differentiates the softmax operation by operation, three tensors of the scores' size: the
    /// shifted scores, their exponentials and the softmax.
    pub fn attention(&mut self, name: &str, qkv: &Value, heads: usize) -> Value {
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

    /// Feature map `[width, side, side]` to tokens `[side² + 1, width]`: adds the class token and the positions.
    pub fn tokens(&mut self, name: &str, x: &Value) -> Value {
        let tokens = x.shape[1] * x.shape[2] + 1;
        let width = x.channels();
        let y = self.value(vec![tokens, width]);
        self.push(name, "tokens", &[x], &y, Cost { params: ((tokens + 1) * width) as u64, ..Cost::default() });
        y
    }

    /// The class token alone: `[tokens, width]` to `[width]`.
    pub fn class_token(&mut self, name: &str, x: &Value) -> Value {
        let y = self.value(vec![x.shape[1]]);
        self.push(name, "class token", &[&y], &y, Cost::default());
        y
    }

    fn value(&mut self, shape: Vec<usize>) -> Value {
        self.values += 1;
        Value { id: self.values, shape }
    }

    /// The bytes that saving `x` adds: none if something saved it before.
    fn save(&mut self, x: &Value) -> Cost {
        let saved_bytes = if self.saved.insert(x.id) { x.bytes() } else { 0 };
        Cost { saved_bytes, ..Cost::default() }
    }

    /// Output side of a sliding window; remembers the first layer whose window does not fit.
    fn side(&mut self, name: &str, x: &Value, kernel: usize, stride: usize, padding: usize) -> usize {
        let size = x.shape[1];
        let padded = size + 2 * padding;
        if padded < kernel {
            self.too_small.get_or_insert(TooSmall { layer: name.to_owned(), size });
            return 1;
        }
        (padded - kernel) / stride + 1
    }

    fn push(&mut self, name: &str, kind: &str, inputs: &[&Value], y: &Value, cost: Cost) {
        let read: u64 = inputs.iter().map(|input| input.bytes()).sum();
        let cost = Cost {
            activation_bytes: cost.activation_bytes + y.bytes(),
            traffic_bytes: cost.traffic_bytes + read + y.bytes(),
            ..cost
        };
        match self.layers.last_mut().filter(|layer| layer.name == name) {
            Some(layer) => {
                layer.kind = format!("{} {kind}", layer.kind);
                layer.shape = y.shape.clone();
                layer.cost += cost;
            }
            None => {
                self.layers.push(Layer { name: name.to_owned(), kind: kind.to_owned(), shape: y.shape.clone(), cost })
            }
        }
    }
}
