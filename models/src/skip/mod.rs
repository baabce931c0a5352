//! Defines the subject of the project: what a block does with its input x once its branch's output F(x) is known.
//!
//! [`Skip`] names the styles. A style is one file, which has its equation, what it learns, its forward pass and its
//! cost side by side. Every network asks this module how it joins:
//!
//! - the backbone and DenseNets hold one [`Join`](join::Join) per block. Transformers hold two per block, one for
//!   attention and one for the MLP. A [`Flow`](flow::Flow) runs between the joins;
//! - residual networks hold a [`ResidualSkip`], which can only be none or add. A Transformer without another style can
//!   hold one for attention and one for the MLP.
//!
//! Nothing else differs between two members of a matched group of the controlled backbone, or of Transformers. A style
//! is written once for both. A tensor's rank says whether it holds maps or tokens ([`layout`]).
//!
//! # Where each join runs
//!
//! Every join can run as an operation of its own, made of Burn's operations, on any device: the column "by itself"
//! links to it. Three joins are part of a larger operation instead if no probe looks between: the last column links to
//! the code in this module that decides, and from there to the operation.
//!
//! | style | equation | by itself | as part of a larger operation |
//! |---|---|---|---|
//! | none | `y = F(x)` | [`none()`] | ReLU inside F's last BatchNorm, in a residual block: [`none_relu`] |
//! | add | `y = x + F(x)` | [`add()`] | addition and ReLU as that BatchNorm's epilogue: [`add_relu`] |
//! | concat | `y = [x, F(x)]` | [`concat()`] | a whole dense stage unless memory is naive: [`is_one_operation`] |
//! | scaled | `y = x + a·F(x)` | [`Scaled`] | |
//! | stochastic | `y = x + b·F(x)` | [`Stochastic`] | |
//! | gated | `y = T(x)·F(x) + (1 − T(x))·x` | [`Gated`] | |
//! | weighted | `y_i = Σ_j α_ij·x_j` | [`Weighted`] | |
//! | hyper | `s'_i = Σ_j M_ij·s_j + w_i·F(Σ_j r_j·s_j)` | [`Hyper`] | |
//! | constrained | as hyper, M doubly stochastic | [`Constrained`] | |
//! | fixup | `y = x + a·F(x)`, no normalization | [`Fixup`] | |
//! | x0 | `y_i = a_i·(y_{i−1} + F(y_{i−1})) + b_i·x_0` | [`X0`] | |
//! | attend | `y_i = Σ_j α_ij·F_j`, α a softmax over depth | [`Attend`] | |
//! | value | `y = x + F(x)`, attention's values `a_i·V_1 + b_i·V_i` | [`Value`] | |
//!
//! The operations are [`Engine::norm_relu`], [`Engine::norm_add_relu`] and, called by
//! [`dense_stage`](crate::nets::dense_stage), those of [`skipbench_ops::block`].
//!
//! [`none_relu`]: none::none_relu
//! [`add_relu`]: add::add_relu
//! [`is_one_operation`]: concat::is_one_operation
//! [`Scaled`]: scaled::Scaled
//! [`Stochastic`]: stochastic::Stochastic
//! [`Gated`]: gated::Gated
//! [`Weighted`]: weighted::Weighted
//! [`Hyper`]: hyper::Hyper
//! [`Constrained`]: constrained::Constrained
//! [`Fixup`]: fixup::Fixup
//! [`X0`]: x0::X0
//! [`Attend`]: attend::Attend
//! [`Value`]: value::Value
//! [`Engine::norm_relu`]: skipbench_ops::Engine::norm_relu
//! [`Engine::norm_add_relu`]: skipbench_ops::Engine::norm_add_relu

pub(crate) mod add;
mod attend;
pub(crate) mod concat;
mod constrained;
mod fixup;
pub(crate) mod flow;
mod gated;
mod hyper;
pub(crate) mod join;
mod layout;
pub(crate) mod none;
mod residual;
mod scaled;
pub(crate) mod stochastic;
mod streams;
mod style;
mod value;
mod weighted;
mod x0;

pub use add::add;
pub use concat::concat;
pub use none::none;
pub use residual::ResidualSkip;
pub use style::Skip;
