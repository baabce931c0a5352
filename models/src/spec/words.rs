//! Lists the words of families and of a Transformer's skips, as specs, names and rows write them. The words of all
//! other skips are in [`Skip::word`](crate::skip::Skip::word).

/// A residual network without its additions.
pub(crate) const PLAIN: &str = "plain";
/// Residual networks.
pub(crate) const RESNET: &str = "resnet";
/// Dense networks.
pub(crate) const DENSENET: &str = "densenet";
/// Dense networks with bottlenecks and compression, where they are a family by themselves.
pub(crate) const DENSENET_BC: &str = "densenet-bc";
/// Vision Transformers.
pub(crate) const VIT: &str = "vit";
/// The controlled backbone.
pub(crate) const BACKBONE: &str = "backbone";
/// Networks of other programs.
pub(crate) const CUSTOM: &str = "own";

/// A Transformer that has only the skip around attention.
pub(crate) const ATTENTION_ONLY: &str = "attention-only";
/// A Transformer that has only the skip around the MLP.
pub(crate) const MLP_ONLY: &str = "mlp-only";
