//! Families as sweeps over width: for each depth (and compression) one member a width or growth rate, cheapest first.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::error::WIDEST;
use crate::images::Images;
use crate::nets::{BackboneConfig, DenseKind, DenseNetConfig, ResNetConfig, ViTConfig};
use crate::skip::{ResidualSkip, Skip};
use crate::spec::ModelSpec;

/// A family in which a member can be sought.
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
    /// The controlled backbone without skips.
    BackboneNone,
    /// The controlled backbone, additive.
    BackboneAdd,
    /// The controlled backbone, concatenative.
    BackboneConcat,
}

/// What of a member is given. Fields left `None` are free.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Fixed {
    /// Depth.
    pub depth: Option<usize>,
    /// Width: of the first stage, or of a Transformer's tokens.
    pub width: Option<usize>,
    /// Growth rate.
    pub growth: Option<usize>,
    /// Compression.
    pub compression: Option<f64>,
}

impl fmt::Display for Fixed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = |key: &str, value: Option<usize>| value.map(|value| format!("{key} = {value}"));
        let compression = self.compression.map(|theta| format!("compression = {theta}"));
        let all =
            [number("depth", self.depth), number("width", self.width), number("growth", self.growth), compression];
        let given: Vec<String> = all.into_iter().flatten().collect();
        f.write_str(&if given.is_empty() { "any depth".to_owned() } else { given.join(", ") })
    }
}

impl fmt::Display for Family {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl Family {
    /// Every family.
    pub const ALL: [Family; 8] = [
        Family::Plain,
        Family::Resnet,
        Family::Densenet,
        Family::DensenetBc,
        Family::Vit,
        Family::BackboneNone,
        Family::BackboneAdd,
        Family::BackboneConcat,
    ];

    /// The word used in suites and on the command line.
    pub fn word(self) -> &'static str {
        match self {
            Family::Plain => "plain",
            Family::Resnet => "resnet",
            Family::Densenet => "densenet",
            Family::DensenetBc => "densenet-bc",
            Family::Vit => "vit",
            Family::BackboneNone => "backbone-none",
            Family::BackboneAdd => "backbone-add",
            Family::BackboneConcat => "backbone-concat",
        }
    }

    /// The first key of `fixed` that this family's members do not have.
    pub(super) fn lacks(self, fixed: &Fixed) -> Option<&'static str> {
        let dense = matches!(self, Family::Densenet | Family::DensenetBc);
        let keys = [
            ("width", fixed.width.is_some() && dense),
            ("growth", fixed.growth.is_some() && !dense && self != Family::BackboneConcat),
            ("compression", fixed.compression.is_some() && !dense),
        ];
        keys.into_iter().find(|(_, lacking)| *lacking).map(|(key, _)| key)
    }

    /// Every sweep of the family with what is fixed.
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
            Family::Vit => (1..=24).collect(),
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
            Family::BackboneNone => vec![backbones(depth, Skip::None, fixed)],
            Family::BackboneAdd => vec![backbones(depth, Skip::Add, fixed)],
            Family::BackboneConcat => vec![growing_backbones(depth, fixed)],
        }
    }
}

/// Members of one depth and compression; a member's cost grows with its number.
pub(super) struct WidthSweep {
    member: Box<dyn Fn(usize) -> ModelSpec>,
    /// Difference of the widths of neighbours: a Transformer's heads must divide them.
    step: usize,
    /// The only width there is, if it is fixed.
    only: Option<usize>,
}

impl WidthSweep {
    fn new(step: usize, only: Option<usize>, member: impl Fn(usize) -> ModelSpec + 'static) -> Self {
        Self { member: Box::new(member), step, only }
    }

    /// The member of that width or growth rate.
    pub(super) fn of_width(&self, width: usize) -> ModelSpec {
        (self.member)(width)
    }

    /// Member number `index`, from 1.
    pub(super) fn member(&self, index: usize) -> ModelSpec {
        self.of_width(index * self.step)
    }

    /// The member of the fixed width, if one is fixed.
    pub(super) fn only(&self) -> Option<ModelSpec> {
        self.only.map(|width| self.of_width(width))
    }

    /// One past the last number.
    pub(super) fn end(&self) -> usize {
        WIDEST / self.step
    }
}

/// The kind's own compression first, then the others in tenths.
fn compressions() -> impl Iterator<Item = Option<f64>> {
    let tenths = (3..=10).filter(|tenth| *tenth != 5).map(|tenth| Some(f64::from(tenth) / 10.0));
    std::iter::once(None).chain(tenths)
}

fn resnets(depth: usize, skip: ResidualSkip, fixed: &Fixed) -> WidthSweep {
    WidthSweep::new(1, fixed.width, move |width| {
        ModelSpec::Resnet(ResNetConfig { width, ..ResNetConfig::cifar(depth, skip) })
    })
}

fn densenets(depth: usize, kind: DenseKind, compression: Option<f64>, fixed: &Fixed) -> WidthSweep {
    WidthSweep::new(1, fixed.growth, move |growth| {
        ModelSpec::Densenet(DenseNetConfig { compression, ..DenseNetConfig::cifar(depth, growth, kind) })
    })
}

fn vits(depth: usize, heads: usize, images: Images, fixed: &Fixed) -> WidthSweep {
    let patch = patch(images.size);
    WidthSweep::new(heads, fixed.width, move |width| ModelSpec::Vit(ViTConfig::new(depth, width, heads, patch)))
}

/// 2 for small images, 4 for CIFAR's, 16 for ImageNet's; 1 where that does not divide the side.
fn patch(size: usize) -> usize {
    let wanted = match size {
        0..=16 => 2,
        17..=64 => 4,
        _ => 16,
    };
    if size.is_multiple_of(wanted) { wanted } else { 1 }
}

fn backbones(depth: usize, skip: Skip, fixed: &Fixed) -> WidthSweep {
    WidthSweep::new(1, fixed.width, move |width| {
        ModelSpec::Backbone(BackboneConfig { width, ..BackboneConfig::new(depth, skip) })
    })
}

fn growing_backbones(depth: usize, fixed: &Fixed) -> WidthSweep {
    let width = fixed.width.unwrap_or(16);
    WidthSweep::new(1, fixed.growth, move |growth| {
        let config = BackboneConfig { width, growth: Some(growth), ..BackboneConfig::new(depth, Skip::Concat) };
        ModelSpec::Backbone(config)
    })
}
