//! Defines what can be built and measured: the networks of this crate, and custom models.

use burn::module::{Module, ModuleVisitor, Param};
use burn::tensor::{Device, Tensor};

use super::custom::CustomModel;
use super::{Model, ModelSpec};
use crate::error::SpecError;
use crate::inputs::execution::Execution;
use crate::inputs::images::Images;

/// A network that can be built from a specification and measured: [`Model`], and every [`CustomModel`].
pub trait Network: Module {
    /// Builds the network on `device` with weights drawn from `seed`. A custom model computes in its own way, and
    /// ignores `execution`.
    ///
    /// # Errors
    /// Returns an impossible specification, or one of another kind of network.
    fn build(
        spec: &ModelSpec,
        images: Images,
        seed: u64,
        device: &Device,
        execution: Execution,
    ) -> Result<Self, SpecError>;

    /// Returns the logits, `[batch, classes]`.
    fn logits(&self, images: Tensor<4>) -> Tensor<2>;

    /// Tells a network that `steps` training steps are done. It matters only where chance depends on the step, which is
    /// rare.
    fn resume(&self, _steps: u64) {}

    /// Returns the number of trainable parameters. Burn's own `num_params` also counts BatchNorm's running statistics.
    fn count_trainable(&self) -> u64 {
        trainable(self)
    }
}

impl Network for Model {
    fn build(
        spec: &ModelSpec,
        images: Images,
        seed: u64,
        device: &Device,
        execution: Execution,
    ) -> Result<Self, SpecError> {
        spec.init_with(images, seed, device, execution)
    }

    fn logits(&self, images: Tensor<4>) -> Tensor<2> {
        self.forward(images)
    }

    fn resume(&self, steps: u64) {
        match self {
            Model::Staged(model) => model.resume(steps),
            Model::Vit(model) => model.resume(steps),
            Model::Resnet(_) => {}
        }
    }
}

/// A custom model that a specification names.
#[derive(Module, Debug)]
pub struct Custom<O: CustomModel> {
    net: O,
}

impl<O: CustomModel> Network for Custom<O> {
    fn build(spec: &ModelSpec, images: Images, seed: u64, device: &Device, _: Execution) -> Result<Self, SpecError> {
        match spec {
            ModelSpec::Custom(config) => O::init(config, images, seed, device).map(|net| Self { net }),
            other => Err(SpecError::new("family", other.family(), "a custom network is needed")),
        }
    }

    fn logits(&self, images: Tensor<4>) -> Tensor<2> {
        self.net.forward(images)
    }
}

struct Count(u64);

impl ModuleVisitor for Count {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        if param.is_require_grad() {
            self.0 += param.lazy_shape().num_elements() as u64;
        }
    }
}

/// Returns how many trainable parameters there are.
fn trainable<M: Module>(model: &M) -> u64 {
    let mut count = Count(0);
    // Off an autodiff device no parameter requires a gradient, so ask on one.
    model.clone().train().visit(&mut count);
    count.0
}
