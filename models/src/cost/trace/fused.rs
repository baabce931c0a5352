//! What is one operation, and so saves less than the operations that it is made of.

use std::collections::HashSet;

use super::{CostTrace, Value};
use crate::conv::Conv;
use crate::execution::Memory;

impl CostTrace {
    /// Begins a stage of blocks that concatenate, which `x` enters. Unless the memory is naive it is one operation: its
    /// features are saved once, at its end, and inputs of convolutions only if they are not computed again.
    pub fn enter_stage(&mut self, x: &Value) {
        if self.execution.memory != Memory::Naive {
            self.features = Some(HashSet::from([x.id]));
        }
    }

    /// Ends a stage, which `x` leaves.
    pub fn leave_stage(&mut self, x: &Value) {
        if self.features.take().is_some() {
            let saved = self.save(x);
            if let Some(layer) = self.layers.last_mut() {
                layer.cost += saved;
            }
        }
    }

    /// [`CostTrace::batch_norm_relu`] of the first name, then [`CostTrace::conv`] of the second. What is convolved is not saved where both
    /// are one operation, or where a stage computes it again.
    pub fn norm_relu_conv(&mut self, (norm, name): (&str, &str), x: &Value, conv: Conv) -> Value {
        let y = self.batch_norm_relu(norm, x);
        let again = match self.features {
            Some(_) => self.execution.memory == Memory::Recompute,
            None => self.execution.kernels.own(),
        };
        if again {
            self.again.insert(y.id);
        }
        self.conv(name, &y, conv)
    }
}
