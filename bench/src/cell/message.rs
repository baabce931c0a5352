//! Defines what a cell's process tells its parent.

use serde::{Deserialize, Serialize};

use super::Outcome;

/// A line that a cell's process writes to its standard output.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "message", rename_all = "lowercase")]
pub enum Message {
    /// Says how far the cell is.
    Progress(Progress),
    /// Tells the user something that the measurement does not know.
    Note {
        /// Sentence for the user.
        text: String,
    },
    /// Says that the cell is done, with its outcome.
    Done(Box<Outcome>),
    /// Says that the cell was stopped before its end.
    Left,
    /// Says that the cell could not be measured.
    Failed {
        /// Reason why it could not.
        error: String,
    },
}

/// Says how far a cell is.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// Number of steps done.
    pub done: u64,
    /// Number of steps to do.
    pub total: u64,
    /// Current epoch, from 1; 0 where there are none.
    pub epoch: u64,
    /// Number of epochs to do.
    pub epochs: u64,
    /// Loss of the last finished epoch.
    pub loss: Option<f64>,
}
