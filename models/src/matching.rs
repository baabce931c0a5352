//! Members of equal budget: given a reference, find the depth, width, growth rate and compression with which another
//! family costs the same.
//!
//! For each depth (and compression) the cost grows with the width, so a bisection finds the two widths around the
//! target. Of the members within the tolerance the best is the one nearest to the reference in the number of
//! branches that a skip goes around, since depth is what a skip acts on; the error decides among equals.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::backbone::BackboneConfig;
use crate::catalog;
use crate::cost::{Cost, Images};
use crate::densenet::{DenseKind, DenseNetConfig};
use crate::resnet::ResNetConfig;
use crate::skip::Skip;
use crate::spec::{ModelSpec, SpecError};
use crate::vit::ViTConfig;

/// The tolerance where none is given: 2 %.
pub const DEFAULT_TOLERANCE: f64 = 0.02;

/// What the members of a matched group have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Budget {
    /// Trainable parameters.
    Params,
    /// Multiply-accumulates for one image.
    Macs,
    /// Activation bytes for one image.
    Activations,
}

impl Budget {
    /// Every budget.
    pub const ALL: [Budget; 3] = [Budget::Params, Budget::Macs, Budget::Activations];

    /// This budget's figure in `cost`.
    pub fn of(self, cost: &Cost) -> u64 {
        match self {
            Budget::Params => cost.params,
            Budget::Macs => cost.macs,
            Budget::Activations => cost.activation_bytes,
        }
    }

    /// How far `cost` lies from `reference`: 0.02 is 2 % more.
    pub fn error(self, cost: &Cost, reference: &Cost) -> f64 {
        self.of(cost) as f64 / self.of(reference) as f64 - 1.0
    }

    /// The word used in suites and on the command line.
    pub fn word(self) -> &'static str {
        match self {
            Budget::Params => "params",
            Budget::Macs => "macs",
            Budget::Activations => "activations",
        }
    }
}

impl fmt::Display for Budget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

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

/// What to seek. Fields left `None` are free.
#[derive(Debug, Clone, PartialEq)]
pub struct Query {
    /// Where to look.
    pub family: Family,
    /// What must be equal: one budget, or several at once.
    pub budgets: Vec<Budget>,
    /// Largest error allowed in any of them.
    pub tolerance: f64,
    /// A fixed depth.
    pub depth: Option<usize>,
    /// A fixed width (first stage, or a Transformer's tokens).
    pub width: Option<usize>,
    /// A fixed growth rate.
    pub growth: Option<usize>,
    /// A fixed compression.
    pub compression: Option<f64>,
}

impl Query {
    /// Everything free but the budget; the default tolerance.
    pub fn new(family: Family, budgets: Vec<Budget>) -> Self {
        Self {
            family,
            budgets,
            tolerance: DEFAULT_TOLERANCE,
            depth: None,
            width: None,
            growth: None,
            compression: None,
        }
    }
}

/// A member, and how near it comes.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// The member.
    pub spec: ModelSpec,
    /// Its cost.
    pub cost: Cost,
    /// The largest error over the query's budgets, as a share.
    pub error: f64,
}

/// Why nothing was found.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum MatchError {
    /// No member lies within the tolerance.
    #[error(
        "no {family} member is within {:.3} % of {reference} in {budgets}; the nearest is {} at {:.3} %. \
         Raise the tolerance, or leave depth and width free",
        tolerance * 100.0, catalog::name(&nearest.spec), nearest.error * 100.0
    )]
    NoneFits {
        /// Family as spelled in suites.
        family: String,
        /// The reference's name.
        reference: String,
        /// The budgets.
        budgets: String,
        /// The tolerance.
        tolerance: f64,
        /// The member with the smallest error.
        nearest: Box<Candidate>,
    },
    /// The family has no member at all with what was fixed.
    #[error("the family {family} has no member with {fixed} for images of {images}")]
    Empty {
        /// Family as spelled in suites.
        family: String,
        /// What was fixed.
        fixed: String,
        /// The images.
        images: Images,
    },
    /// The reference itself is impossible.
    #[error(transparent)]
    Reference(#[from] SpecError),
    /// Nothing to match.
    #[error("at least one budget is needed: params, macs or activations")]
    NoBudget,
}

