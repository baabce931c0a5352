//! Computes a stage by the own operations of any backend. A layer's concatenated features exist only while it needs
//! them.

use burn::backend::Backend;
use burn::backend::ops::ConvOptions;
use burn::backend::tensor::FloatTensor;
use burn::tensor::{Shape, Slice};

use super::stage::{Activations, Stage, StageOutput, Step};
use crate::Conv;

/// Returns `range` of a tensor's axis.
fn part<B: Backend>(x: &FloatTensor<B>, axis: usize, range: std::ops::Range<usize>) -> FloatTensor<B> {
    let mut slices = vec![Slice::full(); axis + 1];
    slices[axis] = Slice::from(range);
    B::float_slice(x.clone(), &slices)
}

/// Returns a step's γ, β and weights.
fn parameters<B: Backend>(all: &FloatTensor<B>, step: &Step) -> [FloatTensor<B>; 3] {
    let Conv { input, output, kernel, .. } = step.conv;
    let weight = part::<B>(all, 0, step.weight.clone());
    let weight = B::float_reshape(weight, Shape::from([output, input, kernel, kernel]));
    [part::<B>(all, 0, step.gamma.clone()), part::<B>(all, 0, step.beta.clone()), weight]
}

fn options(conv: &Conv) -> ConvOptions<2> {
    ConvOptions::new([conv.stride; 2], [conv.padding; 2], [1, 1], 1)
}

/// Computes the forward pass.
pub(super) fn forward<B: Backend>(
    x: FloatTensor<B>,
    all: FloatTensor<B>,
    given: Option<FloatTensor<B>>,
    stage: &Stage,
) -> StageOutput<B> {
    let (mut features, mut found, mut inner, mut activated) = (x, Vec::new(), Vec::new(), Vec::new());
    for steps in stage.steps() {
        let mut x = features.clone();
        for (index, step) in steps.iter().enumerate() {
            let [gamma, beta, weight] = parameters::<B>(&all, step);
            let y = match &given {
                Some(given) => {
                    let (mean, variance) =
                        (part::<B>(given, 0, step.mean.clone()), part::<B>(given, 0, step.variance.clone()));
                    B::batch_norm(x, gamma, beta, mean, variance, stage.epsilon)
                }
                None => {
                    let normalized = B::batch_norm_train(x, gamma, beta, stage.epsilon);
                    found.extend([normalized.mean, normalized.variance]);
                    normalized.output
                }
            };
            let y = B::relu(y);
            x = B::conv2d(y.clone(), weight, None, options(&step.conv));
            if given.is_none() && stage.activations == Activations::Keep {
                activated.push(y);
            }
            if given.is_none() && index + 1 < steps.len() {
                inner.push(x.clone());
            }
        }
        features = B::float_cat(vec![features, x], 1);
    }
    let statistics = given.unwrap_or_else(|| B::float_cat(found, 0));
    StageOutput { features, statistics, inner, activated }
}

/// Computes the backward pass.
pub(super) fn backward<B: Backend>(
    mut done: StageOutput<B>,
    all: FloatTensor<B>,
    gradient: FloatTensor<B>,
    stage: &Stage,
) -> [FloatTensor<B>; 2] {
    let (mut gradient, mut found) = (gradient, Vec::new());
    let mut channels = stage.output();
    for steps in stage.steps().iter().rev() {
        let Some(grown) = steps.last().map(|step| step.conv.output) else { continue };
        let mut d = part::<B>(&gradient, 1, channels - grown..channels);
        channels -= grown;
        for (index, step) in steps.iter().enumerate().rev() {
            let x = match index {
                0 => part::<B>(&done.features, 1, 0..channels),
                _ => done.inner.pop().expect("every step but the first kept what entered it"),
            };
            let y = done.activated.pop();
            let (dx, gradients) = step_backward::<B>((x, y), &all, &done.statistics, d, step, stage.epsilon);
            found.extend(gradients);
            d = dx;
        }
        gradient = B::float_add(part::<B>(&gradient, 1, 0..channels), d);
    }
    found.reverse();
    [gradient, B::float_cat(found, 0)]
}

/// Returns the gradients of x and, last first, of the weights, β and γ.
fn step_backward<B: Backend>(
    (x, y): (FloatTensor<B>, Option<FloatTensor<B>>),
    all: &FloatTensor<B>,
    statistics: &FloatTensor<B>,
    d: FloatTensor<B>,
    step: &Step,
    epsilon: f64,
) -> (FloatTensor<B>, [FloatTensor<B>; 3]) {
    let [gamma, beta, weight] = parameters::<B>(all, step);
    let mean = part::<B>(statistics, 0, step.mean.clone());
    let variance = part::<B>(statistics, 0, step.variance.clone());
    let again = || {
        let (x, gamma, mean, variance) = (x.clone(), gamma.clone(), mean.clone(), variance.clone());
        B::relu(B::batch_norm(x, gamma, beta, mean, variance, epsilon))
    };
    let y = y.unwrap_or_else(again);
    let dw = B::conv2d_weight_backward(y.clone(), weight.clone(), d.clone(), options(&step.conv));
    let dw = B::float_reshape(dw, Shape::from([step.weight.len()]));
    let dy = B::conv2d_x_backward(y.clone(), weight, d, options(&step.conv));
    let dy = B::relu_backward(y, dy);
    let found = B::batch_norm_train_backward(x, gamma, mean, variance, epsilon, dy);
    (found.x_grad, [dw, found.beta_grad, found.gamma_grad])
}
