//! Differentiates the extension: what each operation keeps from its forward pass, and what it registers.

use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::flex::FlexTensor;
use burn::backend::ops::{ActivationOps, FloatTensorOps, ModuleOps};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, AutodiffBackend, Flex};

use super::arguments::Window;
use super::extension::LayerOps;
use super::flex::{Saved, convolve_backward, norm_backward};
use crate::slices::dense;

/// Backward step of a convolution. It keeps the input and the weights.
#[derive(Debug)]
struct Convolution;

impl Backward<Flex, 2> for Convolution {
    type State = (FlexTensor, FlexTensor, Window);

    fn backward(self, ops: Ops<Self::State, 2>, grads: &mut Gradients, _: &mut Checkpointer) {
        let dy = grads.consume::<Flex>(&ops.node);
        let (x, weight, window) = ops.state;
        let wanted = ops.parents.each_ref().map(Option::is_some);
        let found = convolve_backward(x, weight, dy, window, wanted);
        for (parent, gradient) in ops.parents.into_iter().zip(found) {
            if let (Some(node), Some(gradient)) = (parent, gradient) {
                grads.register::<Flex>(node.id, gradient);
            }
        }
    }
}

/// Backward step of a normalization. It keeps the input, the parameters and the statistics of the batch. Its parents
/// are x, γ and β.
#[derive(Debug)]
struct Norm;

impl Backward<Flex, 3> for Norm {
    type State = Saved;

    fn backward(self, ops: Ops<Saved, 3>, grads: &mut Gradients, _: &mut Checkpointer) {
        let dy = grads.consume::<Flex>(&ops.node);
        let (x, gamma, beta, _) = norm_backward(&ops.state, dy);
        for (parent, gradient) in ops.parents.into_iter().zip([x, gamma, beta]) {
            if let Some(node) = parent {
                grads.register::<Flex>(node.id, gradient);
            }
        }
    }
}

/// Backward step of a normalization with a shortcut. It keeps the output too. Its parents are x, γ, β and the shortcut.
#[derive(Debug)]
struct NormAdd;

impl Backward<Flex, 4> for NormAdd {
    type State = Saved;

    fn backward(self, ops: Ops<Saved, 4>, grads: &mut Gradients, _: &mut Checkpointer) {
        let dy = grads.consume::<Flex>(&ops.node);
        let (x, gamma, beta, shortcut) = norm_backward(&ops.state, dy);
        let shortcut = shortcut.expect("the output was kept, so the shortcut's gradient was written");
        for (parent, gradient) in ops.parents.into_iter().zip([x, gamma, beta, shortcut]) {
            if let Some(node) = parent {
                grads.register::<Flex>(node.id, gradient);
            }
        }
    }
}

/// A tensor that is differentiated.
type Tracked<C> = FloatTensor<Autodiff<Flex, C>>;

fn constant<C: CheckpointStrategy>(x: FlexTensor) -> Tracked<C> {
    Autodiff::<Flex, C>::from_inner(x)
}

impl<C: CheckpointStrategy> LayerOps for Autodiff<Flex, C> {
    fn convolve(x: Tracked<C>, weight: Tracked<C>, window: Window) -> Tracked<C> {
        let prepared = Convolution.prepare::<C>([x.node(), weight.node()]).compute_bound().stateful();
        let (x, weight) = (dense(x.into_primitive()), dense(weight.into_primitive()));
        let y = Flex::convolve(x.clone(), weight.clone(), window);
        match prepared {
            OpsKind::Tracked(prepared) => prepared.finish((x, weight, window), y),
            OpsKind::UnTracked(prepared) => prepared.finish(y),
        }
    }

    fn norm_train(
        x: Tracked<C>,
        gamma: Tracked<C>,
        beta: Tracked<C>,
        epsilon: f64,
        relu: bool,
    ) -> (Tracked<C>, Tracked<C>, Tracked<C>) {
        let prepared = Norm.prepare::<C>([x.node(), gamma.node(), beta.node()]).compute_bound().stateful();
        let [x, gamma, beta] = [x, gamma, beta].map(|tensor| dense(tensor.into_primitive()));
        let (y, mean, variance) = Flex::norm_train(x.clone(), gamma.clone(), beta.clone(), epsilon, relu);
        let statistics = [mean.clone(), variance.clone()].map(constant::<C>);
        let y = match prepared {
            OpsKind::Tracked(prepared) => {
                prepared.finish(Saved { x, gamma, beta, mean, variance, epsilon, relu, output: None }, y)
            }
            OpsKind::UnTracked(prepared) => prepared.finish(y),
        };
        let [mean, variance] = statistics;
        (y, mean, variance)
    }

    fn norm_add_train(
        x: Tracked<C>,
        shortcut: Tracked<C>,
        gamma: Tracked<C>,
        beta: Tracked<C>,
        epsilon: f64,
    ) -> (Tracked<C>, Tracked<C>, Tracked<C>) {
        let nodes = [x.node(), gamma.node(), beta.node(), shortcut.node()];
        let prepared = NormAdd.prepare::<C>(nodes).compute_bound().stateful();
        let [x, shortcut, gamma, beta] = [x, shortcut, gamma, beta].map(|tensor| dense(tensor.into_primitive()));
        let (y, mean, variance) = Flex::norm_add_train(x.clone(), shortcut, gamma.clone(), beta.clone(), epsilon);
        let statistics = [mean.clone(), variance.clone()].map(constant::<C>);
        let y = match prepared {
            OpsKind::Tracked(prepared) => {
                let output = Some(y.clone());
                prepared.finish(Saved { x, gamma, beta, mean, variance, epsilon, relu: true, output }, y)
            }
            OpsKind::UnTracked(prepared) => prepared.finish(y),
        };
        let [mean, variance] = statistics;
        (y, mean, variance)
    }

    /// Computes a normalization that is frozen while the rest learns, with Burn's own operations, which Burn can
    /// differentiate.
    fn norm_infer(
        x: Tracked<C>,
        gamma: Tracked<C>,
        beta: Tracked<C>,
        mean: Tracked<C>,
        variance: Tracked<C>,
        epsilon: f64,
        relu: bool,
    ) -> Tracked<C> {
        let y = Self::batch_norm(x, gamma, beta, mean, variance, epsilon);
        if relu { Self::relu(y) } else { y }
    }

    fn norm_add_infer(
        x: Tracked<C>,
        shortcut: Tracked<C>,
        gamma: Tracked<C>,
        beta: Tracked<C>,
        mean: Tracked<C>,
        variance: Tracked<C>,
        epsilon: f64,
    ) -> Tracked<C> {
        let y = Self::batch_norm(x, gamma, beta, mean, variance, epsilon);
        Self::relu(Self::float_add(y, shortcut))
    }
}
