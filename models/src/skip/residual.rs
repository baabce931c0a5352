//! Defines the skips that a residual block and a Transformer's sub-layer of the published families can take: none or
//! add. Any other style is the whole Transformer's, and then no sub-layer is without a skip.

use burn::tensor::Tensor;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};

use super::add::{self, add};
use super::none::{self, none};
use super::style::Skip;
use crate::cost::trace::{CostTrace, TracedTensor};
use crate::error::SpecError;

/// Names the skip of a published residual block or Transformer sub-layer. [`Skip`] has more styles, which the backbone
/// and a Transformer as a whole take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ResidualSkip {
    /// `y = F(x)`: [`Skip::None`].
    None,
    /// `y = x + F(x)`: [`Skip::Add`].
    #[default]
    Add,
}

impl From<ResidualSkip> for Skip {
    fn from(skip: ResidualSkip) -> Self {
        match skip {
            ResidualSkip::None => Skip::None,
            ResidualSkip::Add => Skip::Add,
        }
    }
}

impl TryFrom<Skip> for ResidualSkip {
    /// The style that a published residual block does not have.
    type Error = Skip;

    fn try_from(skip: Skip) -> Result<Self, Skip> {
        match skip {
            Skip::None => Ok(ResidualSkip::None),
            Skip::Add => Ok(ResidualSkip::Add),
            Skip::Concat | Skip::Scaled | Skip::Stochastic | Skip::Gated | Skip::Weighted => Err(skip),
            Skip::Hyper | Skip::Constrained | Skip::Fixup => Err(skip),
            Skip::X0 | Skip::Attend | Skip::Value => Err(skip),
        }
    }
}

impl ResidualSkip {
    /// Returns the word used in specs, names and rows.
    pub fn word(self) -> &'static str {
        Skip::from(self).word()
    }

    /// Joins `x` and `fx`, which have the same shape.
    pub fn join<const D: usize>(self, x: Tensor<D>, fx: Tensor<D>) -> Tensor<D> {
        match self {
            ResidualSkip::None => none(x, fx),
            ResidualSkip::Add => add(x, fx),
        }
    }

    /// Costs [`ResidualSkip::join`].
    pub(crate) fn trace(self, name: &str, x: &TracedTensor, fx: &TracedTensor, trace: &mut CostTrace) -> TracedTensor {
        match self {
            ResidualSkip::None => none::trace(fx),
            ResidualSkip::Add => add::trace(name, x, fx, trace),
        }
    }

    /// Returns whether x itself arrives after the join. It must then be made to fit where the shape changes.
    pub(crate) fn passes_input(self) -> bool {
        match self {
            ResidualSkip::None => false,
            ResidualSkip::Add => true,
        }
    }

    /// Reads the style of `key`, or refuses it and says by `fix` what would be possible.
    pub(crate) fn read<'de, D: Deserializer<'de>>(
        deserializer: D,
        key: &str,
        fix: fn(Skip) -> &'static str,
    ) -> Result<Self, D::Error> {
        let skip = Skip::deserialize(deserializer)?;
        Self::try_from(skip).map_err(|skip| D::Error::custom(SpecError::new(key, skip, fix(skip))))
    }
}
