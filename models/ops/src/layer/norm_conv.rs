//! BN–ReLU–convolution as one operation on the flex device: what enters the convolution is normalized as it is read,
//! and so neither written nor saved.

use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::flex::FlexTensor;
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, AutodiffBackend, Backend, Dispatch, Flex, backend_extension};
use burn::tensor::Tensor;
use skipbench_kernels::{ConvShape, Convolution, norm};

use super::arguments::{Affine, Window};
use super::extension::LayerOps;
use super::flex::{Saved, norm_backward};
use crate::slices::{dense, dims, numbers, planes, tensor};

/// What backends are extended by. Shapes as [`LayerOps`].
#[backend_extension(Autodiff, Flex)]
pub(super) trait NormConvOps: Backend {
    /// Normalization by the statistics of the batch, ReLU, convolution. Gives the output, the mean and the biased
    /// variance.
    fn norm_convolve_train(
        x: FloatTensor<Self>,
        gamma: FloatTensor<Self>,
        beta: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        epsilon: f64,
        window: Window,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>);

    /// Normalization by given statistics, ReLU, convolution.
    #[allow(clippy::too_many_arguments)]
    fn norm_convolve_infer(
        x: FloatTensor<Self>,
        gamma: FloatTensor<Self>,
        beta: FloatTensor<Self>,
        mean: FloatTensor<Self>,
        variance: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        epsilon: f64,
        window: Window,
    ) -> FloatTensor<Self>;
}

/// Normalization by the statistics of the batch, ReLU, convolution. Gives the output, and the mean and the biased
/// variance of each channel of x, through which no gradient flows.
pub fn norm_relu_convolve_train(
    x: Tensor<4>,
    by: Affine,
    weight: Tensor<4>,
    window: Window,
) -> (Tensor<4>, Tensor<1>, Tensor<1>) {
    let (gamma, beta, weight) = (by.gamma.into_dispatch(), by.beta.into_dispatch(), weight.into_dispatch());
    let (y, mean, variance) = Dispatch::norm_convolve_train(x.into_dispatch(), gamma, beta, weight, by.epsilon, window);
    (Tensor::from_dispatch(y), Tensor::from_dispatch(mean), Tensor::from_dispatch(variance))
}

/// Normalization by the given mean and variance, ReLU, convolution.
pub fn norm_relu_convolve_infer(
    x: Tensor<4>,
    by: Affine,
    (mean, variance): (Tensor<1>, Tensor<1>),
    weight: Tensor<4>,
    window: Window,
) -> Tensor<4> {
    let (gamma, beta, weight) = (by.gamma.into_dispatch(), by.beta.into_dispatch(), weight.into_dispatch());
    let (mean, variance) = (mean.into_dispatch(), variance.into_dispatch());
    let y = Dispatch::norm_convolve_infer(x.into_dispatch(), gamma, beta, mean, variance, weight, by.epsilon, window);
    Tensor::from_dispatch(y)
}

/// A convolution under way: its shape, and the scales and shifts of what it reads.
struct Folded {
    shape: ConvShape,
    window: Window,
    by: (Vec<f32>, Vec<f32>),
}

impl Folded {
    fn new(saved: &Saved, weight: &FlexTensor, window: Window) -> Self {
        let statistics = (numbers(&saved.mean), numbers(&saved.variance));
        Self { shape: window.shape(dims(&saved.x), dims(weight)), window, by: saved.parameters().folded(statistics) }
    }

    fn convolution(&self) -> Convolution<'_> {
        self.window.convolution(self.shape).normalized(&self.by.0, &self.by.1)
    }

    fn forward(&self, x: &FlexTensor, weight: &FlexTensor) -> FlexTensor {
        let y = self.convolution().output(numbers(x), numbers(weight));
        let ConvShape { batch, output, .. } = self.shape;
        tensor(y, [batch, output, self.shape.out_height(), self.shape.out_width()])
    }

    /// The gradients of what is convolved and of the weights.
    fn backward(&self, x: &FlexTensor, weight: &FlexTensor, dy: &FlexTensor) -> [FlexTensor; 2] {
        let dx = self.convolution().gradient(numbers(dy), numbers(weight));
        let mut dw = vec![0.0; self.shape.weight_len()];
        self.convolution().weight_gradient(numbers(x), numbers(dy), &mut dw);
        [tensor(dx, dims(x)), tensor(dw, dims(weight))]
    }
}

