//! Provides the trace by which a network is costed. Nothing here builds a network or opens a device.
//!
//! A model's `trace` walks a [`CostTrace`] exactly as its `forward` walks tensors. Every operation appends to the
//! current [`Layer`] what it costs for one image in f32.

mod combine;
mod depth;
mod fused;
mod layers;
mod tensor;
mod transformer;

use std::collections::HashSet;

pub(crate) use tensor::TracedTensor;

use crate::cost::{Cost, Layer};
use crate::error::SpecError;
use crate::inputs::execution::Execution;
use crate::inputs::images::Images;

/// Records a network's operations and their costs.
#[derive(Debug, Default)]
pub(crate) struct CostTrace {
    layers: Vec<Layer>,
    values: usize,
    saved: HashSet<usize>,
    execution: Execution,
    /// Results of normalizations, and of additions to them.
    normalized: HashSet<usize>,
    added: HashSet<usize>,
    /// Tensors that the backward pass computes again.
    again: HashSet<usize>,
    /// Features of a stage that is one operation, each the beginning of the next.
    features: Option<HashSet<usize>>,
    /// The first layer whose window does not fit.
    too_small: Option<SpecError>,
}

impl CostTrace {
    /// Creates an empty trace and the images that enter it, for a network that computes by `execution`.
    pub(crate) fn start(images: Images, execution: Execution) -> (CostTrace, TracedTensor) {
        let mut trace = CostTrace { execution, ..CostTrace::default() };
        let input = trace.value(vec![images.channels, images.size, images.size]);
        // Whoever trains holds the images anyway: that the first layer holds them too costs nothing.
        trace.saved.insert(input.id);
        (trace, input)
    }

    /// Returns the layer table, first to last.
    ///
    /// # Errors
    /// Returns the first layer that would have produced an empty map.
    pub(crate) fn finish(self) -> Result<Vec<Layer>, SpecError> {
        match self.too_small {
            Some(error) => Err(error),
            None => Ok(self.layers),
        }
    }

    fn value(&mut self, shape: Vec<usize>) -> TracedTensor {
        self.values += 1;
        TracedTensor { id: self.values, shape }
    }

    /// Returns the bytes that saving `x` adds: none if something saved it before.
    fn save(&mut self, x: &TracedTensor) -> Cost {
        let saved_bytes = if self.saved.insert(x.id) { x.bytes() } else { 0 };
        Cost { saved_bytes, ..Cost::default() }
    }

    /// Returns the output side of a sliding window, and remembers the first layer whose window does not fit.
    fn side(&mut self, name: &str, x: &TracedTensor, kernel: usize, stride: usize, padding: usize) -> usize {
        let size = x.shape[1];
        let padded = size + 2 * padding;
        if padded < kernel {
            let fix = format!(
                "layer `{name}` would shrink a {size}×{size} map to nothing; use larger images or fewer stages"
            );
            self.too_small.get_or_insert(SpecError::new("size", size, fix));
            return 1;
        }
        (padded - kernel) / stride + 1
    }

    fn push(&mut self, name: &str, kind: &str, inputs: &[&TracedTensor], y: &TracedTensor, cost: Cost) {
        let read: u64 = inputs.iter().map(|input| input.bytes()).sum();
        let cost = Cost {
            activation_bytes: cost.activation_bytes + y.bytes(),
            traffic_bytes: cost.traffic_bytes + read + y.bytes(),
            ..cost
        };
        match self.layers.last_mut().filter(|layer| layer.name == name) {
            Some(layer) => {
                // An operation that is part of the one before has no word.
                if !kind.is_empty() {
                    layer.kind = format!("{} {kind}", layer.kind);
                }
                layer.shape = y.shape.clone();
                layer.cost += cost;
            }
            None => {
                self.layers.push(Layer { name: name.to_owned(), kind: kind.to_owned(), shape: y.shape.clone(), cost })
            }
        }
    }
}
