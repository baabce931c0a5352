//! Lists small networks that a device is checked with. Their operations together are those of every family, style and
//! way of keeping.

use skipbench_models::{Memory, Skip};

use super::numerics::Numerics;

/// One network of every family.
const FAMILIES: [&str; 5] = ["plain8-w4", "resnet8-w4", "densenet-7-4", "densenet-bc-10-4", "vit-d1-w8-h2-p4"];

/// Dense networks, whose memory a recipe can choose.
const DENSE: [&str; 2] = ["densenet-bc-10-4", "backbone-concat-10-w4"];

/// Networks wide enough to fill a microkernel's tiles, and to leave some partly filled.
const WIDE: [&str; 2] = ["resnet8-w18", "densenet-bc-10-14"];

/// One network that is tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Trial {
    pub(super) model: String,
    pub(super) memory: Memory,
}

impl Trial {
    fn new(model: impl Into<String>, memory: Memory) -> Self {
        Self { model: model.into(), memory }
    }

    /// Returns its name for people.
    pub(super) fn name(&self) -> String {
        match self.memory {
            Memory::Naive => self.model.clone(),
            memory => format!("{}, memory = \"{}\"", self.model, memory.word()),
        }
    }

    /// Returns the same network with everything kept.
    pub(super) fn keeping_everything(&self) -> Self {
        Self::new(&self.model, Memory::Naive)
    }
}

/// Returns all that a device is asked, computing with these numerics.
pub(super) fn trials(numerics: Numerics) -> Vec<Trial> {
    let backbones = Skip::of_backbones().map(|skip| format!("backbone-{skip}-10-w4"));
    let joined = Skip::of_transformers().filter(|skip| !matches!(skip, Skip::None | Skip::Add));
    let transformers = joined.map(|skip| format!("vit-{skip}-d2-w8-h2-p4"));
    let wide = WIDE.into_iter().filter(|_| numerics.kernels.is_native()).map(str::to_owned);
    let naive = FAMILIES.into_iter().map(str::to_owned).chain(backbones).chain(transformers).chain(wide);
    let dense =
        DENSE.into_iter().flat_map(|model| [Memory::Shared, Memory::Recompute].map(|memory| Trial::new(model, memory)));
    naive.map(|model| Trial::new(model, Memory::Naive)).chain(dense).collect()
}
