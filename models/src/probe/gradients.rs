//! Reads gradients of weights and of activations, by name.

use burn::module::Param;
use burn::tensor::{Tensor, TensorData};

use super::{Probe, ProbePoint};

/// Holds the gradients of a backward pass.
pub type Gradients = burn::tensor::Gradients;

/// Reads one gradient.
type Reader = Box<dyn Fn(&Gradients) -> Option<TensorData>>;

/// Follows a forward pass, and reads the gradients after the backward pass.
///
/// It adds a tensor of zeros to the output of every block. That tensor keeps its gradient, which is the output's: Burn
/// keeps gradients of leaves only. This changes no number, but it changes what autodiff keeps.
#[derive(Default)]
pub struct GradientProbe {
    weights: Vec<(ProbePoint, Reader)>,
    outputs: Vec<(ProbePoint, Reader)>,
}

impl GradientProbe {
    /// Returns the gradient of every convolution's and linear layer's weight, in order from the images on. Weights that
    /// the loss does not depend on have none.
    pub fn weights<'a>(
        &'a self,
        gradients: &'a Gradients,
    ) -> impl Iterator<Item = (ProbePoint, Option<TensorData>)> + 'a {
        self.weights.iter().map(|(point, read)| (*point, read(gradients)))
    }

    /// Returns the gradient of every block's output, in order.
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
