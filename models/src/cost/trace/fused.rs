//! What is one operation, and so saves less than the operations that it is made of.

use std::collections::HashSet;

use skipbench_ops::Conv;

use super::{CostTrace, TracedTensor};
use crate::inputs::execution::{Execution, Memory};

impl CostTrace {
    /// How the network computes.
    pub(crate) fn execution(&self) -> Execution {
        self.execution
    }

    /// Begins a stage of blocks that is one operation, which `x` enters. Its features are saved once, at its end, and
    /// inputs of convolutions only if they are not computed again.
    pub(crate) fn enter_stage(&mut self, x: &TracedTensor) {
        self.features = Some(HashSet::from([x.id]));
    }

    /// Ends a stage, which `x` leaves; nothing where none was begun.
    pub(crate) fn leave_stage(&mut self, x: &TracedTensor) {
        if self.features.take().is_some() {
            let saved = self.save(x);
            if let Some(layer) = self.layers.last_mut() {
                layer.cost += saved;
            }
        }
    }

    /// [`CostTrace::batch_norm_relu`] of the first name, then [`CostTrace::conv`] of the second. What is convolved is
    /// not saved where both are one operation, or where a stage computes it again.
    pub(crate) fn norm_relu_conv(&mut self, (norm, name): (&str, &str), x: &TracedTensor, conv: Conv) -> TracedTensor {
        let y = self.batch_norm_relu(norm, x);
        let again = match self.features {
            Some(_) => self.execution.memory == Memory::Recompute,
            None => self.execution.kernels.is_native(),
        };
        if again {
            self.again.insert(y.id);
        }
        self.conv(name, &y, conv)
    }
}
