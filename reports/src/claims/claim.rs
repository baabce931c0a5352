//! Defines what a claim is.

use super::condition::{ClaimVerdict, Condition};
use super::evidence::Evidence;
use super::measure::{Measures, Plot};

/// A claim and how it is judged.
#[derive(Debug, Clone, Copy)]
pub struct Claim {
    /// Name on the command line.
    pub name: &'static str,
    /// Sentence that states what is said.
    pub sentence: &'static str,
    /// Rule that decides.
    pub rule: &'static str,
    /// Caution: what the verdict does not say.
    pub caution: &'static str,
    pub(super) examine: fn(&Evidence<'_>) -> Examined,
}

impl Claim {
    /// Returns the name of the suites whose rows it reads.
    pub fn suite(&self) -> String {
        format!("claim-{}", self.name)
    }
}

/// Holds what an analysis returns.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Examined {
    pub(super) verdict: ClaimVerdict,
    pub(super) remarks: Vec<String>,
    pub(super) conditions: Vec<Condition>,
    pub(super) measures: Vec<Measures>,
    pub(super) plots: Vec<Plot>,
}
