//! F(x), the chain of convolutions that a skip connection goes around: one definition for every convolutional family.
//!
//! A piece has the same three methods here, in `stem` and in `head`: `init` draws its weights, `forward` runs it,
//! `trace` costs it. `trace` belongs to the configuration, so that a cost needs no network.

use burn::module::Module;
use burn::nn::BatchNorm;
use burn::nn::conv::Conv2d;
use burn::tensor::{Tensor, activation::relu};

use crate::conv::Conv;
use crate::init::Weights;
use crate::norm::{Footing, Shifts};
use crate::probe::{Place, Point, Probe};
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
    /// What keeps its scale; of post-activation branches BatchNorm always.
    pub footing: Footing,
}

/// F(x): the chain of convolutions that a skip connection goes around.
#[derive(Module, Debug)]
pub(crate) struct Branch {
    convs: Vec<Conv2d>,
    /// One a convolution, or none.
    norms: Vec<BatchNorm>,
    /// One a convolution, or none.
    shifts: Vec<Shifts>,
    #[module(skip)]
    order: Order,
    /// Channels of F(x).
    output: usize,
}

impl BranchConfig {
    /// Draws the branch's weights.
    pub(crate) fn init(&self, weights: &mut Weights) -> Branch {
        let normalised = self.convs.iter().filter(|_| self.footing.is_normalised());
        let norms = normalised.map(|conv| match self.order {
            Order::Post => weights.batch_norm(conv.output),
            Order::Pre => weights.batch_norm(conv.input),
        });
        let norms = norms.collect();
        let shifts = self.convs.iter().filter(|_| self.footing.is_fixup()).map(|_| Shifts::init(weights)).collect();
        let scale = |index| self.footing.scale(index, self.convs.len());
        let convs = self.convs.iter().enumerate().map(|(index, conv)| weights.scaled_conv(*conv, scale(index)));
        let output = self.convs.last().map_or(0, |conv| conv.output);
        Branch { convs: convs.collect(), norms, shifts, order: self.order, output }
    }

    /// Costs the branch; `name` prefixes its layers.
    pub(crate) fn trace(&self, name: &str, x: &Value, tape: &mut Tape) -> Value {
        match self.order {
            Order::Post => self.trace_post(name, x, tape),
            Order::Pre => {
                let activated = self.trace_activation(name, x, tape);
                self.trace_activated(name, &activated, tape)
            }
        }
    }

    /// Costs the first BN and ReLU of a pre-activation branch.
    pub(crate) fn trace_activation(&self, name: &str, x: &Value, tape: &mut Tape) -> Value {
        self.trace_activated_input(&format!("{name}.1"), x, tape)
    }

    fn trace_activated_input(&self, name: &str, x: &Value, tape: &mut Tape) -> Value {
        match self.footing {
            Footing::Normalised => tape.batch_norm_relu(name, x),
            Footing::Bare => tape.relu(name, x),
            Footing::Fixup { .. } => {
                let shifted = tape.shift(name, x);
                let activated = tape.relu(name, &shifted);
                tape.shift(name, &activated)
            }
        }
    }

    /// Costs all of a pre-activation branch but its first BN and ReLU.
    pub(crate) fn trace_activated(&self, name: &str, activated: &Value, tape: &mut Tape) -> Value {
        let mut x = activated.clone();
        for (index, conv) in self.convs.iter().enumerate() {
            let name = format!("{name}.{}", index + 1);
            if index > 0 {
                x = self.trace_activated_input(&name, &x, tape);
            }
            x = tape.conv(&name, &x, *conv);
        }
        x
    }

    fn trace_post(&self, name: &str, x: &Value, tape: &mut Tape) -> Value {
        let mut x = x.clone();
        for (index, conv) in self.convs.iter().enumerate() {
            let name = format!("{name}.{}", index + 1);
            x = tape.conv(&name, &x, *conv);
            x = tape.batch_norm(&name, &x);
            if index + 1 < self.convs.len() {
                x = tape.relu(&name, &x);
            }
        }
        x
    }
}

impl Branch {
    /// F(x).
    ///
    /// # Shapes
    /// - `x`: `[batch, channels_in, height, width]`
    /// - output: `[batch, channels_out, height / stride, width / stride]`
    pub(crate) fn forward<P: Probe>(&self, x: Tensor<4>, place: Place, probe: &mut P) -> Tensor<4> {
        match self.order {
            Order::Post => self.forward_post(x, place, probe),
            Order::Pre => self.forward_activated(self.activate(x), place, probe),
        }
    }

    /// The first BN and ReLU of a pre-activation branch. Where the shape changes, the shortcut starts after them.
    pub(crate) fn activate(&self, x: Tensor<4>) -> Tensor<4> {
        self.activated(0, x)
    }

    /// What convolution `index` of a pre-activation branch reads.
    fn activated(&self, index: usize, x: Tensor<4>) -> Tensor<4> {
        match (self.norms.get(index), self.shifts.get(index)) {
            (Some(norm), _) => relu(norm.forward(x)),
            (None, Some(shifts)) => shifts.add(1, relu(shifts.add(0, x))),
            (None, None) => relu(x),
        }
    }

    /// All of a pre-activation branch but its first BN and ReLU.
    pub(crate) fn forward_activated<P: Probe>(&self, activated: Tensor<4>, place: Place, probe: &mut P) -> Tensor<4> {
        let mut x = activated;
        for (index, conv) in self.convs.iter().enumerate() {
            if index > 0 {
                x = self.activated(index, x);
            }
            probe.weight(Point::Conv(place, index + 1), &conv.weight);
            x = conv.forward(x);
        }
        x
    }

    fn forward_post<P: Probe>(&self, x: Tensor<4>, place: Place, probe: &mut P) -> Tensor<4> {
        let mut x = x;
        for (index, (conv, norm)) in self.convs.iter().zip(&self.norms).enumerate() {
            probe.weight(Point::Conv(place, index + 1), &conv.weight);
            x = norm.forward(conv.forward(x));
            if index + 1 < self.convs.len() {
                x = relu(x);
            }
        }
        x
    }

    /// Zeros in the shape of F(x), where F keeps height and width.
    pub(crate) fn zeros(&self, x: &Tensor<4>) -> Tensor<4> {
        let [batch, _, height, width] = x.dims();
        let zeros: Tensor<4> = Tensor::zeros([batch, self.output, height, width], &x.device());
        zeros.cast(x.dtype())
    }
}