impl fmt::Display for Family {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Family::Plain => "plain",
            Family::Resnet => "resnet",
            Family::Densenet => "densenet",
            Family::DensenetBc => "densenet-bc",
            Family::Vit => "vit",
            Family::BackboneNone => "backbone-none",
            Family::BackboneAdd => "backbone-add",
            Family::BackboneConcat => "backbone-concat",
        })
    }
}

/// The members within the tolerance, best first.
///
/// # Errors
/// [`MatchError::NoneFits`] with the nearest member where none is.
pub fn search(reference: &ModelSpec, images: Images, query: &Query) -> Result<Vec<Candidate>, MatchError> {
    if query.budgets.is_empty() {
        return Err(MatchError::NoBudget);
    }
    let target = reference.cost(images)?;
    let mut candidates = Vec::new();
    for line in lines(images, query) {
        candidates.extend(line.around(&target, images, query));
    }
    let fits = |candidate: &Candidate| candidate.error <= query.tolerance;
    let (mut found, rest): (Vec<_>, Vec<_>) = candidates.into_iter().partition(fits);
    if !found.is_empty() {
        found.sort_by(|a, b| rank(a, reference).total_cmp(&rank(b, reference)).then(a.error.total_cmp(&b.error)));
        return Ok(found);
    }
    match rest.into_iter().min_by(|a, b| a.error.total_cmp(&b.error)) {
        Some(nearest) => Err(MatchError::NoneFits {
            family: query.family.to_string(),
            reference: catalog::name(reference),
            budgets: query.budgets.iter().map(|budget| budget.word()).collect::<Vec<_>>().join(" and "),
            tolerance: query.tolerance,
            nearest: Box::new(nearest),
        }),
        None => Err(MatchError::Empty { family: query.family.to_string(), fixed: fixed(query), images }),
    }
}

/// Distance in depth: the logarithm of the ratio of branches. An unusual compression comes after every usual one.
fn rank(candidate: &Candidate, reference: &ModelSpec) -> f64 {
    let ratio = candidate.spec.branches().max(1) as f64 / reference.branches().max(1) as f64;
    let unusual = matches!(&candidate.spec, ModelSpec::Densenet(config) if config.compression.is_some());
    ratio.ln().abs() + if unusual { 10.0 } else { 0.0 }
}

fn fixed(query: &Query) -> String {
    let number = |key: &str, value: Option<usize>| value.map(|value| format!("{key} = {value}"));
    let compression = query.compression.map(|theta| format!("compression = {theta}"));
    let all = [number("depth", query.depth), number("width", query.width), number("growth", query.growth), compression];
    let given: Vec<String> = all.into_iter().flatten().collect();
    if given.is_empty() { "any depth".to_owned() } else { given.join(", ") }
}

/// Members of one depth and compression, ordered by the step of their width or growth rate.
struct Line {
    member: Box<dyn Fn(usize) -> ModelSpec>,
    step: usize,
    fixed: Option<usize>,
}

const WIDEST: usize = 4096;

impl Line {
    fn new(step: usize, fixed: Option<usize>, member: impl Fn(usize) -> ModelSpec + 'static) -> Self {
        Self { member: Box::new(member), step, fixed }
    }

    /// The members whose widths stand around the target in any of the budgets.
    fn around(&self, target: &Cost, images: Images, query: &Query) -> Vec<Candidate> {
        let widths = match self.fixed {
            Some(width) => vec![width],
            None => self.widths(target, images, &query.budgets),
        };
        widths.into_iter().filter_map(|width| self.candidate(width, target, images, query)).collect()
    }

    fn candidate(&self, width: usize, target: &Cost, images: Images, query: &Query) -> Option<Candidate> {
        let spec = (self.member)(width);
        let cost = spec.cost(images).ok()?;
        let errors = query.budgets.iter().map(|budget| budget.error(&cost, target).abs());
        Some(Candidate { spec, cost, error: errors.fold(0.0, f64::max) })
    }

