//! An engine's layers against Burn's own: outputs, gradients, running statistics, inference; and what falls back to
//! Burn.

use burn::module::Module;
use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::nn::{BatchNorm, BatchNormConfig, PaddingConfig2d};
use burn::tensor::{DType, Device, Tensor};
use skipbench_ops::Engine;

use super::reference::{apart, noise, wide};
use super::{constant, values};

/// A normalization and a convolution after it.
#[derive(Module, Debug)]
struct Layers {
    norm: BatchNorm,
    conv: Conv2d,
}

const CHANNELS: usize = 6;

fn config() -> Conv2dConfig {
    Conv2dConfig::new([CHANNELS, 6], [3, 3]).with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1)).with_bias(false)
}

fn layers(config: &Conv2dConfig, device: &Device) -> Layers {
    device.seed(7);
    let layers = Layers { norm: BatchNormConfig::new(CHANNELS).init(device), conv: config.init(device) };
    // Parameters are drawn at their first use.
    let _ = (layers.conv.weight.val(), layers.conv.bias.as_ref().map(|bias| bias.val()));
    layers
}

fn x(seed: u64, device: &Device) -> Tensor<4> {
    constant(noise(3 * CHANNELS * 9 * 9, seed), [3, CHANNELS, 9, 9], device)
}

/// A way to apply both layers; the last argument is a shortcut.
type Forward = fn(Engine, &Layers, Tensor<4>, Tensor<4>) -> Tensor<4>;

const FORWARDS: [(&str, Forward); 4] = [
    ("norm, conv", |engine, layers, x, _| engine.conv(&layers.conv, engine.norm(&layers.norm, x))),
    ("norm_relu, conv", |engine, layers, x, _| engine.conv(&layers.conv, engine.norm_relu(&layers.norm, x))),
    ("norm_relu_conv", |engine, layers, x, _| engine.norm_relu_conv(&layers.norm, &layers.conv, x)),
    ("norm_add_relu, conv", |engine, layers, x, shortcut| {
        engine.conv(&layers.conv, engine.norm_add_relu(&layers.norm, x, shortcut))
    }),
];

/// Output, gradients of x and of the weights, running statistics, and inference after the step.
fn run(engine: Engine, config: &Conv2dConfig, forward: Forward) -> [Vec<f32>; 6] {
    let device = Device::flex().autodiff();
    let layers = layers(config, &device);
    let (tracked, shortcut) = (x(1, &device).require_grad(), x(2, &device));
    let y = forward(engine, &layers, tracked.clone(), shortcut.clone());
    let dy = constant(noise(y.dims().iter().product(), 3), y.dims(), &device);
    let gradients = (y.clone() * dy).sum().backward();
    let dx = values(tracked.grad(&gradients).expect("it has one"));
    let dw = values(layers.conv.weight.val().grad(&gradients).expect("it has one"));
    let layers = layers.valid();
    let [mean, variance] = [&layers.norm.running_mean, &layers.norm.running_var].map(|state| values(state.value()));
    let inferred = values(forward(engine, &layers, tracked.inner(), shortcut.inner()));
    [values(y.inner()), dx, dw, mean, variance, inferred]
}

#[test]
fn an_engines_layers_are_burns() {
    for (name, forward) in FORWARDS {
        let (found, expected) = (run(Engine::default(), &config(), forward), run(Engine::Burn, &config(), forward));
        for (index, (found, expected)) in found.iter().zip(&expected).enumerate() {
            let apart = apart(found, &wide(expected));
            assert!(apart <= 1e-4, "{name}: result {index} differs by {apart}");
        }
        assert!(found != expected, "{name}: the same kernels ran twice");
    }
}

/// What the kernels cannot do is computed by Burn, and so has Burn's bits.
#[test]
fn other_convolutions_are_left_to_burn() {
    let others = [
        config().with_bias(true),
        config().with_groups(2),
        config().with_dilation([2, 2]),
        config().with_stride([2, 1]),
        config().with_padding(PaddingConfig2d::Same),
        config().with_padding(PaddingConfig2d::Explicit(1, 0, 1, 0)),
        config().with_padding(PaddingConfig2d::Explicit(3, 3, 3, 3)),
    ];
    for config in others {
        let device = Device::flex();
        let layers = layers(&config, &device);
        let [found, expected] =
            [Engine::default(), Engine::Burn].map(|engine| values(engine.conv(&layers.conv, x(1, &device))));
        assert!(found == expected, "{config:?}");
    }
}

#[test]
fn other_types_are_left_to_burn() {
    let device = Device::flex();
    let mut layers = layers(&config(), &device);
    layers.conv.weight = layers.conv.weight.map(|weight| weight.cast(DType::F64));
    let x = x(1, &device).cast(DType::F64);
    let of = |engine: Engine| engine.conv(&layers.conv, x.clone()).into_data().try_to_vec::<f64>().expect("f64");
    assert!(of(Engine::default()) == of(Engine::Burn));
}
