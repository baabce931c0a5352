//! SGD as Burn's own has it, a step of each parameter in one pass where this project's kernels apply.
//!
//! Burn's takes seven operations a parameter, each a pass over memory on one thread: a tenth of a Transformer's step.
//! The bits are the same, and so are the names that checkpoints hold.

use burn::optim::{LearningRate, Optimizer, RecordState, StateSink, StateSource};
use burn::tensor::{Device, Tensor};
use skipbench_models::sgd_step;

/// SGD with Nesterov momentum, weight decay and no dampening.
#[derive(Debug, Clone)]
pub(super) struct Sgd {
    pub(super) momentum: f64,
    pub(super) decay: f32,
}

/// What is remembered of a parameter.
#[derive(Debug, Clone)]
pub(super) struct Velocity<const D: usize>(Tensor<D>);

/// Where Burn's own state keeps it: in its momentum.
const PLACE: &str = "momentum.velocity";

impl<const D: usize> RecordState for Velocity<D> {
    fn state_flatten(&self, prefix: &str, out: &mut StateSink) {
        out.push_tensor(prefix, PLACE, self.0.clone().into_data());
    }

    fn state_unflatten(prefix: &str, from: &mut StateSource, device: &Device) -> Option<Self> {
        // In its own precision: a device's default would round what is f64.
        from.take_tensor(prefix, PLACE).map(|data| {
            let precision = data.dtype();
            Self(Tensor::from_data(data, (device, precision)))
        })
    }
}

impl Optimizer for Sgd {
    type State<const D: usize> = Velocity<D>;

    fn step<const D: usize>(
        &self,
        rate: LearningRate,
        weight: Tensor<D>,
        gradient: Tensor<D>,
        state: Option<Velocity<D>>,
    ) -> (Tensor<D>, Option<Velocity<D>>) {
        let velocity = state.map(|Velocity(velocity)| velocity);
        let by = skipbench_models::Sgd { rate, momentum: self.momentum as f32, decay: self.decay };
        let (weight, velocity) = sgd_step(weight, velocity, gradient, by);
        (weight, Some(Velocity(velocity)))
    }

    fn to_device<const D: usize>(Velocity(velocity): Velocity<D>, device: &Device) -> Velocity<D> {
        Velocity(velocity.to_device(device))
    }
}

#[cfg(test)]
mod tests {
    use burn::nn::{Linear, LinearConfig};
    use burn::optim::decay::WeightDecayConfig;
    use burn::optim::momentum::MomentumConfig;
    use burn::optim::{GradientsParams, ModuleOptimizer, SgdConfig};
    use burn::tensor::{Device, FloatDType, Tensor};

    /// Parameters after some steps; after the second `later` goes on from a record.
    fn trained(
        precision: FloatDType,
        make: impl Fn() -> ModuleOptimizer,
        later: impl Fn() -> ModuleOptimizer,
    ) -> Vec<Vec<f64>> {
        let device = Device::flex().autodiff();
        device.seed(3);
        let (mut layer, mut optimizer): (Linear, _) = (LinearConfig::new(37, 11).init(&device), make());
        if precision == FloatDType::F64 {
            layer = skipbench_models::parity::double(layer);
        }
        for step in 0..4 {
            let x = Tensor::<2>::ones([2, 37], &device).cast(precision).mul_scalar(0.1 + f64::from(step));
            let y = layer.forward(x);
            let gradients = GradientsParams::from_grads((y.clone() * y).mean().backward(), &layer);
            layer = optimizer.step(0.003, layer, gradients);
            // Burn's own loads a velocity of f64 as f32, and cannot go on.
            if step == 1 && precision == FloatDType::F32 {
                optimizer = later().load_record(optimizer.to_record());
            }
        }
        let values = |data: burn::tensor::TensorData| data.iter::<f64>().collect();
        vec![values(layer.weight.val().into_data()), values(layer.bias.expect("one").val().into_data())]
    }

    #[test]
    fn steps_have_the_bits_of_burns() {
        let own = || ModuleOptimizer::from(super::Sgd { momentum: 0.9, decay: 5e-4 });
        let burns = || {
            let momentum = MomentumConfig::new().with_momentum(0.9).with_dampening(0.0).with_nesterov(true);
            SgdConfig::new().with_momentum(Some(momentum)).with_weight_decay(Some(WeightDecayConfig::new(5e-4))).init()
        };
        for precision in [FloatDType::F32, FloatDType::F64] {
            let expected = trained(precision, burns, burns);
            assert_eq!(trained(precision, own, own), expected, "{precision:?}");
            assert_eq!(trained(precision, burns, own), expected, "{precision:?}, a checkpoint of Burn's");
        }
    }
}
