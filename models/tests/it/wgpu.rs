//! Every family on WGSL against flex: the same weights, the same batch, the same loss and gradients.
//!
//! Needs an adapter of any kind; software does (Debian: mesa-vulkan-drivers).

use burn::module::{Module, ModuleVisitor, Param};
use burn::nn::loss::CrossEntropyLossConfig;
use burn::optim::GradientsParams;
use burn::tensor::{Device, DeviceType, Int, Tensor, TensorData};
use skipbench_models::{Images, catalog};

const IMAGES: Images = Images { size: 8, channels: 1, classes: 4 };
const BATCH: usize = 4;

fn adapter() -> Device {
    let device = Device::enumerate(DeviceType::Wgpu).into_iter().next();
    device.expect("no adapter is visible to wgpu; install a Vulkan driver, for example Debian's mesa-vulkan-drivers")
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

/// Loss and the gradient of every parameter in the order of the network.
fn loss_and_gradients(name: &str, device: &Device) -> (f32, Vec<Vec<f32>>) {
    let device = device.clone().autodiff();
    let model = catalog::find(name).expect(name).init(IMAGES, 3, &device).expect(name);
    let count = BATCH * IMAGES.channels * IMAGES.size * IMAGES.size;
    let pixels: Vec<f32> = (0..count).map(|index| ((index * 37 % 101) as f32 / 50.0) - 1.0).collect();
    let images =
        Tensor::<4>::from_data(TensorData::new(pixels, [BATCH, IMAGES.channels, IMAGES.size, IMAGES.size]), &device);
    let labels = Tensor::<1, Int>::from_data(TensorData::new(vec![0i64, 1, 2, 3], [BATCH]), &device);
    let loss = CrossEntropyLossConfig::new().init(&device).forward(model.forward(images), labels);
    let value = loss.clone().into_scalar::<f32>();
    let gradients = GradientsParams::from_grads(loss.backward(), &model);
    let mut collect = Collect { gradients: &gradients, found: Vec::new() };
    model.visit(&mut collect);
    (value, collect.found)
}

/// Largest difference over the largest magnitude.
fn difference(a: &[f32], b: &[f32]) -> f32 {
    let scale = b.iter().fold(1e-6f32, |largest, value| largest.max(value.abs()));
    a.iter().zip(b).fold(0f32, |largest, (a, b)| largest.max((a - b).abs())) / scale
}

fn agrees(name: &str) {
    let (loss, gradients) = loss_and_gradients(name, &adapter());
    let (expected, references) = loss_and_gradients(name, &Device::flex());
    assert!((loss - expected).abs() <= 1e-3 * expected.abs(), "{name}: loss {loss} on wgpu, {expected} on flex");
    assert_eq!(gradients.len(), references.len(), "{name}: number of gradients");
    assert!(!gradients.is_empty(), "{name}: no gradients");
    for (index, (gradient, reference)) in gradients.iter().zip(&references).enumerate() {
        let difference = difference(gradient, reference);
        assert!(difference <= 1e-3, "{name}: gradient {index} differs by {difference}");
    }
}

/// One test, since adapters are slow to open and share one queue.
#[test]
fn every_family_agrees_with_flex() {
    let names = [
        "plain8-w4",
        "resnet8-w4",
        "resnet8-w4-b",
        "resnet11-w4-bottleneck-b",
        "resnet18-w2-imagenet-b",
        "resnet11-w4-preact-b",
        "densenet-7-4",
        "densenet-bc-10-4",
        "vit-d1-w8-h2-p4",
        "backbone-none-10-w4",
        "backbone-add-10-w4",
        "backbone-concat-10-w4",
    ];
    for name in names {
        agrees(name);
    }
}
