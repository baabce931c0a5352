//! Layer normalization: Ba et al. 2016, arXiv:1607.06450, and its gradient.
//!
//! Rows are normalized one by one: a row is read for its mean, for its variance around the mean and for its output, the
//! later times from the first-level cache. The gradient reads a row of the input and of the output's gradient twice in
//! the same way. It computes again what was normalized from two numbers a row, which are all that is kept.

mod backward;
mod forward;

pub use backward::{Gradients, backward};
pub use forward::forward;

/// Rows of a task, and of which one sum of the gradients of γ and β is made: a number that depends on nothing, so that
/// neither does the order of additions.
const ROWS: usize = 64;

/// γ, β and ε. There are as many γ and β as numbers in a row.
#[derive(Debug, Clone, Copy)]
pub struct Parameters<'a> {
    /// γ.
    pub gamma: &'a [f32],
    /// β.
    pub beta: &'a [f32],
    /// What is added to the variance.
    pub epsilon: f64,
}

/// Mean of each row, and 1 over its standard deviation.
#[derive(Debug, Clone, PartialEq)]
pub struct Moments {
    /// Means.
    pub mean: Vec<f32>,
    /// 1 / √(variance + ε).
    pub inverse: Vec<f32>,
}
