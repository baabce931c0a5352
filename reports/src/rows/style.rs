//! The words of [`RunRow::skip`](super::record::RunRow::skip): how a network joins a block's input with its branch's
//! output.
//!
//! Rows hold them as text, so that a style of another program is read, and shown under its own word.

/// No skip: a plain network.
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
/// The same with a doubly stochastic mixing matrix.
pub const CONSTRAINED: &str = "constrained";
/// Addition without normalization.
pub const FIXUP: &str = "fixup";
/// Scaled addition, with the embedding besides.
pub const X0: &str = "x0";
/// Softmax attention over what all earlier branches gave.
pub const ATTEND: &str = "attend";
/// Addition, where attention reads the first block's values besides.
pub const VALUE: &str = "value";
/// Of a Transformer the skip around attention alone.
pub const ATTENTION_ONLY: &str = "attention-only";
/// Of a Transformer the skip around the MLP alone.
pub const MLP_ONLY: &str = "mlp-only";

/// The styles that every matched group can have, plain first: those that claims about skips compare.
pub(crate) const COMPARED: [&str; 3] = [NONE, ADD, CONCAT];

/// Every style that all branches of a network can have, plain first.
pub const ALL: [&str; 13] =
    [NONE, ADD, CONCAT, SCALED, STOCHASTIC, GATED, WEIGHTED, HYPER, CONSTRAINED, FIXUP, X0, ATTEND, VALUE];

/// Under what a Transformer is ranked and drawn, whatever skips it has: it is another network altogether.
pub(crate) const TRANSFORMER: &str = "transformer";

/// The word of [`RunRow::family`](super::record::RunRow::family) for Vision Transformers.
pub const VIT: &str = "vit";

/// Weighted layers of a network, counted alike in every family: rows hold a Transformer's depth in blocks, of which each
/// has four in sequence, between the embedding of patches and the head.
pub(crate) fn layers(family: &str, depth: u64) -> u64 {
    if family == VIT { 4 * depth + 2 } else { depth }
}

/// How a network is grouped where styles are compared: by its skip, or as a [`TRANSFORMER`].
pub(crate) fn grouped<'a>(family: &str, skip: &'a str) -> &'a str {
    if family == VIT { TRANSFORMER } else { skip }
}

/// A style as a noun in a sentence; a word that has none stands for itself.
pub(crate) fn noun(style: &str) -> &str {
    match style {
        NONE => "no skip",
        ADD => "addition",
        CONCAT => "concatenation",
        other => other,
    }
}
