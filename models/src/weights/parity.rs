//! Computes what a network computes on given images, for comparison with what another program computed with the same
//! weights.

use burn::module::{Flag, Module, ModuleMapper, Param};
use burn::nn::loss::CrossEntropyLossConfig;
use burn::optim::GradientsParams;
use burn::tensor::{DType, Int, Tensor, TensorData};

use super::State;
use crate::spec::Network;

/// Holds the results of one forward pass in each mode and one backward pass.
#[derive(Debug, Clone)]
pub struct Computed {
    /// Logits with running statistics, `[batch, classes]`.
    pub logits: TensorData,
    /// Logits with the batch's statistics, `[batch, classes]`.
    pub train_logits: TensorData,
    /// Mean cross-entropy of `train_logits`.
    pub loss: TensorData,
    /// Gradients of the loss by every parameter.
    pub gradients: State,
}

/// Runs `model`, which must be on a device with automatic differentiation. Its running statistics take one step.
///
/// # Shapes
/// - `images`: `[batch, channels, size, size]`, on that device and in the network's precision
/// - `labels`: `[batch]`
pub fn compute<N: Network>(model: &N, images: Tensor<4>, labels: Tensor<1, Int>) -> Computed {
    let logits = model.valid().logits(images.clone().inner()).into_data();
    let train_logits = model.logits(images);
    let loss = CrossEntropyLossConfig::new().init(&train_logits.device()).forward(train_logits.clone(), labels);
    let (train_logits, value) = (train_logits.inner().into_data(), loss.clone().inner().into_data());
    let gradients = GradientsParams::from_grads(loss.backward(), model);
    Computed { logits, train_logits, loss: value, gradients: State::gradients(model, &gradients) }
}

/// Returns the gradients of the mean cross-entropy with running statistics, by every parameter: the network as it is in
/// evaluation. It divides by no statistic of only a few pixels, so single precision is enough to tell a right gradient
/// from a wrong one.
///
/// # Shapes
/// The shapes are those of [`compute`].
pub fn resting_gradients<N: Network>(model: &N, images: Tensor<4>, labels: Tensor<1, Int>) -> State {
    struct Rest;
    impl ModuleMapper for Rest {
        fn map_flag(&mut self, flag: Param<Flag>) -> Param<Flag> {
            flag.with_value(false)
        }
    }
    let model = model.clone().map(&mut Rest);
    let logits = model.logits(images);
    let loss = CrossEntropyLossConfig::new().init(&logits.device()).forward(logits, labels);
    State::gradients(&model, &GradientsParams::from_grads(loss.backward(), &model))
}

/// Returns `model` in double precision. What single precision computes depends on rounding where a ReLU's input is
/// nearly zero: its gradient is there or not.
pub fn double<M: Module>(model: M) -> M {
    struct Double;
    impl ModuleMapper for Double {
        fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
            param.map(|old| {
                // Through the data, since a cast's result is no leaf of the graph and could not be tracked as one.
                let data = old.to_data().convert::<f64>();
                Tensor::from_data(data, (&old.device(), DType::F64)).set_require_grad(old.is_require_grad())
            })
        }
    }
    model.map(&mut Double)
}

/// Returns the largest difference between two tensors over the largest magnitude in `expected`. It is infinite for
/// different shapes, and NaN if either holds a NaN.
pub fn deviation(found: &TensorData, expected: &TensorData) -> f64 {
    if found.shape() != expected.shape() {
        return f64::INFINITY;
    }
    let largest = |values: &mut dyn Iterator<Item = f64>| {
        values.fold(0.0, |most: f64, value| if value.abs() > most || value.is_nan() { value.abs() } else { most })
    };
    let differences = found.iter::<f64>().zip(expected.iter::<f64>()).map(|(found, expected)| found - expected);
    let (difference, scale) = (largest(&mut { differences }), largest(&mut expected.iter::<f64>()));
    if difference == 0.0 { 0.0 } else { difference / scale }
}
