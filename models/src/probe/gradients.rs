//! Gradients of weights and of activations, by name.

use burn::module::Param;
use burn::tensor::{Tensor, TensorData};

use super::{Probe, ProbePoint};

/// The gradients of a backward pass.
pub type Gradients = burn::tensor::Gradients;

/// Reads one gradient.
type Reader = Box<dyn Fn(&Gradients) -> Option<TensorData>>;

/// Goes along with a forward pass and reads the gradients after the backward pass.
///
/// To the output of every block it adds a tensor of zeros that keeps its gradient, which is the output's: Burn keeps
/// gradients of leaves only. No number changes by that, but what autodiff keeps does.
#[derive(Default)]
pub struct GradientProbe {
    weights: Vec<(ProbePoint, Reader)>,
    outputs: Vec<(ProbePoint, Reader)>,
}

impl GradientProbe {
    /// The gradient of every convolution's and linear layer's weight, in order from the images on. What the loss does
    /// not depend on has none.
    pub fn weights<'a>(
        &'a self,
        gradients: &'a Gradients,
    ) -> impl Iterator<Item = (ProbePoint, Option<TensorData>)> + 'a {
        self.weights.iter().map(|(point, read)| (*point, read(gradients)))
    }

    /// The gradient of every block's output, in order.
    pub fn outputs<'a>(
        &'a self,
        gradients: &'a Gradients,
    ) -> impl Iterator<Item = (ProbePoint, Option<TensorData>)> + 'a {
        self.outputs.iter().map(|(point, read)| (*point, read(gradients)))
    }
}

impl Probe for GradientProbe {
    fn tensor<const D: usize>(&mut self, point: ProbePoint, x: Tensor<D>) -> Tensor<D> {
        if !matches!(point, ProbePoint::Output(_)) || !x.device().is_autodiff() {
            return x;
        }
        let leaf = x.zeros_like().require_grad();
        self.outputs.push((point, reader(leaf.clone())));
        x + leaf
    }

    fn weight<const D: usize>(&mut self, point: ProbePoint, weight: &Param<Tensor<D>>) {
        self.weights.push((point, reader(weight.val())));
    }
}

fn reader<const D: usize>(tensor: Tensor<D>) -> Reader {
    Box::new(move |gradients| tensor.grad(gradients).map(Tensor::into_data))
}
