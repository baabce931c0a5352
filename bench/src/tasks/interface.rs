//! What every task is given beside its setup, and what it gives.

use anyhow::Result;

use crate::cell::{Measured, Progress, Sample};

/// Hears how far a task is.
pub(crate) type Report<'a> = dyn FnMut(Progress) + 'a;

/// What a task gives.
pub(super) type TaskResult = Result<(Measured, Vec<Sample>)>;
