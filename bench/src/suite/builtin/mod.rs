//! Holds the suites inside the program.

/// A built-in suite.
#[derive(Debug, Clone, Copy)]
pub struct BuiltIn {
    /// Name of the suite.
    pub name: &'static str,
    /// Text of the suite, as TOML.
    pub text: &'static str,
}

/// Suites in this binary. The first is the default.
pub const BUILT_IN: [BuiltIn; 9] = [
    BuiltIn { name: "quick", text: include_str!("quick.toml") },
    BuiltIn { name: "speed", text: include_str!("speed.toml") },
    BuiltIn { name: "memory", text: include_str!("memory.toml") },
    BuiltIn { name: "scaling", text: include_str!("scaling.toml") },
    BuiltIn { name: "gate", text: include_str!("gate.toml") },
    BuiltIn { name: "cifar", text: include_str!("cifar.toml") },
    BuiltIn { name: "short", text: include_str!("short.toml") },
    BuiltIn { name: "paper", text: include_str!("paper.toml") },
    BuiltIn { name: "imagenet", text: include_str!("imagenet.toml") },
];

/// The claims' suites, in the order of the claims. Those with `-deep` only run when asked for.
pub const CLAIMS: [BuiltIn; 8] = [
    BuiltIn { name: "claim-depth", text: include_str!("claims/depth.toml") },
    BuiltIn { name: "claim-depth-deep", text: include_str!("claims/depth-deep.toml") },
    BuiltIn { name: "claim-gradients", text: include_str!("claims/gradients.toml") },
    BuiltIn { name: "claim-identity", text: include_str!("claims/identity.toml") },
    BuiltIn { name: "claim-reuse", text: include_str!("claims/reuse.toml") },
    BuiltIn { name: "claim-memory", text: include_str!("claims/memory.toml") },
    BuiltIn { name: "claim-transformer", text: include_str!("claims/transformer.toml") },
    BuiltIn { name: "claim-styles", text: include_str!("claims/styles.toml") },
];

/// Returns the built-in suite, or claim's suite, with that name.
pub(crate) fn built_in(name: &str) -> Option<BuiltIn> {
    BUILT_IN.into_iter().chain(CLAIMS).find(|built_in| built_in.name == name)
}
