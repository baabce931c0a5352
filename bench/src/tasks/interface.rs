//! Defines what every task receives besides its setup, and what it returns.

use anyhow::Result;

use crate::cell::{Measured, Progress, Sample};

/// Receives how far a task is.
pub(crate) type Report<'a> = dyn FnMut(Progress) + 'a;

/// Holds what a task returns.
pub(super) type TaskResult = Result<(Measured, Vec<Sample>)>;
