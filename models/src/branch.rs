//! F(x), the chain of convolutions that a skip connection goes around: one definition for every convolutional family.
//!
//! A piece has the same three methods here, in `stem` and in `head`: `init` draws its weights, `forward` runs it,
//! `trace` costs it. `trace` belongs to the configuration, so that a cost needs no network.

use burn::module::Module;
use burn::nn::BatchNorm;
use burn::nn::conv::Conv2d;
use burn::tensor::Tensor;

use crate::conv::Conv;
use crate::execution::Kernels;
use crate::init::Weights;
use crate::tape::{Tape, Value};

/// Where a branch's normalisation stands relative to its convolutions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    /// conv – BN – ReLU, without the last ReLU, which comes after the join (He et al. 2015).
    Post,
    /// BN – ReLU – conv throughout (He et al. 2016, arXiv:1603.05027).
    Pre,
}

/// Configuration of a [`Branch`].
#[derive(Debug, Clone)]
pub(crate) struct BranchConfig {
    /// Where normalisation stands.
    pub order: Order,
    /// The convolutions, first to last.
    pub convs: Vec<Conv>,
}

/// F(x): the chain of convolutions that a skip connection goes around.
#[derive(Module, Debug)]
pub(crate) struct Branch {
    convs: Vec<Conv2d>,
    norms: Vec<BatchNorm>,
    #[module(skip)]
    order: Order,
    #[module(skip)]
    kernels: Kernels,
}

impl BranchConfig {
    /// Draws the branch's weights.
    pub(crate) fn init(&self, weights: &mut Weights) -> Branch {
        let norms = self.convs.iter().map(|conv| match self.order {
            Order::Post => weights.batch_norm(conv.output),
            Order::Pre => weights.batch_norm(conv.input),
        });
        let (norms, kernels) = (norms.collect(), weights.execution.kernels);
        Branch { convs: self.convs.iter().map(|conv| weights.conv(*conv)).collect(), norms, order: self.order, kernels }
    }

    /// Costs the branch; `name` prefixes its layers.
    pub(crate) fn trace(&self, name: &str, x: &Value, tape: &mut Tape) -> Value {
        match self.order {
            Order::Post => self.trace_post(name, x, tape),
            Order::Pre => self.trace_pre(name, x, tape),
        }
    }

    /// Costs the first BN and ReLU of a pre-activation branch.
    pub(crate) fn trace_activation(&self, name: &str, x: &Value, tape: &mut Tape) -> Value {
        tape.batch_norm_relu(&format!("{name}.1"), x)
    }

    /// Costs all of a pre-activation branch but its first BN and ReLU.
    pub(crate) fn trace_activated(&self, name: &str, activated: &Value, tape: &mut Tape) -> Value {
        let mut x = tape.conv(&format!("{name}.1"), activated, self.convs[0]);
        for (index, conv) in self.convs.iter().enumerate().skip(1) {
            let name = format!("{name}.{}", index + 1);
            x = tape.norm_relu_conv((&name, &name), &x, *conv);
        }
        x
    }

    fn trace_pre(&self, name: &str, x: &Value, tape: &mut Tape) -> Value {
        self.convs.iter().enumerate().fold(x.clone(), |x, (index, conv)| {
            let name = format!("{name}.{}", index + 1);
            tape.norm_relu_conv((&name, &name), &x, *conv)
        })
    }

    fn trace_post(&self, name: &str, x: &Value, tape: &mut Tape) -> Value {
        let name = |index: usize| format!("{name}.{}", index + 1);
        let mut x = tape.conv(&name(0), x, self.convs[0]);
        for (index, conv) in self.convs.iter().enumerate().skip(1) {
            x = tape.norm_relu_conv((&name(index - 1), &name(index)), &x, *conv);
        }
        tape.batch_norm(&name(self.convs.len() - 1), &x)
    }
}

impl Branch {
    /// F(x).
    ///
    /// # Shapes
    /// - `x`: `[batch, channels_in, height, width]`
    /// - output: `[batch, channels_out, height / stride, width / stride]`
    pub(crate) fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        match self.order {
            Order::Post => self.forward_post(x),
            Order::Pre => self.layers().fold(x, |x, (conv, norm)| self.kernels.norm_relu_conv(norm, conv, x)),
        }
    }

    /// Its convolutions, each with its normalisation.
    pub(crate) fn layers(&self) -> impl Iterator<Item = (&Conv2d, &BatchNorm)> {
        self.convs.iter().zip(&self.norms)
    }

    /// The first BN and ReLU of a pre-activation branch. Where the shape changes, the shortcut starts after them.
    pub(crate) fn activate(&self, x: Tensor<4>) -> Tensor<4> {
        self.kernels.norm_relu(&self.norms[0], x)
    }

    /// All of a pre-activation branch but its first BN and ReLU.
    pub(crate) fn forward_activated(&self, activated: Tensor<4>) -> Tensor<4> {
        let x = self.kernels.conv(&self.convs[0], activated);
        self.layers().skip(1).fold(x, |x, (conv, norm)| self.kernels.norm_relu_conv(norm, conv, x))
    }

    fn forward_post(&self, x: Tensor<4>) -> Tensor<4> {
        let (x, norm) = self.forward_to_last_norm(x);
        self.kernels.norm(norm, x)
    }

    /// ReLU(F(x)) of a branch that ends with a normalisation.
    pub(crate) fn forward_relu(&self, x: Tensor<4>) -> Tensor<4> {
        let (x, norm) = self.forward_to_last_norm(x);
        self.kernels.norm_relu(norm, x)
    }

    /// ReLU(shortcut + F(x)) of a branch that ends with a normalisation.
    pub(crate) fn forward_add_relu(&self, x: Tensor<4>, shortcut: Tensor<4>) -> Tensor<4> {
        let (x, norm) = self.forward_to_last_norm(x);
        self.kernels.norm_add_relu(norm, x, shortcut)
    }

    /// All but the last normalisation, and that.
    fn forward_to_last_norm(&self, x: Tensor<4>) -> (Tensor<4>, &BatchNorm) {
        let mut x = self.kernels.conv(&self.convs[0], x);
        for (conv, norm) in self.convs.iter().skip(1).zip(&self.norms) {
            x = self.kernels.norm_relu_conv(norm, conv, x);
        }
        (x, &self.norms[self.norms.len() - 1])
    }
}
