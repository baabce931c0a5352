//! Defines what memory is measured in, and how a network keeps what its backward pass needs.

use crate::analyses::metric::Metric;

pub(super) const METRICS: [Metric; 3] = [Metric::TrainMemory, Metric::InferMemory, Metric::SavedMemory];

/// Ways of keeping the forward pass, by the words of a recipe.
pub(super) const KEEPING: [(&str, &str); 3] = [
    ("everything kept", ""),
    ("balanced checkpointing", "\"checkpointing\":\"balanced\""),
    ("joins recomputed", "\"memory\":\"recompute\""),
];

/// Returns how a recipe keeps what the backward pass needs.
pub(super) fn keeping(recipe: &str) -> &'static str {
    let fits = |(_, mark): &&(&str, &str)| !mark.is_empty() && recipe.contains(mark);
    KEEPING.iter().find(fits).unwrap_or(&KEEPING[0]).0
}

pub(super) fn columns() -> impl Iterator<Item = &'static str> {
    METRICS.into_iter().map(Metric::title)
}