    fn widths(&self, target: &Cost, images: Images, budgets: &[Budget]) -> Vec<usize> {
        let ends: Vec<usize> = budgets.iter().map(|budget| self.first_above(*budget, target, images)).collect();
        let low = ends.iter().min().map_or(1, |end| end.saturating_sub(1).max(1));
        let high = ends.iter().max().copied().unwrap_or(1);
        (low..=high).take(64).map(|index| index * self.step).collect()
    }

    /// The smallest index whose member costs at least the target.
    fn first_above(&self, budget: Budget, target: &Cost, images: Images) -> usize {
        let below = |index: usize| match (self.member)(index * self.step).cost(images) {
            Ok(cost) => budget.of(&cost) < budget.of(target),
            Err(_) => false,
        };
        let (mut low, mut high) = (0, WIDEST / self.step);
        while low + 1 < high {
            let middle = low.midpoint(high);
            if below(middle) { low = middle } else { high = middle }
        }
        high
    }
}

fn lines(images: Images, query: &Query) -> Vec<Line> {
    let depths: Vec<usize> = query.depth.map_or_else(|| depths(query.family), |depth| vec![depth]);
    depths.into_iter().flat_map(|depth| lines_at(depth, images, query)).collect()
}

fn depths(family: Family) -> Vec<usize> {
    match family {
        Family::Plain | Family::Resnet => (1..=33).map(|n| 6 * n + 2).collect(),
        Family::Densenet => (1..=62).map(|n| 3 * n + 4).collect(),
        Family::DensenetBc | Family::BackboneNone | Family::BackboneAdd | Family::BackboneConcat => {
            (1..=33).map(|n| 6 * n + 4).collect()
        }
        Family::Vit => (1..=24).collect(),
    }
}

fn lines_at(depth: usize, images: Images, query: &Query) -> Vec<Line> {
    match query.family {
        Family::Plain => vec![resnets(depth, Skip::None, query)],
        Family::Resnet => vec![resnets(depth, Skip::Add, query)],
        Family::Densenet => vec![densenets(depth, DenseKind::Basic, query.compression, query)],
        Family::DensenetBc => match query.compression {
            Some(theta) => vec![densenets(depth, DenseKind::Bc, Some(theta), query)],
            None => compressions().map(|theta| densenets(depth, DenseKind::Bc, theta, query)).collect(),
        },
        Family::Vit => [2, 3, 4].map(|heads| vits(depth, heads, images, query)).into(),
        Family::BackboneNone => vec![backbones(depth, Skip::None, query)],
        Family::BackboneAdd => vec![backbones(depth, Skip::Add, query)],
        Family::BackboneConcat => vec![growing_backbones(depth, query)],
    }
}

/// The kind's own compression first, then the others in tenths.
fn compressions() -> impl Iterator<Item = Option<f64>> {
    let tenths = (3..=10).filter(|tenth| *tenth != 5).map(|tenth| Some(f64::from(tenth) / 10.0));
    std::iter::once(None).chain(tenths)
}

fn resnets(depth: usize, skip: Skip, query: &Query) -> Line {
    Line::new(1, query.width, move |width| {
        ModelSpec::Resnet(ResNetConfig { width, ..ResNetConfig::cifar(depth, skip) })
    })
}

fn densenets(depth: usize, kind: DenseKind, compression: Option<f64>, query: &Query) -> Line {
    Line::new(1, query.growth, move |growth| {
        ModelSpec::Densenet(DenseNetConfig { compression, ..DenseNetConfig::cifar(depth, growth, kind) })
    })
}

fn vits(depth: usize, heads: usize, images: Images, query: &Query) -> Line {
    let patch = patch(images.size);
    Line::new(heads, query.width, move |width| ModelSpec::Vit(ViTConfig::new(depth, width, heads, patch)))
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

fn backbones(depth: usize, skip: Skip, query: &Query) -> Line {
    Line::new(1, query.width, move |width| {
        ModelSpec::Backbone(BackboneConfig { width, ..BackboneConfig::new(depth, skip) })
    })
}

fn growing_backbones(depth: usize, query: &Query) -> Line {
    let width = query.width.unwrap_or(16);
    Line::new(1, query.growth, move |growth| {
        let config = BackboneConfig { width, growth: Some(growth), ..BackboneConfig::new(depth, Skip::Concat) };
        ModelSpec::Backbone(config)
    })
}
