//! What Burn's backends are extended by.

use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, backend_extension};

use crate::branch::Branch;

/// What backends are extended by. Shapes are those of the functions above.
#[backend_extension(Autodiff, Flex)]
pub(super) trait TransformerOps: Backend {
    /// A linear layer with bias, of x or of GELU(x).
    fn linear(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        activated: bool,
    ) -> FloatTensor<Self>;

    /// Layer normalization. Gives the output, and the mean and the inverse deviation of each row.
    fn normalize_rows(
        x: FloatTensor<Self>,
        gamma: FloatTensor<Self>,
        beta: FloatTensor<Self>,
        epsilon: f64,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>);

    /// Attention. Gives the output, and the logarithm of each query's sum of exponentials, `[batch, heads, tokens]`.
    fn attend(qkv: FloatTensor<Self>, heads: usize) -> (FloatTensor<Self>, FloatTensor<Self>);

    /// Class token, patches and positions put together.
    fn tokens(patches: FloatTensor<Self>, class: FloatTensor<Self>, positions: FloatTensor<Self>) -> FloatTensor<Self>;

    /// Normalization, attention and the projection of its output, with or without x added.
    #[allow(clippy::too_many_arguments)]
    fn attention_branch(
        x: FloatTensor<Self>,
        gamma: FloatTensor<Self>,
        beta: FloatTensor<Self>,
        qkv_weight: FloatTensor<Self>,
        qkv_bias: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        how: Branch,
    ) -> FloatTensor<Self>;

    /// Normalization, a linear layer, GELU and another, with or without x added.
    #[allow(clippy::too_many_arguments)]
    fn mlp_branch(
        x: FloatTensor<Self>,
        gamma: FloatTensor<Self>,
        beta: FloatTensor<Self>,
        up_weight: FloatTensor<Self>,
        up_bias: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        how: Branch,
    ) -> FloatTensor<Self>;
}
