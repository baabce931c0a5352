//! How fast the convolution kernels are on this machine, next to the multiply-adds it can do at all.
//!
//! ```sh
//! cargo run --release -p skipbench-kernels --example conv_speed -- resnet20 densenet40 bf16
//! ```
//!
//! With the word bf16 products are computed in that. One line a shape: the median rate of the forward pass and of both gradients in GFLOP/s (two a multiply-add). The last
//! line of a network weighs its shapes by how often it has them.

use std::hint::black_box;
use std::time::Instant;

use skipbench_kernels::conv::{Conv, ConvShape, Products};

/// Repetitions of a measurement, after one to warm up.
const RUNS: usize = 15;

/// Makes the shapes of a network.
type Shapes = fn() -> Vec<Case>;

/// Networks by name.
const NETWORKS: [(&str, Shapes); 4] =
    [("resnet20", resnet20), ("densenet40", densenet40), ("densenet-bc", densenet_bc), ("resnet50", resnet50)];

/// A shape and how often the network has it.
struct Case {
    shape: ConvShape,
    times: f64,
}

fn case(batch: usize, input: usize, output: usize, size: usize, kernel: usize, stride: usize, times: f64) -> Case {
    let shape = ConvShape { batch, input, output, height: size, width: size, kernel, stride, padding: kernel / 2 };
    Case { shape, times }
}

fn resnet20() -> Vec<Case> {
    vec![
        case(64, 3, 16, 32, 3, 1, 1.0),
        case(64, 16, 16, 32, 3, 1, 6.0),
        case(64, 16, 32, 32, 3, 2, 1.0),
        case(64, 32, 32, 16, 3, 1, 5.0),
        case(64, 32, 64, 16, 3, 2, 1.0),
        case(64, 64, 64, 8, 3, 1, 5.0),
    ]
}

/// DenseNet-40-12: three of each block's twelve layers stand for all.
fn densenet40() -> Vec<Case> {
    let layers = [(32, 16), (16, 160), (8, 304)]
        .into_iter()
        .flat_map(|(size, first)| [1, 5, 10].map(move |layer| case(64, first + 12 * layer, 12, size, 3, 1, 4.0)));
    let ends = [case(64, 3, 16, 32, 3, 1, 1.0), case(64, 160, 160, 32, 1, 1, 1.0), case(64, 304, 304, 16, 1, 1, 1.0)];
    layers.chain(ends).collect()
}

/// DenseNet-BC-100-12: three of each block's sixteen bottlenecks stand for all.
fn densenet_bc() -> Vec<Case> {
    let layers = [(32, 24), (16, 108), (8, 150)].into_iter().flat_map(|(size, first)| {
        let narrow = [1, 8, 14].map(move |layer| case(64, first + 12 * layer, 48, size, 1, 1, 16.0 / 3.0));
        narrow.into_iter().chain([case(64, 48, 12, size, 3, 1, 16.0)])
    });
    let ends = [case(64, 3, 24, 32, 3, 1, 1.0), case(64, 216, 108, 32, 1, 1, 1.0), case(64, 300, 150, 16, 1, 1, 1.0)];
    layers.chain(ends).collect()
}

/// ResNet-50 at 224×224, without its stem.
fn resnet50() -> Vec<Case> {
    let stages = [(56, 64, 64, 3.0, 1), (28, 256, 128, 4.0, 2), (14, 512, 256, 6.0, 2), (7, 1024, 512, 3.0, 2)];
    let stages = stages.into_iter().flat_map(|(size, input, width, blocks, stride)| {
        [
            case(8, input, width, size * stride, 1, 1, 1.0),
            case(8, input, 4 * width, size * stride, 1, stride, 1.0),
            case(8, width, width, size * stride, 3, stride, 1.0),
            case(8, width, width, size, 3, 1, blocks - 1.0),
            case(8, 4 * width, width, size, 1, 1, blocks - 1.0),
            case(8, width, 4 * width, size, 1, 1, blocks),
        ]
    });
    stages.collect()
}

/// The median of some runs, in seconds.
fn median(mut run: impl FnMut()) -> f64 {
    run();
    let mut times: Vec<_> = (0..RUNS)
        .map(|_| {
            let start = Instant::now();
            run();
            start.elapsed().as_secs_f64()
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[RUNS / 2]
}

/// Medians of the forward pass, the input's gradient and the weights' gradient.
fn measure(shape: &ConvShape, products: Products) -> [f64; 3] {
    let conv = Conv::new(*shape).multiplying(products);
    let [x, mut dx] = [0.5, 0.0].map(|value| vec![value; shape.input_len()]);
    let [weight, mut dw] = [0.25, 0.0].map(|value| vec![value; shape.weight_len()]);
    let [dy, mut y] = [0.125, 0.0].map(|value| vec![value; shape.output_len()]);
    [
        median(|| conv.forward(black_box(&x), &weight, &mut y)),
        median(|| conv.input_gradient(black_box(&dy), &weight, &mut dx)),
        median(|| conv.weight_gradient(black_box(&x), &dy, &mut dw)),
    ]
}

fn report(name: &str, flops: f64, seconds: [f64; 3]) {
    let [forward, input, weight] = seconds.map(|seconds| flops / seconds / 1e9);
    println!("{name:32} {forward:8.1} {input:8.1} {weight:8.1}");
}

fn main() {
    let (bf16, wanted): (Vec<_>, Vec<_>) = std::env::args().skip(1).partition(|word| word == "bf16");
    let products = if bf16.is_empty() { Products::F32 } else { Products::Bf16 };
    println!("{:32} {:>8} {:>8} {:>8}", "GFLOP/s", "forward", "dx", "dw");
    for (name, cases) in NETWORKS.iter().filter(|(name, _)| wanted.is_empty() || wanted.iter().any(|w| w == name)) {
        let (mut flops, mut seconds) = (0.0, [0.0; 3]);
        for Case { shape, times } in cases() {
            let (own, medians) = (2.0 * shape.multiply_adds() as f64, measure(&shape, products));
            let ConvShape { input, output, height, kernel, stride, .. } = shape;
            report(&format!("{input:5} -> {output:<4} {height:3}² {kernel}×{kernel} /{stride}"), own, medians);
            flops += own * times;
            seconds = std::array::from_fn(|pass| seconds[pass] + medians[pass] * times);
        }
        report(name, flops, seconds);
    }
}
