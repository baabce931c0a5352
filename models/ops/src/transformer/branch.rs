//! Whole branches on flex, by the kernels: forward, and their gradients.

use burn::backend::flex::FlexTensor;
use skipbench_kernels::attention::Kept;
use skipbench_kernels::layer_norm::{self, Moments, Parameters};
use skipbench_kernels::mlp::{Trained, Weights};
use skipbench_kernels::{Linear, Mlp};

use super::flex::attention;
use crate::branch::Branch;
use crate::slices::{dense, numbers, shape, shaped, tensor};

/// What a branch learns: γ, β, and weight and bias of its two layers.
#[derive(Debug, Clone)]
pub(super) struct Learned {
    pub(super) gamma: FlexTensor,
    pub(super) beta: FlexTensor,
    pub(super) first: [FlexTensor; 2],
    pub(super) second: [FlexTensor; 2],
}

impl Learned {
    /// In the order of the extension's arguments.
    pub(super) fn new(all: [FlexTensor; 6]) -> Self {
        let [gamma, beta, first, first_bias, second, second_bias] = all.map(dense);
        Self { gamma, beta, first: [first, first_bias], second: [second, second_bias] }
    }

    fn by(&self, epsilon: f64) -> Parameters<'_> {
        Parameters { gamma: numbers(&self.gamma), beta: numbers(&self.beta), epsilon }
    }

    fn weights(&self) -> Weights<'_> {
        let [up, down] = [&self.first, &self.second].map(|layer| layer.each_ref().map(numbers));
        Weights { up: up.into(), down: down.into() }
    }

    /// Outputs of the first layer.
    fn hidden(&self) -> usize {
        shape(&self.first[1])[0]
    }

    /// Gradients in the order of the extension's arguments, x before them.
    fn gradients(
        &self,
        x: &FlexTensor,
        norm: layer_norm::Gradients,
        [first, second]: [(Vec<f32>, Vec<f32>); 2],
    ) -> [FlexTensor; 7] {
        let of = |values: Vec<f32>, like: &FlexTensor| shaped(values, shape(like));
        [
            of(norm.x, x),
            of(norm.gamma, &self.gamma),
            of(norm.beta, &self.beta),
            of(first.0, &self.first[0]),
            of(first.1, &self.first[1]),
            of(second.0, &self.second[0]),
            of(second.1, &self.second[1]),
        ]
    }
}

/// Rows and width of activations.
fn rows(x: &FlexTensor) -> (usize, usize) {
    let width = shape(x).last().copied().unwrap_or(1);
    (numbers(x).len() / width, width)
}

/// What the gradient of an MLP needs from its forward pass.
#[derive(Debug, Clone)]
pub(super) struct SavedMlp {
    x: FlexTensor,
    learned: Learned,
    /// What GELU was applied to.
    hidden: FlexTensor,
    moments: Moments,
    how: Branch,
}

/// The MLP's output.
pub(super) fn mlp_infer(x: FlexTensor, learned: &Learned, how: Branch) -> FlexTensor {
    let x = dense(x);
    let (rows, width) = rows(&x);
    let mlp = Mlp::new(rows, width, learned.hidden());
    shaped(mlp.infer(numbers(&x), learned.by(how.epsilon), learned.weights(), how.skip), shape(&x))
}

/// The same, and what its gradient needs.
pub(super) fn mlp_train(x: FlexTensor, learned: Learned, how: Branch) -> (FlexTensor, SavedMlp) {
    let x = dense(x);
    let (rows, width) = rows(&x);
    let mlp = Mlp::new(rows, width, learned.hidden());
    let Trained { y, hidden, moments } = mlp.train(numbers(&x), learned.by(how.epsilon), learned.weights(), how.skip);
    let hidden = tensor(hidden, [rows, learned.hidden()]);
    (shaped(y, shape(&x)), SavedMlp { x, learned, hidden, moments, how })
}

