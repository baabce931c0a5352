//! Holds the claims' suites: for each claim of [`skipbench_reports::claims`], what is run. The analysis and the rule
//! are in that module.
//!
//! They are suites like any other. `skipbench suites claim-depth > mine.toml` starts your own, whose rows the same
//! analysis reads as long as its name stays.

use crate::suite::builtin::{BuiltIn, CLAIMS};

/// Returns the suites of a claim: its own and, with `deep`, the one that takes far longer.
pub fn suites(claim: &str, deep: bool) -> Vec<BuiltIn> {
    let (usual, deeper) = (format!("claim-{claim}"), format!("claim-{claim}-deep"));
    CLAIMS.into_iter().filter(|suite| suite.name == usual || (deep && suite.name == deeper)).collect()
}