impl NormConvOps for Flex {
    fn norm_convolve_train(
        x: FlexTensor,
        gamma: FlexTensor,
        beta: FlexTensor,
        weight: FlexTensor,
        epsilon: f64,
        window: Window,
    ) -> (FlexTensor, FlexTensor, FlexTensor) {
        let x = dense(x);
        let (mean, variance) = norm::batch_statistics(planes(&x));
        let [mean, variance] = [mean, variance].map(|values| {
            let channels = values.len();
            tensor(values, [channels])
        });
        let statistics = [mean.clone(), variance.clone()];
        let y = Self::norm_convolve_infer(x, gamma, beta, mean, variance, weight, epsilon, window);
        let [mean, variance] = statistics;
        (y, mean, variance)
    }

    fn norm_convolve_infer(
        x: FlexTensor,
        gamma: FlexTensor,
        beta: FlexTensor,
        mean: FlexTensor,
        variance: FlexTensor,
        weight: FlexTensor,
        epsilon: f64,
        window: Window,
    ) -> FlexTensor {
        let [x, gamma, beta, mean, variance, weight] = [x, gamma, beta, mean, variance, weight].map(dense);
        let saved = Saved { x, gamma, beta, mean, variance, epsilon, relu: true, output: None };
        Folded::new(&saved, &weight, window).forward(&saved.x, &weight)
    }
}

/// Keeps what enters the normalization, the parameters and the statistics. Parents: x, γ, β, weight.
#[derive(Debug)]
struct NormConvolution;

impl Backward<Flex, 4> for NormConvolution {
    type State = (Saved, FlexTensor, Window);

    fn backward(self, ops: Ops<Self::State, 4>, grads: &mut Gradients, _: &mut Checkpointer) {
        let dy = dense(grads.consume::<Flex>(&ops.node));
        let (saved, weight, window) = ops.state;
        let [d, dw] = Folded::new(&saved, &weight, window).backward(&saved.x, &weight, &dy);
        let (x, gamma, beta, _) = norm_backward(&saved, d);
        for (parent, gradient) in ops.parents.into_iter().zip([x, gamma, beta, dw]) {
            if let Some(node) = parent {
                grads.register::<Flex>(node.id, gradient);
            }
        }
    }
}

impl<C: CheckpointStrategy> NormConvOps for Autodiff<Flex, C> {
    fn norm_convolve_train(
        x: FloatTensor<Self>,
        gamma: FloatTensor<Self>,
        beta: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        epsilon: f64,
        window: Window,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>) {
        let nodes = [x.node(), gamma.node(), beta.node(), weight.node()];
        let prepared = NormConvolution.prepare::<C>(nodes).compute_bound().stateful();
        let [x, gamma, beta, weight] = [x, gamma, beta, weight].map(|tensor| dense(tensor.into_primitive()));
        let (y, mean, variance) =
            Flex::norm_convolve_train(x.clone(), gamma.clone(), beta.clone(), weight.clone(), epsilon, window);
        let statistics = [mean.clone(), variance.clone()].map(Self::from_inner);
        let y = match prepared {
            OpsKind::Tracked(prepared) => {
                let saved = Saved { x, gamma, beta, mean, variance, epsilon, relu: true, output: None };
                prepared.finish((saved, weight, window), y)
            }
            OpsKind::UnTracked(prepared) => prepared.finish(y),
        };
        let [mean, variance] = statistics;
        (y, mean, variance)
    }

    /// A normalization that is frozen while the rest learns.
    fn norm_convolve_infer(
        x: FloatTensor<Self>,
        gamma: FloatTensor<Self>,
        beta: FloatTensor<Self>,
        mean: FloatTensor<Self>,
        variance: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        epsilon: f64,
        window: Window,
    ) -> FloatTensor<Self> {
        let y = Self::norm_infer(x, gamma, beta, mean, variance, epsilon, true);
        Self::convolve(y, weight, window)
    }
}
