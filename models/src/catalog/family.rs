//! Describes families as sweeps over width. For each depth (and compression) there is one member per width or growth
//! rate, cheapest first.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::fixed::Fixed;
use super::sweep::{
    WidthSweep, backbones, compressions, densenets, gated_vits, growing_backbones, growing_vits, resnets, vits,
};
use crate::inputs::images::Images;
use crate::nets::DenseKind;
use crate::skip::{ResidualSkip, Skip};
use crate::spec::words;

/// A family that can be searched for a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Family {
    /// CIFAR residual networks without the addition.
    Plain,
    /// CIFAR residual networks, option A.
    Resnet,
    /// CIFAR DenseNets without bottlenecks.
    Densenet,
    /// CIFAR DenseNets with bottlenecks and compression.
    DensenetBc,
    /// Vision Transformers.
    Vit,
    /// Vision Transformers that concatenate: each branch reads all that came before.
    VitConcat,
    /// Vision Transformers with gates.
    VitGated,
    /// The controlled backbone without skips.
    BackboneNone,
    /// The controlled backbone with addition.
    BackboneAdd,
    /// The controlled backbone with concatenation.
    BackboneConcat,
}

impl fmt::Display for Family {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl Family {
    /// Every family.
    pub const ALL: [Family; 10] = [
        Family::Plain,
        Family::Resnet,
        Family::Densenet,
        Family::DensenetBc,
        Family::Vit,
        Family::VitConcat,
        Family::VitGated,
        Family::BackboneNone,
        Family::BackboneAdd,
        Family::BackboneConcat,
    ];

    /// Returns the word used in suites and on the command line.
    pub fn word(self) -> &'static str {
        match self {
            Family::Plain => words::PLAIN,
            Family::Resnet => words::RESNET,
            Family::Densenet => words::DENSENET,
            Family::DensenetBc => words::DENSENET_BC,
            Family::Vit => words::VIT,
            Family::VitConcat => "vit-concat",
            Family::VitGated => "vit-gated",
            Family::BackboneNone => "backbone-none",
            Family::BackboneAdd => "backbone-add",
            Family::BackboneConcat => "backbone-concat",
        }
    }

    /// Returns the first key of `fixed` that this family's members do not have.
    pub(super) fn lacks(self, fixed: &Fixed) -> Option<&'static str> {
        let dense = matches!(self, Family::Densenet | Family::DensenetBc);
        let grows = dense || matches!(self, Family::BackboneConcat | Family::VitConcat);
        let keys = [
            ("width", fixed.width.is_some() && dense),
            ("growth", fixed.growth.is_some() && !grows),
            ("compression", fixed.compression.is_some() && !dense),
        ];
        keys.into_iter().find(|(_, lacking)| *lacking).map(|(key, _)| key)
    }

    /// Returns every sweep of the family that agrees with what is fixed.
    pub(super) fn sweeps(self, images: Images, fixed: &Fixed) -> Vec<WidthSweep> {
        let depths = fixed.depth.map_or_else(|| self.depths(), |depth| vec![depth]);
        depths.into_iter().flat_map(|depth| self.sweeps_at(depth, images, fixed)).collect()
    }

    fn depths(self) -> Vec<usize> {
        match self {
            Family::Plain | Family::Resnet => (1..=33).map(|n| 6 * n + 2).collect(),
            Family::Densenet => (1..=62).map(|n| 3 * n + 4).collect(),
            Family::DensenetBc | Family::BackboneNone | Family::BackboneAdd | Family::BackboneConcat => {
                (1..=33).map(|n| 6 * n + 4).collect()
            }
            Family::Vit | Family::VitConcat | Family::VitGated => (1..=24).collect(),
        }
    }

    fn sweeps_at(self, depth: usize, images: Images, fixed: &Fixed) -> Vec<WidthSweep> {
        match self {
            Family::Plain => vec![resnets(depth, ResidualSkip::None, fixed)],
            Family::Resnet => vec![resnets(depth, ResidualSkip::Add, fixed)],
            Family::Densenet => vec![densenets(depth, DenseKind::Basic, fixed.compression, fixed)],
            Family::DensenetBc => match fixed.compression {
                Some(theta) => vec![densenets(depth, DenseKind::Bc, Some(theta), fixed)],
                None => compressions().map(|theta| densenets(depth, DenseKind::Bc, theta, fixed)).collect(),
            },
            Family::Vit => [2, 3, 4].map(|heads| vits(depth, heads, images, fixed)).into(),
            Family::VitConcat => {
                [2, 3, 4].into_iter().flat_map(|heads| growing_vits(depth, heads, images, fixed)).collect()
            }
            Family::VitGated => [2, 3, 4].map(|heads| gated_vits(depth, heads, images, fixed)).into(),
            Family::BackboneNone => vec![backbones(depth, Skip::None, fixed)],
            Family::BackboneAdd => vec![backbones(depth, Skip::Add, fixed)],
            Family::BackboneConcat => vec![growing_backbones(depth, fixed)],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Family;
    use crate::skip::Skip;
    use crate::spec::words::{BACKBONE, VIT};

    #[test]
    fn serde_and_names_call_families_alike() {
        for family in Family::ALL {
            let json = serde_json::to_string(&family).expect("a word");
            assert_eq!(json, format!("\"{family}\""));
        }
        let backbones = [Family::BackboneNone, Family::BackboneAdd, Family::BackboneConcat].map(Family::word);
        let skips = [Skip::None, Skip::Add, Skip::Concat];
        assert_eq!(backbones.map(str::to_owned), skips.map(|skip| format!("{BACKBONE}-{skip}")));
        let transformers = [Family::VitConcat, Family::VitGated].map(Family::word);
        assert_eq!(transformers.map(str::to_owned), [Skip::Concat, Skip::Gated].map(|skip| format!("{VIT}-{skip}")));
    }
}
