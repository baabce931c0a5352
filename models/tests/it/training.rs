//! Training the same network in two ways, and how far apart they come.

use burn::module::{Module, ModuleVisitor, Param};
use burn::nn::loss::CrossEntropyLossConfig;
use burn::optim::momentum::MomentumConfig;
use burn::optim::{GradientsParams, SgdConfig};
use burn::tensor::{Device, Int, Tensor, TensorData};
use skipbench_models::{Execution, Images, Model, catalog};

/// Shape of the images of these tests.
pub(crate) const IMAGES: Images = Images { size: 8, channels: 1, classes: 4 };
const BATCH: usize = 4;

/// Images and labels that are nothing but varied.
pub(crate) fn batch(device: &Device) -> (Tensor<4>, Tensor<1, Int>) {
    let count = BATCH * IMAGES.channels * IMAGES.size * IMAGES.size;
    let pixels: Vec<f32> = (0..count).map(|index| ((index * 37 % 101) as f32 / 50.0) - 1.0).collect();
    let shape = [BATCH, IMAGES.channels, IMAGES.size, IMAGES.size];
    let labels = TensorData::new(vec![0i64, 1, 2, 3], [BATCH]);
    (Tensor::from_data(TensorData::new(pixels, shape), device), Tensor::from_data(labels, device))
}

/// The named network on `device`.
pub(crate) fn model(name: &str, execution: Execution, device: &Device) -> Model {
    let spec = catalog::find(name).expect(name);
    spec.init_with(IMAGES, 3, device, execution).expect(name)
}

fn loss(model: &Model, device: &Device) -> Tensor<1> {
    let (images, labels) = batch(device);
    CrossEntropyLossConfig::new().init(device).forward(model.forward(images), labels)
}

struct Collect<'a> {
    gradients: &'a GradientsParams,
    found: Vec<Vec<f32>>,
}

impl ModuleVisitor for Collect<'_> {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        if let Some(gradient) = self.gradients.get::<D>(param.id) {
            self.found.push(gradient.into_data().try_to_vec::<f32>().expect("f32"));
        }
    }
}

/// The first step's loss and gradients, and what the network says in inference after it.
pub(crate) fn first_step(name: &str, execution: Execution, device: &Device) -> (f32, Vec<Vec<f32>>, Vec<f32>) {
    let device = device.clone().autodiff();
    let model = model(name, execution, &device);
    let loss = loss(&model, &device);
    let value = loss.clone().into_scalar::<f32>();
    let gradients = GradientsParams::from_grads(loss.backward(), &model);
    let mut collect = Collect { gradients: &gradients, found: Vec::new() };
    model.visit(&mut collect);
    let logits = model.valid().forward(batch(&device.inner()).0);
    (value, collect.found, logits.into_data().try_to_vec::<f32>().expect("f32"))
}

/// The losses of `steps` steps of SGD with momentum.
pub(crate) fn losses(name: &str, execution: Execution, device: &Device, steps: usize) -> Vec<f32> {
    let device = device.clone().autodiff();
    let mut model = model(name, execution, &device);
    let momentum = MomentumConfig::new().with_momentum(0.9).with_dampening(0.0).with_nesterov(true);
    let mut optimizer = SgdConfig::new().with_momentum(Some(momentum)).init();
    let mut losses = Vec::new();
    for _ in 0..steps {
        let loss = loss(&model, &device);
        losses.push(loss.clone().into_scalar::<f32>());
        let gradients = GradientsParams::from_grads(loss.backward(), &model);
        model = optimizer.step(0.02, model, gradients);
    }
    losses
}

/// The Euclidean distance.
pub(crate) fn distance(a: &[f32], b: &[f32]) -> f32 {
    assert_eq!(a.len(), b.len(), "not as many numbers");
    a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f32>().sqrt()
}

/// Largest difference over the largest magnitude.
pub(crate) fn difference(a: &[f32], b: &[f32]) -> f32 {
    assert_eq!(a.len(), b.len(), "not as many numbers");
    let scale = b.iter().fold(1e-6f32, |largest, value| largest.max(value.abs()));
    let differences = a.iter().zip(b).map(|(a, b)| (a - b).abs());
    // A difference that is not a number is one, which `f32::max` would pass over.
    differences.fold(0f32, |largest, difference| if difference <= largest { largest } else { difference }) / scale
}
