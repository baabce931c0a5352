//! Measures how fast the convolution kernels are on this machine.
//!
//! ```sh
//! cargo run --release -p skipbench-kernels --example conv_speed -- resnet20 densenet40 bf16
//! ```
//!
//! Without a network's name it runs all of them; with the word `bf16` it computes products in that precision. It times
//! what a training step calls, including the memory for the result: `output`, `gradient`, and `weight_gradient` into a
//! new vector.
//!
//! Rates are in GFLOP/s and count two operations per multiply-add. Each shape's line holds the median of all its runs.
//! A network's line weights its shapes by how often the network has them, and gives the median, the lowest and the
//! highest of the rounds.

use std::hint::black_box;
use std::time::Instant;

use skipbench_kernels::{ConvShape, Convolution, Products};

/// How many times all shapes of a network are measured in turn.
const ROUNDS: usize = 7;

/// How many times each pass runs in a round, after one warm-up run.
const RUNS: usize = 9;

/// Builds the list of a network's shapes.
type Shapes = fn() -> Vec<Case>;

/// Names each network and the function that lists its shapes.
const NETWORKS: [(&str, Shapes); 4] =
    [("resnet20", resnet20), ("densenet40", densenet40), ("densenet-bc", densenet_bc), ("resnet50", resnet50)];

/// Describes a shape and how often the network has it.
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

/// Lists the shapes of DenseNet-40-12. Three of each block's twelve layers stand for all.
fn densenet40() -> Vec<Case> {
    let layers = [(32, 16), (16, 160), (8, 304)]
        .into_iter()
        .flat_map(|(size, first)| [1, 5, 10].map(move |layer| case(64, first + 12 * layer, 12, size, 3, 1, 4.0)));
    let ends = [case(64, 3, 16, 32, 3, 1, 1.0), case(64, 160, 160, 32, 1, 1, 1.0), case(64, 304, 304, 16, 1, 1, 1.0)];
    layers.chain(ends).collect()
}

/// Lists the shapes of DenseNet-BC-100-12. Three of each block's sixteen bottlenecks stand for all.
fn densenet_bc() -> Vec<Case> {
    let layers = [(32, 24), (16, 108), (8, 150)].into_iter().flat_map(|(size, first)| {
        let narrow = [1, 8, 14].map(move |layer| case(64, first + 12 * layer, 48, size, 1, 1, 16.0 / 3.0));
        narrow.into_iter().chain([case(64, 48, 12, size, 3, 1, 16.0)])
    });
    let ends = [case(64, 3, 24, 32, 3, 1, 1.0), case(64, 216, 108, 32, 1, 1, 1.0), case(64, 300, 150, 16, 1, 1, 1.0)];
    layers.chain(ends).collect()
}

/// Lists the shapes of ResNet-50 at 224×224, without its stem.
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

/// Holds the seconds that each pass of a shape took: the output, the input's gradient and the weights' gradient.
type Times = [Vec<f64>; 3];

/// Measures the seconds that each of several runs takes.
fn times<T>(mut run: impl FnMut() -> T) -> Vec<f64> {
    black_box(run());
    let time = |_| {
        let start = Instant::now();
        black_box(run());
        start.elapsed().as_secs_f64()
    };
    (0..RUNS).map(time).collect()
}

fn measure(shape: &ConvShape, products: Products) -> Times {
    let convolution = Convolution::new(*shape).with_products(products);
    let x = vec![0.5; shape.input_len()];
    let weight = vec![0.25; shape.weight_len()];
    let dy = vec![0.125; shape.output_len()];
    let weight_gradient = || {
        let mut dw = vec![0.0; shape.weight_len()];
        convolution.weight_gradient(black_box(&x), &dy, &mut dw);
        dw
    };
    [
        times(|| convolution.output(black_box(&x), &weight)),
        times(|| convolution.gradient(black_box(&dy), &weight)),
        times(weight_gradient),
    ]
}

/// Sorts the values and returns the median.
fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn operations(shape: &ConvShape) -> f64 {
    2.0 * shape.multiply_adds() as f64 / 1e9
}

/// Computes a network's rates in one round, with each shape at its median.
fn rates(cases: &[Case], round: &[Times]) -> [f64; 3] {
    let total: f64 = cases.iter().map(|case| operations(&case.shape) * case.times).sum();
    std::array::from_fn(|pass| {
        let seconds = cases.iter().zip(round).map(|(case, times)| median(&mut times[pass].clone()) * case.times);
        total / seconds.sum::<f64>()
    })
}

fn report_shape(shape: &ConvShape, rounds: &[Vec<Times>], index: usize) {
    let rate = |pass: usize| {
        let mut all: Vec<f64> = rounds.iter().flat_map(|round| round[index][pass].iter().copied()).collect();
        operations(shape) / median(&mut all)
    };
    let ConvShape { input, output, height, kernel, stride, .. } = shape;
    let name = format!("{input:5} -> {output:<4} {height:3}² {kernel}×{kernel} /{stride}");
    println!("{name:32} {:>18.1} {:>18.1} {:>18.1}", rate(0), rate(1), rate(2));
}

fn report_network(name: &str, cases: &[Case], rounds: &[Vec<Times>]) {
    let rates: Vec<_> = rounds.iter().map(|round| rates(cases, round)).collect();
    let passes: [String; 3] = std::array::from_fn(|pass| {
        let mut rates: Vec<f64> = rates.iter().map(|rates| rates[pass]).collect();
        let middle = median(&mut rates);
        format!("{middle:.1} ({:.0}–{:.0})", rates[0], rates[rates.len() - 1])
    });
    println!("{name:32} {:>18} {:>18} {:>18}", passes[0], passes[1], passes[2]);
}

fn main() {
    let (bf16, wanted): (Vec<_>, Vec<_>) = std::env::args().skip(1).partition(|word| word == "bf16");
    let products = if bf16.is_empty() { Products::F32 } else { Products::Bf16 };
    println!("{:32} {:>18} {:>18} {:>18}", format!("GFLOP/s, {products:?}"), "forward", "dx", "dw");
    for (name, cases) in NETWORKS.iter().filter(|(name, _)| wanted.is_empty() || wanted.iter().any(|w| w == name)) {
        let cases = cases();
        let round = |_| cases.iter().map(|case| measure(&case.shape, products)).collect();
        let rounds: Vec<Vec<Times>> = (0..ROUNDS).map(round).collect();
        for (index, case) in cases.iter().enumerate() {
            report_shape(&case.shape, &rounds, index);
        }
        report_network(name, &cases, &rounds);
    }
}
