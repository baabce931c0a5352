//! The gradients of the extension: what each operation keeps from its forward pass, and what it registers.

use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::flex::FlexTensor;
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, AutodiffBackend, Flex};

use super::extension::TransformerOps;
use super::flex::{
    SavedAttention, SavedLinear, SavedNorm, attention_backward, linear_backward, norm_backward,
};
use crate::slices::dense;

/// Keeps its input and its weight. Parents: x, weight, bias.
#[derive(Debug)]
struct Linear;

impl Backward<Flex, 3> for Linear {
    type State = SavedLinear;

    fn backward(self, ops: Ops<SavedLinear, 3>, grads: &mut Gradients, _: &mut Checkpointer) {
        let dy = grads.consume::<Flex>(&ops.node);
        let wanted = ops.parents.each_ref().map(Option::is_some);
        let found = linear_backward(&ops.state, dy, wanted);
        for (parent, gradient) in ops.parents.into_iter().zip(found) {
            if let (Some(node), Some(gradient)) = (parent, gradient) {
                grads.register::<Flex>(node.id, gradient);
            }
        }
    }
}

/// Keeps its input, γ and two numbers a row. Parents: x, γ, β.
#[derive(Debug)]
struct Norm;

impl Backward<Flex, 3> for Norm {
    type State = SavedNorm;

    fn backward(self, ops: Ops<SavedNorm, 3>, grads: &mut Gradients, _: &mut Checkpointer) {
        let dy = grads.consume::<Flex>(&ops.node);
        let found = norm_backward(&ops.state, dy);
        for (parent, gradient) in ops.parents.into_iter().zip(found) {
            if let Some(node) = parent {
                grads.register::<Flex>(node.id, gradient);
            }
        }
    }
}

/// Keeps its input, its output and one number a query.
#[derive(Debug)]
struct Attention;

impl Backward<Flex, 1> for Attention {
    type State = SavedAttention;

    fn backward(self, ops: Ops<SavedAttention, 1>, grads: &mut Gradients, _: &mut Checkpointer) {
        let dy = grads.consume::<Flex>(&ops.node);
        let [parent] = ops.parents;
        if let Some(node) = parent {
            grads.register::<Flex>(node.id, attention_backward(&ops.state, dy));
        }
    }
}

/// A tensor that is differentiated.
type Tracked<C> = FloatTensor<Autodiff<Flex, C>>;

fn constant<C: CheckpointStrategy>(x: FlexTensor) -> Tracked<C> {
    Autodiff::<Flex, C>::from_inner(x)
}

impl<C: CheckpointStrategy> TransformerOps for Autodiff<Flex, C> {
    fn linear(x: Tracked<C>, weight: Tracked<C>, bias: Tracked<C>, activated: bool) -> Tracked<C> {
        let prepared = Linear.prepare::<C>([x.node(), weight.node(), bias.node()]).compute_bound().stateful();
        let [x, weight, bias] = [x, weight, bias].map(|tensor| dense(tensor.into_primitive()));
        let y = Flex::linear(x.clone(), weight.clone(), bias, activated);
        match prepared {
            OpsKind::Tracked(prepared) => prepared.finish(SavedLinear { x, weight, activated }, y),
            OpsKind::UnTracked(prepared) => prepared.finish(y),
        }
    }

    fn normalize_rows(
        x: Tracked<C>,
        gamma: Tracked<C>,
        beta: Tracked<C>,
        epsilon: f64,
    ) -> (Tracked<C>, Tracked<C>, Tracked<C>) {
        let prepared = Norm.prepare::<C>([x.node(), gamma.node(), beta.node()]).compute_bound().stateful();
        let [x, gamma, beta] = [x, gamma, beta].map(|tensor| dense(tensor.into_primitive()));
        let (y, mean, inverse) = Flex::normalize_rows(x.clone(), gamma.clone(), beta, epsilon);
        let moments = [mean.clone(), inverse.clone()].map(constant::<C>);
        let y = match prepared {
            OpsKind::Tracked(prepared) => prepared.finish(SavedNorm { x, gamma, mean, inverse }, y),
            OpsKind::UnTracked(prepared) => prepared.finish(y),
        };
        let [mean, inverse] = moments;
        (y, mean, inverse)
    }

    fn attend(qkv: Tracked<C>, heads: usize) -> (Tracked<C>, Tracked<C>) {
        let prepared = Attention.prepare::<C>([qkv.node()]).compute_bound().stateful();
        let qkv = dense(qkv.into_primitive());
        let (y, logarithms) = Flex::attend(qkv.clone(), heads);
        let sums = constant::<C>(logarithms.clone());
        let y = match prepared {
            OpsKind::Tracked(prepared) => {
                let saved = SavedAttention { qkv, y: y.clone(), logarithms, heads };
                prepared.finish(saved, y)
            }
            OpsKind::UnTracked(prepared) => prepared.finish(y),
        };
        (y, sums)
    }
}
