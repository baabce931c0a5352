//! Networks of one's own beside those of this crate: what they must tell to be measured as the others are.

use burn::module::{Module, ModuleDisplay, ModuleVisitor, Param};
use burn::tensor::{Device, Tensor};
use serde::{Deserialize, Serialize};

use crate::cost::{Cost, Images};
use crate::error::SpecError;
use crate::execution::Execution;
use crate::spec::{Model, ModelSpec};

/// A network of one's own as data: what a suite names and rows say of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OwnConfig {
    /// Its name, unlike any of the catalog's.
    pub name: String,
    /// How it joins, in a word: `none`, `add`, `concat` or one of its own.
    pub skip: String,
    /// Weighted layers.
    pub depth: usize,
    /// Trainable parameters; the built network must have as many.
    pub params: u64,
    /// Multiply-accumulates of convolutions and linear layers for one image.
    pub macs: u64,
}

impl OwnConfig {
    /// What is known of its cost. Bytes are not: rows leave them empty.
    pub(crate) fn cost(&self) -> Cost {
        Cost { params: self.params, macs: self.macs, ..Cost::default() }
    }
}

/// Networks of one's own. Implement it for a `Module` of yours, often an enum with a variant a network.
pub trait Own: Module + ModuleDisplay {
    /// Every network, for images of that shape.
    fn configs(images: Images) -> Vec<OwnConfig>;

    /// Builds one of them on `device` with weights drawn from `seed`: the same seed, the same weights.
    ///
    /// # Errors
    /// What cannot be built, and what would do.
    fn init(config: &OwnConfig, images: Images, seed: u64, device: &Device) -> Result<Self, SpecError>;

    /// # Shapes
    /// - `images`: `[batch, channels, size, size]`
    /// - output: logits, `[batch, classes]`
    fn forward(&self, images: Tensor<4>) -> Tensor<2>;
}

/// What can be built from a specification and measured: [`Model`], and whatever is [`Own`].
pub trait Network: Module {
    /// Builds it on `device` with weights drawn from `seed`. A network of one's own computes as it does, whatever
    /// `execution` says.
    ///
    /// # Errors
    /// An impossible specification, or one of another kind of network.
    fn build(
        spec: &ModelSpec,
        images: Images,
        seed: u64,
        device: &Device,
        execution: Execution,
    ) -> Result<Self, SpecError>;

    /// Logits, `[batch, classes]`.
    fn logits(&self, images: Tensor<4>) -> Tensor<2>;

    /// Tells a network whose chance depends on the training step that `steps` of them are done. Most have none.
    fn resume(&self, _steps: u64) {}

    /// Trainable parameters. Burn's own `num_params` also counts BatchNorm's running statistics.
    fn count_trainable(&self) -> u64 {
        struct Count(u64);
        impl ModuleVisitor for Count {
            fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
                if param.is_require_grad() {
                    self.0 += param.lazy_shape().num_elements() as u64;
                }
            }
        }
        let mut count = Count(0);
        // Off an autodiff device no parameter requires a gradient, so ask on one.
        self.clone().train().visit(&mut count);
        count.0
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
        if let Model::Staged(model) = self {
            model.resume(steps);
        }
    }
}

/// One's own network where the specification names it.
#[derive(Module, Debug)]
pub struct OwnNetwork<O: Own> {
    net: O,
}

impl<O: Own> Network for OwnNetwork<O> {
    fn build(spec: &ModelSpec, images: Images, seed: u64, device: &Device, _: Execution) -> Result<Self, SpecError> {
        match spec {
            ModelSpec::Own(config) => O::init(config, images, seed, device).map(|net| Self { net }),
            other => Err(SpecError::new("family", other.family(), "a network of one's own is needed")),
        }
    }

    fn logits(&self, images: Tensor<4>) -> Tensor<2> {
        self.net.forward(images)
    }
}
