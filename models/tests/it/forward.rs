//! What a built network does: shapes, seeds, and that the skip is the only difference where it should be.

use burn::module::{Module, ModuleVisitor, Param};
use burn::tensor::{Device, Tensor, TensorData};
use skipbench_models::skip::{add, concat, none};
use skipbench_models::{BackboneConfig, Images, ModelSpec, ResNetConfig, ResidualSkip, Skip, catalog};

pub(crate) fn images(images: Images, batch: usize) -> Tensor<4> {
    let count = batch * images.channels * images.size * images.size;
    let values: Vec<f32> = (0..count).map(|index| ((index * 37 % 101) as f32 / 50.0) - 1.0).collect();
    Tensor::from_data(TensorData::new(values, [batch, images.channels, images.size, images.size]), &Device::flex())
}

fn parameters(spec: &ModelSpec, seed: u64) -> Vec<f32> {
    struct Collect(Vec<f32>);
    impl ModuleVisitor for Collect {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            self.0.extend(param.val().into_data().convert::<f32>().try_to_vec::<f32>().expect("f32"));
        }
    }
    let model = spec.init(Images::DIGITS, seed, &Device::flex()).expect("valid spec");
    let mut collect = Collect(Vec::new());
    model.visit(&mut collect);
    collect.0
}

pub(crate) const SMALL: [&str; 10] = [
    "plain20",
    "resnet20",
    "resnet20-b",
    "resnet11-w8-preact-b",
    "densenet-10-6",
    "densenet-bc-16-8-c0.7",
    "vit-d2-w16-h2-p2",
    "backbone-none-10-w8",
    "backbone-add-10-w8",
    "backbone-concat-10-w8",
];

#[test]
fn any_classes_channels_and_size_give_logits() {
    for name in SMALL {
        let spec = catalog::find(name).expect(name);
        for (size, channels, classes) in [(8, 1, 10), (12, 3, 4), (32, 3, 100)] {
            let shape = Images { size, channels, classes };
            let model = spec.init(shape, 3, &Device::flex()).expect(name);
            let logits = model.forward(images(shape, 2));
            assert_eq!(logits.dims(), [2, classes], "{name} on {shape}");
            let values = logits.into_data().try_to_vec::<f32>().expect("f32");
            assert!(values.iter().all(|value| value.is_finite()), "{name} on {shape}");
        }
    }
}

#[test]
fn odd_sizes_go_through_strides_that_round_up() {
    for name in ["resnet20", "resnet20-b", "plain20", "densenet-10-6"] {
        let shape = Images { size: 15, channels: 3, classes: 3 };
        let model = catalog::find(name).expect(name).init(shape, 3, &Device::flex()).expect(name);
        assert_eq!(model.forward(images(shape, 1)).dims(), [1, 3], "{name}");
    }
}

#[test]
fn the_imagenet_stem_quarters_the_image() {
    let shape = Images { size: 64, channels: 3, classes: 5 };
    for name in ["resnet18", "densenet121"] {
        let model = catalog::find(name).expect(name).init(shape, 3, &Device::flex()).expect(name);
        assert_eq!(model.forward(images(shape, 1)).dims(), [1, 5], "{name}");
    }
}

#[test]
fn the_same_seed_gives_the_same_weights_and_another_seed_others() {
    for name in SMALL {
        let spec = catalog::find(name).expect(name);
        assert_eq!(parameters(&spec, 7), parameters(&spec, 7), "{name}");
        assert_ne!(parameters(&spec, 7), parameters(&spec, 8), "{name}");
    }
}

#[test]
fn plain_and_residual_start_from_the_same_weights() {
    let resnet = |skip| ModelSpec::Resnet(ResNetConfig::cifar(20, skip));
    assert_eq!(parameters(&resnet(ResidualSkip::None), 5), parameters(&resnet(ResidualSkip::Add), 5));
    let backbone = |skip| ModelSpec::Backbone(BackboneConfig::new(22, skip));
    assert_eq!(parameters(&backbone(Skip::None), 5), parameters(&backbone(Skip::Add), 5));
}

/// He et al. 2015, arXiv:1502.01852, eq. 10: deviation √(2 / fan_in). The second convolution of ResNet-20 has
/// 16 · 16 · 9 weights with fan_in 144, so its sample deviation lies within 5 % of 0.1179 (about 3.4 standard errors).
#[test]
fn convolutions_are_he_initialized() {
    let weights = parameters(&catalog::find("resnet20").expect("known"), 1);
    let stem = 16 * 9 + 4 * 16;
    let conv = &weights[stem..stem + 16 * 16 * 9];
    let mean = conv.iter().sum::<f32>() / conv.len() as f32;
    let variance = conv.iter().map(|weight| (weight - mean).powi(2)).sum::<f32>() / conv.len() as f32;
    let expected = (2.0f32 / 144.0).sqrt();
    assert!((variance.sqrt() / expected - 1.0).abs() < 0.05, "{} against {expected}", variance.sqrt());
    assert!(mean.abs() < 0.01, "mean {mean}");
}

#[test]
fn joins_are_what_the_papers_write() {
    let tensor =
        |values: [f32; 4]| Tensor::<4>::from_data(TensorData::new(values.to_vec(), [1, 2, 1, 2]), &Device::flex());
    let (x, fx) = (tensor([1.0, 2.0, 3.0, 4.0]), tensor([10.0, 20.0, 30.0, 40.0]));
    type Join = fn(Tensor<4>, Tensor<4>) -> Tensor<4>;
    let joined = |join: Join| join(x.clone(), fx.clone()).into_data().try_to_vec::<f32>().expect("f32");
    assert_eq!(joined(none), [10.0, 20.0, 30.0, 40.0]);
    assert_eq!(joined(add), [11.0, 22.0, 33.0, 44.0]);
    assert_eq!(joined(|x, fx| ResidualSkip::None.join(x, fx)), joined(none));
    assert_eq!(joined(|x, fx| ResidualSkip::Add.join(x, fx)), joined(add));
    assert_eq!(joined(concat), [1.0, 2.0, 3.0, 4.0, 10.0, 20.0, 30.0, 40.0]);
}
