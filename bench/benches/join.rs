//! The join alone: y = x + F(x) against y = [x, F(x)], forward and with its backward pass, at several widths.
//!
//! F(x) is given. Addition writes as many bytes as one input has, concatenation twice as many, and again in the
//! backward pass, where it cuts the gradient in two.

use std::time::Duration;

use burn::tensor::{Device, Distribution, Tensor};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use skipbench_models::Skip;

const BATCH: usize = 64;
const SIDE: usize = 16;

fn map(channels: usize, device: &Device) -> Tensor<4> {
    Tensor::random([BATCH, channels, SIDE, SIDE], Distribution::Default, device)
}

fn forward(criterion: &mut Criterion) {
    let device = Device::flex();
    let mut group = criterion.benchmark_group("join/forward");
    for channels in [16, 64, 256] {
        let (x, fx) = (map(channels, &device), map(channels, &device));
        group.throughput(Throughput::Elements(BATCH as u64));
        for skip in [Skip::Add, Skip::Concat] {
            group.bench_function(BenchmarkId::new(skip.word(), channels), |bencher| {
                bencher.iter(|| skip.join(x.clone(), fx.clone()));
            });
        }
    }
}

fn backward(criterion: &mut Criterion) {
    let device = Device::flex().autodiff();
    let mut group = criterion.benchmark_group("join/forward+backward");
    for channels in [16, 64, 256] {
        let (x, fx) = (map(channels, &device).require_grad(), map(channels, &device).require_grad());
        group.throughput(Throughput::Elements(BATCH as u64));
        for skip in [Skip::Add, Skip::Concat] {
            group.bench_function(BenchmarkId::new(skip.word(), channels), |bencher| {
                bencher.iter(|| skip.join(x.clone(), fx.clone()).sum().backward());
            });
        }
    }
}

criterion_group! {
    name = joins;
    config = Criterion::default().warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(3)).sample_size(20);
    targets = forward, backward
}
criterion_main!(joins);
