//! The claims' suites: for each claim of [`skipbench_reports::claims`] what is run. The analysis is beside the rule there.
//!
//! They are suites like any other: `skipbench suites claim-depth > mine.toml` starts one's own, whose rows the same analysis
//! reads as long as its name stays.

use crate::builtin::BuiltIn;

/// The suites, in the order of the claims; those with `-deep` only run when asked for.
pub const SUITES: [BuiltIn; 8] = [
    BuiltIn { name: "claim-depth", text: include_str!("suites/claims/depth.toml") },
    BuiltIn { name: "claim-depth-deep", text: include_str!("suites/claims/depth-deep.toml") },
    BuiltIn { name: "claim-gradients", text: include_str!("suites/claims/gradients.toml") },
    BuiltIn { name: "claim-identity", text: include_str!("suites/claims/identity.toml") },
    BuiltIn { name: "claim-reuse", text: include_str!("suites/claims/reuse.toml") },
    BuiltIn { name: "claim-memory", text: include_str!("suites/claims/memory.toml") },
    BuiltIn { name: "claim-transformer", text: include_str!("suites/claims/transformer.toml") },
    BuiltIn { name: "claim-styles", text: include_str!("suites/claims/styles.toml") },
];

/// The suites of a claim: its own and, with `deep`, the one that takes far longer.
pub fn suites(claim: &str, deep: bool) -> Vec<BuiltIn> {
    let (own, further) = (format!("claim-{claim}"), format!("claim-{claim}-deep"));
    SUITES.into_iter().filter(|suite| suite.name == own || (deep && suite.name == further)).collect()
}
