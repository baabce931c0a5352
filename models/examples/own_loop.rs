//! Trains the networks of this crate in a training loop of your own: two skip styles on a task that takes seconds.
//!
//! ```sh
//! cargo run --release -p skipbench-models --example own_loop
//! ```
//!
//! Images of 8×8 pixels hold a horizontal or vertical bright bar in noise, and the networks learn which. Nothing here
//! needs more than Burn and `skipbench-models`.

use burn::module::Module;
use burn::nn::loss::CrossEntropyLossConfig;
use burn::optim::momentum::MomentumConfig;
use burn::optim::{GradientsParams, SgdConfig};
use burn::tensor::{Device, Distribution, Int, Tensor, TensorData};
use skipbench_models::{Images, Model, catalog};

const BATCH: usize = 32;
const SHAPE: Images = Images { size: 8, channels: 1, classes: 2 };

/// Draws images, `[BATCH, 1, 8, 8]`, and labels that say which of them hold a vertical bar.
fn batch(device: &Device) -> (Tensor<4>, Tensor<1, Int>) {
    let noise: Tensor<4> = Tensor::random([BATCH, 1, 8, 8], Distribution::Normal(0.0, 0.5), device);
    let mut bars = vec![0.0f32; BATCH * 64];
    let labels: Vec<i64> = (0..BATCH as i64).map(|index| index % 2).collect();
    for (index, label) in labels.iter().enumerate() {
        let place = 1 + (index / 2) % 6;
        for along in 0..8 {
            let (row, column) = if *label == 1 { (along, place) } else { (place, along) };
            bars[index * 64 + row * 8 + column] = 1.0;
        }
    }
    let bars: Tensor<4> = Tensor::from_data(TensorData::new(bars, [BATCH, 1, 8, 8]), device);
    (noise + bars, Tensor::from_data(TensorData::new(labels, [BATCH]), device))
}

/// Returns the share of a fresh batch that is classified correctly.
fn accuracy(model: &Model, device: &Device) -> f64 {
    let (images, labels) = batch(device);
    let right: i64 = model.valid().forward(images).argmax(1).flatten::<1>(0, 1).equal(labels).int().sum().into_scalar();
    right as f64 / BATCH as f64
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let device = Device::flex();
    let training = device.clone().autodiff();
    for name in ["plain8-w4", "resnet8-w4", "backbone-concat-10-w4"] {
        let spec = catalog::find(name)?;
        let mut model = spec.init(SHAPE, 1, &training)?;
        let mut optimizer = SgdConfig::new().with_momentum(Some(MomentumConfig::new())).init();
        let criterion = CrossEntropyLossConfig::new().init(&training);
        device.seed(1);
        for _ in 0..60 {
            let (images, labels) = batch(&training);
            let loss = criterion.forward(model.forward(images), labels);
            let gradients = GradientsParams::from_grads(loss.backward(), &model);
            model = optimizer.step(0.05, model, gradients);
        }
        let (params, share) = (spec.cost(SHAPE)?.params, 100.0 * accuracy(&model, &device));
        println!("{name}: {params} parameters, joins by {}, {share:.0} % right", spec.skip());
    }
    Ok(())
}
