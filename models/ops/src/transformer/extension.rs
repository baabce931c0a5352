//! What Burn's backends are extended by.

use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, backend_extension};

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
}
