//! The gradients of the extension: what each operation keeps from its forward pass, and what it registers.

use burn::backend::autodiff::NodeId;
use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::flex::FlexTensor;
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, AutodiffBackend, Flex};

use super::branch::{Learned, SavedAttentionBranch, SavedMlp, attention_train, mlp_infer, mlp_train};
use super::extension::TransformerOps;
use super::flex::{
    SavedAttention, SavedLinear, SavedNorm, attention_backward, linear_backward, norm_backward, tokens_backward,
};
use crate::branch::Branch;
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
        register(ops.parents.map(|parent| parent.map(|node| node.id)), found, grads);
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

/// Keeps nothing. Parents: patches, class token, positions.
#[derive(Debug)]
struct Tokens;

impl Backward<Flex, 3> for Tokens {
    type State = ();

    fn backward(self, ops: Ops<(), 3>, grads: &mut Gradients, _: &mut Checkpointer) {
        let dy = grads.consume::<Flex>(&ops.node);
        register(ops.parents.map(|parent| parent.map(|node| node.id)), tokens_backward(dy), grads);
    }
}

/// Keeps x, what is learned, two numbers a row, and what GELU is applied to. Parents: x, γ, β, then weight and bias of
/// each layer.
#[derive(Debug)]
struct MlpBranch;

impl Backward<Flex, 7> for MlpBranch {
    type State = SavedMlp;

    fn backward(self, ops: Ops<SavedMlp, 7>, grads: &mut Gradients, _: &mut Checkpointer) {
        let dy = grads.consume::<Flex>(&ops.node);
        register(ops.parents.map(|parent| parent.map(|node| node.id)), ops.state.backward(dy), grads);
    }
}

/// Keeps x, what is learned, two numbers a row, queries, keys, values and what attention gives. Parents as above.
#[derive(Debug)]
struct AttentionBranch;

impl Backward<Flex, 7> for AttentionBranch {
    type State = SavedAttentionBranch;

    fn backward(self, ops: Ops<SavedAttentionBranch, 7>, grads: &mut Gradients, _: &mut Checkpointer) {
        let dy = grads.consume::<Flex>(&ops.node);
        register(ops.parents.map(|parent| parent.map(|node| node.id)), ops.state.backward(dy), grads);
    }
}

/// Gives each parent that wants one its gradient.
fn register<const N: usize>(parents: [Option<NodeId>; N], found: [FlexTensor; N], grads: &mut Gradients) {
    for (parent, gradient) in parents.into_iter().zip(found) {
        if let Some(node) = parent {
            grads.register::<Flex>(node, gradient);
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

    fn tokens(patches: Tracked<C>, class: Tracked<C>, positions: Tracked<C>) -> Tracked<C> {
        let prepared = Tokens.prepare::<C>([patches.node(), class.node(), positions.node()]).compute_bound().stateful();
        let [patches, class, positions] = [patches, class, positions].map(|tensor| tensor.into_primitive());
        let y = Flex::tokens(patches, class, positions);
        match prepared {
            OpsKind::Tracked(prepared) => prepared.finish((), y),
            OpsKind::UnTracked(prepared) => prepared.finish(y),
        }
    }

    fn attention_branch(
        x: Tracked<C>,
        gamma: Tracked<C>,
        beta: Tracked<C>,
        qkv_weight: Tracked<C>,
        qkv_bias: Tracked<C>,
        weight: Tracked<C>,
        bias: Tracked<C>,
        how: Branch,
    ) -> Tracked<C> {
        let all = [x, gamma, beta, qkv_weight, qkv_bias, weight, bias];
        let prepared =
            AttentionBranch.prepare::<C>(all.each_ref().map(|tensor| tensor.node())).compute_bound().stateful();
        let [x, learned @ ..] = all.map(|tensor| tensor.into_primitive());
        let (y, saved) = attention_train(x, Learned::new(learned), how);
        match prepared {
            OpsKind::Tracked(prepared) => prepared.finish(saved, y),
            OpsKind::UnTracked(prepared) => prepared.finish(y),
        }
    }

    fn mlp_branch(
        x: Tracked<C>,
        gamma: Tracked<C>,
        beta: Tracked<C>,
        up_weight: Tracked<C>,
        up_bias: Tracked<C>,
        weight: Tracked<C>,
        bias: Tracked<C>,
        how: Branch,
    ) -> Tracked<C> {
        let all = [x, gamma, beta, up_weight, up_bias, weight, bias];
        let prepared = MlpBranch.prepare::<C>(all.each_ref().map(|tensor| tensor.node())).compute_bound().stateful();
        let [x, learned @ ..] = all.map(|tensor| tensor.into_primitive());
        let learned = Learned::new(learned);
        match prepared {
            OpsKind::Tracked(prepared) => {
                let (y, saved) = mlp_train(x, learned, how);
                prepared.finish(saved, y)
            }
            OpsKind::UnTracked(prepared) => prepared.finish(mlp_infer(x, &learned, how)),
        }
    }
}
