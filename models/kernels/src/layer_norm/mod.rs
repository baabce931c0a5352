//! Layer normalization: Ba et al. 2016, arXiv:1607.06450, and its gradient.
//!
//! Rows are normalized one by one: a row is read for its mean, for its variance around the mean and for its output, the
//! later times from the first-level cache. The gradient reads a row of the input and of the output's gradient twice in
//! the same way. It computes again what was normalized from two numbers a row, which are all that is kept.

mod backward;
mod forward;

pub use backward::{Gradients, backward};
pub(crate) use forward::normalize;
pub use forward::{again, forward};

use crate::shared::SharedOutput;
use crate::uninit::overwritten;

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

impl Moments {
    /// Room for those of so many rows.
    pub(crate) fn room(rows: usize) -> Self {
        Self { mean: vec![0.0; rows], inverse: vec![0.0; rows] }
    }

    /// The same for tasks that each write those of rows of their own.
    pub(crate) fn shared(&mut self) -> SharedMoments {
        // SAFETY: tasks write only numbers.
        let [mean, inverse] =
            [&mut self.mean, &mut self.inverse].map(|values| SharedOutput::new(unsafe { overwritten(values) }));
        SharedMoments { mean, inverse }
    }
}

/// Moments that tasks share to write disjoint parts of.
#[derive(Clone, Copy)]
pub(crate) struct SharedMoments {
    mean: SharedOutput,
    inverse: SharedOutput,
}

impl SharedMoments {
    /// Means and inverse deviations of `rows` rows from `first` on.
    ///
    /// # Safety
    /// There are so many rows, their moments live, and nobody else holds them meanwhile.
    pub(crate) unsafe fn part<'a>(self, first: usize, rows: usize) -> (&'a mut [f32], &'a mut [f32]) {
        // SAFETY: the caller's promise.
        let part = |all: SharedOutput| unsafe { std::slice::from_raw_parts_mut(all.pointer().add(first), rows) };
        (part(self.mean), part(self.inverse))
    }
}
