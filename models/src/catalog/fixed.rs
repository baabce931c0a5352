//! Holds what is fixed when a family is searched for a member.

use std::fmt;

/// Holds what is fixed of a member. Fields left `None` are free.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Fixed {
    /// Depth, in weighted layers or a Transformer's blocks.
    pub depth: Option<usize>,
    /// Width of the first stage, or of a Transformer's tokens.
    pub width: Option<usize>,
    /// Growth rate, in channels per layer.
    pub growth: Option<usize>,
    /// Compression: the share of channels that a transition keeps.
    pub compression: Option<f64>,
}

impl fmt::Display for Fixed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = |key: &str, value: Option<usize>| value.map(|value| format!("{key} = {value}"));
        let compression = self.compression.map(|theta| format!("compression = {theta}"));
        let all =
            [number("depth", self.depth), number("width", self.width), number("growth", self.growth), compression];
        let given: Vec<String> = all.into_iter().flatten().collect();
        f.write_str(&if given.is_empty() { "any depth".to_owned() } else { given.join(", ") })
    }
}
