//! What a cell's process tells its parent.

use serde::{Deserialize, Serialize};

use super::Outcome;

/// A line that a cell's process writes to its standard output.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "message", rename_all = "lowercase")]
pub enum Message {
    /// How far it is.
    Progress(Progress),
    /// What the user should know, of which the measurement knows nothing.
    Note {
        /// A sentence.
        text: String,
    },
    /// It is done.
    Done(Box<Outcome>),
    /// It was let go of before its end.
    Left,
    /// It could not.
    Failed {
        /// Why.
        error: String,
    },
}

/// How far a cell is.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// Steps done.
    pub done: u64,
    /// Steps to do.
    pub total: u64,
    /// Current epoch, from 1; 0 where there are none.
    pub epoch: u64,
    /// Epochs to do.
    pub epochs: u64,
    /// Loss of the last finished epoch.
    pub loss: Option<f64>,
}
