//! Costs fused operations, which save less than the operations that they are made of.

use std::collections::HashSet;

use skipbench_ops::Conv;

use super::{CostTrace, TracedTensor};
use crate::inputs::execution::{Execution, Memory};

impl CostTrace {
    /// Returns how the network computes.
    pub(crate) fn execution(&self) -> Execution {
        self.execution
    }

    /// Begins a stage of blocks that is one operation, which `x` enters. Its features are saved once, at its end.
    /// Inputs of convolutions are saved only if they are not computed again.
    pub(crate) fn enter_stage(&mut self, x: &TracedTensor) {
        self.features = Some(HashSet::from([x.id]));
    }

    /// Ends a stage, which `x` leaves. It does nothing if none was begun.
    pub(crate) fn leave_stage(&mut self, x: &TracedTensor) {
        if self.features.take().is_some() {
            let saved = self.save(x);
            if let Some(layer) = self.layers.last_mut() {
                layer.cost += saved;
            }
        }
    }

    /// Costs [`CostTrace::batch_norm_relu`] under the first name, then [`CostTrace::conv`] under the second. The
    /// convolution's input is not saved if both are one operation, or if a stage computes it again.
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
