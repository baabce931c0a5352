//! How a device is asked to compute, and what it is compared with.

use skipbench_models::{Execution, Kernels, Memory};

use crate::cell::Cell;
use crate::cell::recipe::Precision;
use crate::device::{Backend, DeviceId};

/// What the reference computes on and by.
pub(super) const REFERENCE: (DeviceId, Numerics) =
    (DeviceId { backend: Backend::Flex, index: 0 }, Numerics { kernels: Kernels::Burn, precision: Precision::F32 });

/// How a device is asked to compute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Numerics {
    /// By whose kernels.
    pub kernels: Kernels,
    /// In what.
    pub precision: Precision,
}

impl Numerics {
    /// What is to be checked before `cell` runs: single precision wherever another device than the CPU computes, and
    /// what the cell itself asks for. Nothing where it is the reference itself that computes.
    pub fn of(cell: &Cell) -> Vec<Self> {
        let Execution { kernels, memory } = cell.recipe.execution();
        let asked = Self { kernels, precision: cell.recipe.precision };
        if cell.device != REFERENCE.0 {
            return vec![Self { precision: Precision::F32, ..REFERENCE.1 }, Self { kernels: Kernels::Burn, ..asked }];
        }
        let reference = asked == REFERENCE.1 && memory == Memory::Naive;
        if reference { Vec::new() } else { vec![asked] }
    }

    /// For people: `in f32 by Burn's kernels`, which it is by on every device but the CPU, and in half precision.
    pub fn describe(self, id: DeviceId) -> String {
        let choice = id.backend == Backend::Flex && self.precision == Precision::F32;
        let kernels = match self.kernels {
            Kernels::Skipbench if choice => "skipbench's kernels",
            Kernels::SkipbenchBf16 if choice => "skipbench's kernels with products in bf16",
            _ => "Burn's kernels",
        };
        format!("in {} by {kernels}", self.precision.word())
    }

    /// Relative differences above this are errors. In f32 sums in another order differ by less. Half precision rounds
    /// every result by up to 0.4 % (bf16) and 0.05 % (f16), products in bf16 what they multiply.
    pub fn tolerance(self) -> f64 {
        match (self.precision, self.kernels) {
            (Precision::Bf16, _) => 3e-2,
            (_, Kernels::SkipbenchBf16) => 1.5e-2,
            (Precision::F16, _) => 1e-2,
            (Precision::F32, _) => 1e-3,
        }
    }
}
