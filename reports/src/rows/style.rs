//! Lists the words of [`RunRow::skip`](super::record::RunRow::skip): how a network joins a block's input with its
//! branch's output.
//!
//! Rows hold them as text. A style of another program can then be read, and is shown under its own word.

/// No skip, which is a plain network.
pub const NONE: &str = "none";
/// Addition.
pub const ADD: &str = "add";
/// Concatenation.
pub const CONCAT: &str = "concat";
/// Addition of a branch scaled by one learned number.
pub const SCALED: &str = "scaled";
/// Addition of a branch that is dropped by chance while training.
pub const STOCHASTIC: &str = "stochastic";
/// A learned gate between the input and the branch.
pub const GATED: &str = "gated";
/// A learned weighted sum over all earlier blocks.
pub const WEIGHTED: &str = "weighted";
/// Two streams mixed by learned numbers.
pub const HYPER: &str = "hyper";
/// Two streams mixed by learned numbers, with a doubly stochastic mixing matrix.
pub const CONSTRAINED: &str = "constrained";
/// Addition without normalization.
pub const FIXUP: &str = "fixup";
/// Scaled addition, which also adds the embedding.
pub const X0: &str = "x0";
/// Softmax attention over the outputs of all earlier branches.
pub const ATTEND: &str = "attend";
/// Addition, where attention also reads the first block's values.
pub const VALUE: &str = "value";
/// The skip around attention alone, in a Transformer.
pub const ATTENTION_ONLY: &str = "attention-only";
/// The skip around the MLP alone, in a Transformer.
pub const MLP_ONLY: &str = "mlp-only";

/// Styles that every matched group can have, plain first. Claims about skips compare these.
pub(crate) const COMPARED: [&str; 3] = [NONE, ADD, CONCAT];

/// Every style that all branches of a network can have, plain first.
pub const ALL: [&str; 13] =
    [NONE, ADD, CONCAT, SCALED, STOCHASTIC, GATED, WEIGHTED, HYPER, CONSTRAINED, FIXUP, X0, ATTEND, VALUE];

/// Word under which a Transformer is ranked and drawn with any skips, because it is another network altogether.
pub(crate) const TRANSFORMER: &str = "transformer";

/// Word of [`RunRow::family`](super::record::RunRow::family) for Vision Transformers.
pub const VIT: &str = "vit";

/// Returns the weighted layers of a network, counted alike in every family. Rows hold a Transformer's depth in blocks.
/// Each has four layers in sequence, between the embedding of patches and the head.
pub(crate) fn layers(family: &str, depth: u64) -> u64 {
    if family == VIT { 4 * depth + 2 } else { depth }
}

/// Returns how a network is grouped where styles are compared: by its skip, or as a [`TRANSFORMER`].
pub(crate) fn grouped<'a>(family: &str, skip: &'a str) -> &'a str {
    if family == VIT { TRANSFORMER } else { skip }
}

/// Returns a style as a noun in a sentence. A word without one is returned as it is.
pub(crate) fn noun(style: &str) -> &str {
    match style {
        NONE => "no skip",
        ADD => "addition",
        CONCAT => "concatenation",
        other => other,
    }
}
