//! Times the layers that the families are made of, alone: convolution – BatchNorm – ReLU, and a dense layer against a
//! basic block of equal multiply-accumulates. It runs on every real device of this build that is present.
//!
//! A basic block of 16 channels does 2·16·16·9 MACs per pixel; so does a dense layer that sees 64 channels and adds 8,
//! 64·8·9, with fewer parameters to read and four times the channels to normalize and copy.

use std::time::Duration;

use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::nn::{BatchNorm, BatchNormConfig, PaddingConfig2d};
use burn::tensor::{Device, Distribution, Tensor, activation::relu};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use skipbench::internals::device;
use skipbench_models::skip::{add, concat};

const BATCH: usize = 64;
const SIDE: usize = 16;

fn conv(input: usize, output: usize, device: &Device) -> Conv2d {
    let padding = PaddingConfig2d::Explicit(1, 1, 1, 1);
    Conv2dConfig::new([input, output], [3, 3]).with_padding(padding).with_bias(false).init(device)
}

fn norm(channels: usize, device: &Device) -> BatchNorm {
    BatchNormConfig::new(channels).init(device)
}

/// A layer as a function of its input, with the channels that it takes.
struct Layer {
    name: &'static str,
    channels: usize,
    forward: Box<dyn Fn(Tensor<4>) -> Tensor<4>>,
}

fn layers(device: &Device) -> [Layer; 3] {
    let (alone, alone_norm) = (conv(16, 16, device), norm(16, device));
    let convs = [conv(16, 16, device), conv(16, 16, device)];
    let norms = [norm(16, device), norm(16, device)];
    let (dense, dense_norm) = (conv(64, 8, device), norm(64, device));
    [
        Layer {
            name: "conv-bn-relu/16",
            channels: 16,
            forward: Box::new(move |x| relu(alone_norm.forward(alone.forward(x)))),
        },
        Layer {
            name: "basic-block/16",
            channels: 16,
            forward: Box::new(move |x| {
                let fx = relu(norms[0].forward(convs[0].forward(x.clone())));
                let fx = norms[1].forward(convs[1].forward(fx));
                relu(add(x, fx))
            }),
        },
        Layer {
            name: "dense-layer/64+8",
            channels: 64,
            forward: Box::new(move |x| {
                let fx = dense.forward(relu(dense_norm.forward(x.clone())));
                concat(x, fx)
            }),
        },
    ]
}

fn forward(criterion: &mut Criterion) {
    for (id, device) in device::real() {
        let mut group = criterion.benchmark_group(format!("layer/forward/{id}"));
        group.throughput(Throughput::Elements(BATCH as u64));
        for layer in layers(&device) {
            let x = Tensor::random([BATCH, layer.channels, SIDE, SIDE], Distribution::Default, &device);
            group.bench_function(BenchmarkId::from_parameter(layer.name), |bencher| {
                bencher.iter(|| {
                    (layer.forward)(x.clone());
                    device.sync()
                });
            });
        }
    }
}

fn backward(criterion: &mut Criterion) {
    for (id, device) in device::real() {
        let device = device.autodiff();
        let mut group = criterion.benchmark_group(format!("layer/forward+backward/{id}"));
        group.throughput(Throughput::Elements(BATCH as u64));
        for layer in layers(&device) {
            let shape = [BATCH, layer.channels, SIDE, SIDE];
            let x = Tensor::<4>::random(shape, Distribution::Default, &device).require_grad();
            group.bench_function(BenchmarkId::from_parameter(layer.name), |bencher| {
                bencher.iter(|| {
                    (layer.forward)(x.clone()).sum().backward();
                    device.sync()
                });
            });
        }
    }
}

criterion_group! {
    name = all;
    config = Criterion::default().warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(3)).sample_size(20);
    targets = forward, backward
}
criterion_main!(all);
