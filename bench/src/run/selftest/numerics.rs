//! Defines how a device is asked to compute, and what it is compared with.

use skipbench_models::{Execution, Kernels, Memory};

use crate::cell::Cell;
use crate::cell::recipe::Precision;
use crate::device::{Backend, DeviceId};

/// Device and numerics of the reference.
pub(super) const REFERENCE: (DeviceId, Numerics) =
    (DeviceId { backend: Backend::Flex, index: 0 }, Numerics { kernels: Kernels::Burn, precision: Precision::F32 });

/// Says how a device is asked to compute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Numerics {
    /// Whose kernels compute.
    pub kernels: Kernels,
    /// Number format that they compute in.
    pub precision: Precision,
}

impl Numerics {
    /// Returns what is to be checked before `cell` runs: single precision on every device other than the CPU, and what
    /// the cell itself asks for. There is nothing to check where the reference itself computes.
    pub fn of(cell: &Cell) -> Vec<Self> {
        let Execution { kernels, memory } = cell.recipe.execution();
        let asked = Self { kernels, precision: cell.recipe.precision };
        if cell.device != REFERENCE.0 {
            return vec![Self { precision: Precision::F32, ..REFERENCE.1 }, Self { kernels: Kernels::Burn, ..asked }];
        }
        let reference = asked == REFERENCE.1 && memory == Memory::Naive;
        if reference { Vec::new() } else { vec![asked] }
    }

    /// Describes it for people: `in f32 by Burn's kernels`. These are used on every device except the CPU, and in half
    /// precision.
    pub fn describe(self, id: DeviceId) -> String {
        let choice = id.backend == Backend::Flex && self.precision == Precision::F32;
        let kernels = match self.kernels {
            Kernels::Skipbench if choice => "skipbench's kernels",
            Kernels::SkipbenchBf16 if choice => "skipbench's kernels with products in bf16",
            _ => "Burn's kernels",
        };
        format!("in {} by {kernels}", self.precision.word())
    }

    /// Returns the relative difference above which a loss is wrong. In f32 sums in another order differ by less. Half
    /// precision rounds every result by up to 0.4 % (bf16) and 0.05 % (f16); products in bf16 round their factors.
    pub fn tolerance(self) -> f64 {
        match (self.precision, self.kernels) {
            (Precision::Bf16, _) => 3e-2,
            (_, Kernels::SkipbenchBf16) => 1.5e-2,
            (Precision::F16, _) => 1e-2,
            (Precision::F32, _) => 1e-3,
        }
    }
}
