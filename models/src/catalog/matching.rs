//! Finds members of equal budget. Given a reference, it finds the depth, width, growth rate and compression with which
//! another family costs the same.
//!
//! For each depth (and compression) the cost grows with the width, so a bisection finds the two widths around the
//! target. Of the members within the tolerance the best one is nearest to the reference in the number of branches that
//! a skip goes around, since depth is what a skip acts on. The error decides among equals.

pub use super::budget::Budget;
use super::family::Family;
use super::fixed::Fixed;
use super::sweep::WidthSweep;
use crate::catalog;
use crate::cost::Cost;
use crate::error::SpecError;
use crate::inputs::images::Images;
use crate::spec::ModelSpec;

/// Tolerance used when none is given: 2 %.
pub const DEFAULT_TOLERANCE: f64 = 0.02;

/// Describes a search.
#[derive(Debug, Clone, PartialEq)]
pub struct Query {
    /// Family to search.
    pub family: Family,
    /// What is fixed of the member.
    pub fixed: Fixed,
    /// What must be equal: one budget, or several at once.
    pub budgets: Vec<Budget>,
    /// Largest error allowed in any of the budgets, as a share.
    pub tolerance: f64,
}

impl Query {
    /// Creates a query with the default tolerance, in which everything except the budgets is free.
    pub fn new(family: Family, budgets: Vec<Budget>) -> Self {
        Self { family, fixed: Fixed::default(), budgets, tolerance: DEFAULT_TOLERANCE }
    }
}

/// A member of the family, and how near it comes to the reference.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// The member.
    pub spec: ModelSpec,
    /// Its cost.
    pub cost: Cost,
    /// The largest error over the query's budgets, as a share.
    pub error: f64,
}

/// Says why nothing was found.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum MatchError {
    /// No member is within the tolerance.
    #[error(
        "no {family} member is within {:.3} % of {reference} in {budgets}; the nearest is {} at {:.3} %. \
         Raise the tolerance, or leave depth and width free",
        tolerance * 100.0, catalog::name(&nearest.spec), nearest.error * 100.0
    )]
    NoneFits {
        /// The family.
        family: Family,
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
        /// The family.
        family: Family,
        /// What was fixed.
        fixed: Fixed,
        /// The images.
        images: Images,
    },
    /// A fixed key has no meaning for the family.
    #[error("the family {family} has no {key}; leave it out")]
    NoSuchKey {
        /// The family.
        family: Family,
        /// The key.
        key: &'static str,
    },
    /// The reference itself is not a possible network.
    #[error(transparent)]
    Reference(#[from] SpecError),
    /// No budget was given to match.
    #[error("at least one budget is needed: params, macs or activations")]
    NoBudget,
}

/// Returns the members within the tolerance, best first.
///
/// # Errors
/// Returns [`MatchError::NoneFits`] with the nearest member if none is within the tolerance.
pub fn search(reference: &ModelSpec, images: Images, query: &Query) -> Result<Vec<Candidate>, MatchError> {
    if query.budgets.is_empty() {
        return Err(MatchError::NoBudget);
    }
    if let Some(key) = query.family.lacks(&query.fixed) {
        return Err(MatchError::NoSuchKey { family: query.family, key });
    }
    let target = reference.cost(images)?;
    let sweeps = query.family.sweeps(images, &query.fixed);
    let candidates = sweeps.iter().flat_map(|sweep| around(sweep, &target, images, query));
    let fits = |candidate: &Candidate| candidate.error <= query.tolerance;
    let (mut found, rest): (Vec<_>, Vec<_>) = candidates.partition(fits);
    if !found.is_empty() {
        found.sort_by(|a, b| rank(a, reference).total_cmp(&rank(b, reference)).then(a.error.total_cmp(&b.error)));
        return Ok(found);
    }
    match rest.into_iter().min_by(|a, b| a.error.total_cmp(&b.error)) {
        Some(nearest) => Err(MatchError::NoneFits {
            family: query.family,
            reference: catalog::name(reference),
            budgets: query.budgets.iter().map(|budget| budget.word()).collect::<Vec<_>>().join(" and "),
            tolerance: query.tolerance,
            nearest: Box::new(nearest),
        }),
        None => Err(MatchError::Empty { family: query.family, fixed: query.fixed, images }),
    }
}

/// Returns the distance in depth: the logarithm of the ratio of branches. An unusual compression ranks after every
/// usual one.
fn rank(candidate: &Candidate, reference: &ModelSpec) -> f64 {
    let ratio = candidate.spec.branches().max(1) as f64 / reference.branches().max(1) as f64;
    let unusual = matches!(&candidate.spec, ModelSpec::Densenet(config) if config.compression.is_some());
    ratio.ln().abs() + if unusual { 10.0 } else { 0.0 }
}

/// Returns the members of `sweep` on both sides of the target.
fn around(sweep: &WidthSweep, target: &Cost, images: Images, query: &Query) -> Vec<Candidate> {
    let members = match sweep.only() {
        Some(member) => vec![member],
        None => near(sweep, target, images, &query.budgets),
    };
    members.into_iter().filter_map(|spec| candidate(spec, target, images, query)).collect()
}

fn candidate(spec: ModelSpec, target: &Cost, images: Images, query: &Query) -> Option<Candidate> {
    let cost = spec.cost(images).ok()?;
    let errors = query.budgets.iter().map(|budget| budget.error(&cost, target).abs());
    Some(Candidate { spec, cost, error: errors.fold(0.0, f64::max) })
}

/// Returns the two members between which the largest error changes sides. Costs grow along a sweep, and so do the
/// highest and the lowest of the budgets' errors. The largest falls until their sum is 0 and rises from there, and no
/// other member is nearer.
fn near(sweep: &WidthSweep, target: &Cost, images: Images, budgets: &[Budget]) -> Vec<ModelSpec> {
    let below = |index: usize| match sweep.member(index).cost(images) {
        Ok(cost) => {
            let errors = budgets.iter().map(|budget| budget.error(&cost, target));
            errors.clone().fold(f64::MIN, f64::max) + errors.fold(f64::MAX, f64::min) < 0.0
        }
        Err(_) => false,
    };
    let (mut low, mut high) = (0, sweep.end());
    while low + 1 < high {
        let middle = low.midpoint(high);
        if below(middle) { low = middle } else { high = middle }
    }
    (low.max(1)..=high).map(|index| sweep.member(index)).collect()
}
