//! Lists the members of a family that differ in their width or growth rate alone, from narrow to wide.

use super::fixed::Fixed;
use crate::error::WIDEST;
use crate::inputs::images::Images;
use crate::nets::{BackboneConfig, DenseKind, DenseNetConfig, ResNetConfig, ViTConfig};
use crate::skip::{ResidualSkip, Skip};
use crate::spec::ModelSpec;

/// Holds the members of one depth and compression. A member's cost grows with its number.
pub(super) struct WidthSweep {
    member: Box<dyn Fn(usize) -> ModelSpec>,
    /// Difference between the widths of neighbors. A Transformer's heads must divide its widths.
    step: usize,
    /// The only width there is, if it is fixed.
    only: Option<usize>,
}

impl WidthSweep {
    fn new(step: usize, only: Option<usize>, member: impl Fn(usize) -> ModelSpec + 'static) -> Self {
        Self { member: Box::new(member), step, only }
    }

    /// Returns the member with that width or growth rate.
    pub(super) fn of_width(&self, width: usize) -> ModelSpec {
        (self.member)(width)
    }

    /// Returns member number `index`, counted from 1.
    pub(super) fn member(&self, index: usize) -> ModelSpec {
        self.of_width(index * self.step)
    }

    /// Returns the member of the fixed width, if one is fixed.
    pub(super) fn only(&self) -> Option<ModelSpec> {
        self.only.map(|width| self.of_width(width))
    }

    /// Returns one past the last number.
    pub(super) fn end(&self) -> usize {
        WIDEST / self.step
    }
}

/// Returns the kind's own compression first, then the others in tenths.
pub(super) fn compressions() -> impl Iterator<Item = Option<f64>> {
    let tenths = (3..=10).filter(|tenth| *tenth != 5).map(|tenth| Some(f64::from(tenth) / 10.0));
    std::iter::once(None).chain(tenths)
}

pub(super) fn resnets(depth: usize, skip: ResidualSkip, fixed: &Fixed) -> WidthSweep {
    WidthSweep::new(1, fixed.width, move |width| {
        ModelSpec::Resnet(ResNetConfig { width, ..ResNetConfig::cifar(depth, skip) })
    })
}

pub(super) fn densenets(depth: usize, kind: DenseKind, compression: Option<f64>, fixed: &Fixed) -> WidthSweep {
    WidthSweep::new(1, fixed.growth, move |growth| {
        ModelSpec::Densenet(DenseNetConfig { compression, ..DenseNetConfig::cifar(depth, growth, kind) })
    })
}

pub(super) fn vits(depth: usize, heads: usize, images: Images, fixed: &Fixed) -> WidthSweep {
    let patch = patch(images.size);
    WidthSweep::new(heads, fixed.width, move |width| ModelSpec::Vit(ViTConfig::new(depth, width, heads, patch)))
}

pub(super) fn gated_vits(depth: usize, heads: usize, images: Images, fixed: &Fixed) -> WidthSweep {
    let patch = patch(images.size);
    WidthSweep::new(heads, fixed.width, move |width| {
        ModelSpec::Vit(ViTConfig { skip: Skip::Gated, ..ViTConfig::new(depth, width, heads, patch) })
    })
}

/// Widths of the embedding in quarters of the growth, around twice the growth, as in a DenseNet's stem. Heads must
/// divide the growth, and steps of the growth alone would be coarse.
const EMBEDDINGS: std::ops::RangeInclusive<usize> = 6..=10;

/// Returns one sweep for each width of the embedding, or a single one if that width is fixed.
pub(super) fn growing_vits(depth: usize, heads: usize, images: Images, fixed: &Fixed) -> Vec<WidthSweep> {
    let (patch, only) = (patch(images.size), fixed.growth);
    let sweep = |width: Box<dyn Fn(usize) -> usize>| {
        WidthSweep::new(heads, only, move |growth| {
            let config = ViTConfig::new(depth, width(growth), heads, patch);
            ModelSpec::Vit(ViTConfig { skip: Skip::Concat, growth: Some(growth), ..config })
        })
    };
    match fixed.width {
        Some(width) => vec![sweep(Box::new(move |_| width))],
        None => EMBEDDINGS.map(|quarters| sweep(Box::new(move |growth| (quarters * growth / 4).max(1)))).collect(),
    }
}

/// Returns the patch side: 2 for small images, 4 for CIFAR's, 16 for ImageNet's, and 1 where that does not divide the
/// side.
fn patch(size: usize) -> usize {
    let wanted = match size {
        0..=16 => 2,
        17..=64 => 4,
        _ => 16,
    };
    if size.is_multiple_of(wanted) { wanted } else { 1 }
}

pub(super) fn backbones(depth: usize, skip: Skip, fixed: &Fixed) -> WidthSweep {
    WidthSweep::new(1, fixed.width, move |width| {
        ModelSpec::Backbone(BackboneConfig { width, ..BackboneConfig::new(depth, skip) })
    })
}

pub(super) fn growing_backbones(depth: usize, fixed: &Fixed) -> WidthSweep {
    let width = fixed.width.unwrap_or(16);
    WidthSweep::new(1, fixed.growth, move |growth| {
        let config = BackboneConfig { width, growth: Some(growth), ..BackboneConfig::new(depth, Skip::Concat) };
        ModelSpec::Backbone(config)
    })
}
