//! Times the join alone: y = x + F(x) against y = [x, F(x)], forward and with its backward pass, at several widths.
//!
//! F(x) is given. Addition writes as many bytes as one input has. Concatenation writes twice as many, and again in the
//! backward pass, where it cuts the gradient in two. It runs on every real device of this build that is present.

use std::time::Duration;

use burn::tensor::{Device, Distribution, Tensor};
use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use skipbench::internals::device;
use skipbench_models::Skip;
use skipbench_models::skip::{add, concat};

type Group<'a> = BenchmarkGroup<'a, WallTime>;

type Join = fn(Tensor<4>, Tensor<4>) -> Tensor<4>;

const JOINS: [(Skip, Join); 2] = [(Skip::Add, add), (Skip::Concat, concat)];
const BATCH: usize = 64;
const SIDE: usize = 16;

fn map(channels: usize, device: &Device) -> Tensor<4> {
    Tensor::random([BATCH, channels, SIDE, SIDE], Distribution::Default, device)
}

fn forward(criterion: &mut Criterion) {
    for (id, device) in device::real() {
        forward_on(&device, criterion.benchmark_group(format!("join/forward/{id}")));
    }
}

fn forward_on(device: &Device, mut group: Group) {
    for channels in [16, 64, 256] {
        let (x, fx) = (map(channels, device), map(channels, device));
        group.throughput(Throughput::Elements(BATCH as u64));
        for (skip, join) in JOINS {
            group.bench_function(BenchmarkId::new(skip.word(), channels), |bencher| {
                bencher.iter(|| {
                    join(x.clone(), fx.clone());
                    device.sync()
                });
            });
        }
    }
}

fn backward(criterion: &mut Criterion) {
    for (id, device) in device::real() {
        backward_on(&device.autodiff(), criterion.benchmark_group(format!("join/forward+backward/{id}")));
    }
}

fn backward_on(device: &Device, mut group: Group) {
    for channels in [16, 64, 256] {
        let (x, fx) = (map(channels, device).require_grad(), map(channels, device).require_grad());
        group.throughput(Throughput::Elements(BATCH as u64));
        for (skip, join) in JOINS {
            group.bench_function(BenchmarkId::new(skip.word(), channels), |bencher| {
                bencher.iter(|| {
                    join(x.clone(), fx.clone()).sum().backward();
                    device.sync()
                });
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
