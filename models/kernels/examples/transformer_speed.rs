//! How fast the kernels of Transformers are, in GFLOP/s (two operations a multiply-add) and milliseconds a call.
//!
//! ```sh
//! cargo run --release -p skipbench-kernels --example transformer_speed              # vit-d6-w192-h3-p4 at batch 64
//! cargo run --release -p skipbench-kernels --example transformer_speed -- 197 384 6 8
//! ```
//!
//! Arguments: tokens, width, heads, images. The number of threads is Rayon's, `RAYON_NUM_THREADS`.

use std::hint::black_box;
use std::time::Instant;

use skipbench_kernels::attention::Kept;
use skipbench_kernels::layer_norm::{self, Parameters};
use skipbench_kernels::mlp::Weights;
use skipbench_kernels::{Attention, Linear, Mlp};

/// Runs of which the fastest counts.
const RUNS: usize = 9;

fn main() {
    let given: Vec<usize> = std::env::args().skip(1).filter_map(|argument| argument.parse().ok()).collect();
    let [tokens, width, heads, images] = given.try_into().unwrap_or([65, 192, 3, 64]);
    let rows = images * tokens;
    println!("{rows} rows");
    linear("qkv", Linear::new(rows, width, 3 * width), [rows, width, 3 * width]);
    linear("projection", Linear::new(rows, width, width), [rows, width, width]);
    linear("up", Linear::new(rows, width, 4 * width), [rows, width, 4 * width]);
    linear("GELU, down", Linear::new(rows, 4 * width, width).activated(), [rows, 4 * width, width]);
    attention(images, tokens, heads, width / heads);
    normalization(rows, width);
    mlp(rows, width);
}

fn numbers(len: usize) -> Vec<f32> {
    (0..len).map(|index| (index * 7919 % 2001) as f32 / 1000.0 - 1.0).collect()
}

/// Prints the fastest of some runs.
fn time<T>(what: &str, multiply_adds: usize, run: impl Fn() -> T) {
    let each = || {
        let start = Instant::now();
        black_box(run());
        start.elapsed().as_secs_f64()
    };
    each();
    let best = (0..RUNS).map(|_| each()).fold(f64::INFINITY, f64::min);
    let rate = 2.0 * multiply_adds as f64 / best / 1e9;
    println!("{what:28} {:8.3} ms {rate:8.1} GFLOP/s", 1e3 * best);
}

fn linear(name: &str, layer: Linear, [rows, inputs, outputs]: [usize; 3]) {
    let (x, weight, dy) = (numbers(rows * inputs), numbers(inputs * outputs), numbers(rows * outputs));
    let bias = numbers(outputs);
    let count = layer.multiply_adds();
    time(&format!("{name}: output"), count, || layer.output(&x, &weight, &bias));
    time(&format!("{name}: dx"), count, || layer.gradient(&x, &weight, &dy));
    time(&format!("{name}: dw, db"), count, || layer.parameter_gradients(&x, &dy));
}

fn attention(images: usize, tokens: usize, heads: usize, size: usize) {
    let attention = Attention::new(images, tokens, heads, size);
    let len = images * tokens * heads * size;
    let (qkv, dy) = (numbers(3 * len), numbers(len));
    let (y, logarithms) = attention.output(&qkv);
    time("attention: output", attention.multiply_adds(), || attention.output(&qkv));
    let kept = Kept { qkv: &qkv, y: &y, logarithms: &logarithms };
    time("attention: gradient", 5 * attention.multiply_adds() / 2, || attention.gradient(kept, &dy));
}

fn normalization(rows: usize, width: usize) {
    let (x, dy, gamma, beta) = (numbers(rows * width), numbers(rows * width), numbers(width), numbers(width));
    let by = Parameters { gamma: &gamma, beta: &beta, epsilon: 1e-6 };
    let (_, moments) = layer_norm::forward(&x, by);
    time("normalization: output", 0, || layer_norm::forward(&x, by));
    time("normalization: gradient", 0, || layer_norm::backward((&x, &dy), &gamma, &moments, Some(&dy)));
}

fn mlp(rows: usize, width: usize) {
    let (x, weight, bias) = (numbers(rows * width), numbers(4 * width * width), numbers(4 * width));
    let by = Parameters { gamma: &bias[..width], beta: &bias[..width], epsilon: 1e-6 };
    let weights = Weights { up: (&weight, &bias), down: (&weight, &bias[..width]) };
    let mlp = Mlp::new(rows, width, 4 * width);
    let count = 2 * mlp.layers().0.multiply_adds();
    time("MLP: output", count, || mlp.infer(&x, by, weights, true));
    time("MLP: output, kept", count, || mlp.train(&x, by, weights, true));
}