impl SavedMlp {
    /// The gradients of x and of all that is learned.
    pub(super) fn backward(self, dy: FlexTensor) -> [FlexTensor; 7] {
        let Self { x, learned, hidden, moments, how } = self;
        let dy = dense(dy);
        let (rows, width) = rows(&x);
        let (up, down) = Mlp::new(rows, width, learned.hidden()).layers();
        let second = down.parameter_gradients(numbers(&hidden), numbers(&dy));
        let entering = down.gradient(numbers(&hidden), numbers(&learned.second[0]), numbers(&dy));
        drop(hidden);
        let first = {
            let normal = layer_norm::again(numbers(&x), learned.by(how.epsilon), &moments);
            up.parameter_gradients(&normal, &entering)
        };
        let normal = up.gradient(numbers(&x), numbers(&learned.first[0]), &entering);
        drop(entering);
        let other = how.skip.then(|| numbers(&dy));
        let norm = layer_norm::backward((numbers(&x), &normal), numbers(&learned.gamma), &moments, other);
        learned.gradients(&x, norm, [first, second])
    }
}

/// What the gradient of an attention branch needs from its forward pass.
#[derive(Debug, Clone)]
pub(super) struct SavedAttentionBranch {
    x: FlexTensor,
    learned: Learned,
    moments: Moments,
    qkv: FlexTensor,
    attended: Vec<f32>,
    logarithms: Vec<f32>,
    how: Branch,
}

/// The branch's output, and what its gradient needs.
pub(super) fn attention_train(x: FlexTensor, learned: Learned, how: Branch) -> (FlexTensor, SavedAttentionBranch) {
    let x = dense(x);
    let (layers, shape) = (attention_layers(&x), shape(&x));
    let [weight, bias] = learned.first.each_ref().map(numbers);
    let (qkv, moments) = layers.0.output_normalized(numbers(&x), learned.by(how.epsilon), weight, bias);
    let qkv = shaped(qkv, [&shape[..2], &[3 * shape[2]]].concat());
    let (attended, logarithms) = attention(&qkv, how.heads).output(numbers(&qkv));
    let [weight, bias] = learned.second.each_ref().map(numbers);
    let y = if how.skip {
        layers.1.output_added(&attended, weight, bias, numbers(&x))
    } else {
        layers.1.output(&attended, weight, bias)
    };
    (shaped(y, shape), SavedAttentionBranch { x, learned, moments, qkv, attended, logarithms, how })
}

/// The layer that makes queries, keys and values, and the projection.
fn attention_layers(x: &FlexTensor) -> (Linear, Linear) {
    let (rows, width) = rows(x);
    (Linear::new(rows, width, 3 * width), Linear::new(rows, width, width))
}

impl SavedAttentionBranch {
    /// The gradients of x and of all that is learned.
    pub(super) fn backward(self, dy: FlexTensor) -> [FlexTensor; 7] {
        let Self { x, learned, moments, qkv, attended, logarithms, how } = self;
        let (layers, dy) = (attention_layers(&x), dense(dy));
        let second = layers.1.parameter_gradients(&attended, numbers(&dy));
        let d = layers.1.gradient(&attended, numbers(&learned.second[0]), numbers(&dy));
        let kept = Kept { qkv: numbers(&qkv), y: &attended, logarithms: &logarithms };
        let d = attention(&qkv, how.heads).gradient(kept, &d);
        drop((qkv, attended));
        let first = {
            let normal = layer_norm::again(numbers(&x), learned.by(how.epsilon), &moments);
            layers.0.parameter_gradients(&normal, &d)
        };
        let normal = layers.0.gradient(numbers(&x), numbers(&learned.first[0]), &d);
        drop(d);
        let other = how.skip.then(|| numbers(&dy));
        let norm = layer_norm::backward((numbers(&x), &normal), numbers(&learned.gamma), &moments, other);
        learned.gradients(&x, norm, [first, second])
    }
}
