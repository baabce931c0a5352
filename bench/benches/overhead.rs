//! Measures what measuring costs: a training step of ResNet-20 inside skipbench's timed loop against the same step
//! outside it, in one process, step by step in turn (A B B A).
//!
//! `cargo bench -p skipbench --bench overhead` prints the ratio with its interval, and how long an empty turn of the
//! loop takes. It ends with status 1 unless both stay below 0.5 %, the ratio with its whole interval. On a busy machine
//! the interval may be too wide for that. Criterion is not used, because it does not measure the ratio of two things
//! that alternate. The batch is small, which makes steps short and many: the loop's overhead weighs more there than at
//! the usual batch size.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use burn::tensor::{Int, Tensor};
use skipbench::internals::cell::{Cell, Message, Progress, Task};
use skipbench::internals::data::Batches;
use skipbench::internals::device::{Backend, DeviceId};
use skipbench::internals::meter::{Limits, repeat};
use skipbench::internals::meter::{sync, timed};
use skipbench::internals::recipe::Precision;
use skipbench::internals::tasks::{Setup, step};
use skipbench_models::Model;
use skipbench_reports::stats::{median, quantile};

/// Largest ratio that the loop may reach.
const ALLOWED: f64 = 1.005;

/// Number of images in a batch.
const BATCH: usize = 8;

/// Returns a network in training. Each call is one step.
fn training<'a>(setup: &'a Setup, batch: &'a (Tensor<4>, Tensor<1, Int>)) -> impl FnMut() + 'a {
    let (loss, mut optimizer) = (setup.loss(), setup.optimizer());
    let mut model: Option<Model> = Some(setup.model().expect("published").0);
    move || {
        let current = model.take().expect("every step gives the network back");
        model = Some(step(current, &mut optimizer, &loss, batch.clone(), 0.01, Precision::F32).0);
    }
}

/// Returns a function that reports progress to a parent at most ten times per second, as a cell's process does.
fn telling() -> impl FnMut(u64) {
    let mut told: Option<Instant> = None;
    move |done| {
        if told.is_none_or(|told| told.elapsed() >= Duration::from_millis(100)) {
            told = Some(Instant::now());
            let progress = Progress { done, total: 1000, epoch: 0, epochs: 0, loss: None };
            std::hint::black_box(serde_json::to_vec(&Message::Progress(progress)).expect("plain data"));
        }
    }
}

/// Measures `count` steps outside and inside the loop. Returns pairs of times (inside, outside). The bare step runs
/// within the loop's own step, before or after what is measured, and its time is subtracted.
fn pairs(setup: &Setup, count: u64) -> Vec<(f64, f64)> {
    let batch = Batches::new(&setup.data, BATCH).fixed().into_tensors(&setup.device);
    // One network: two would lie elsewhere in memory, which alone makes a difference.
    let network = std::cell::RefCell::new(training(setup, &batch));
    let step = || network.borrow_mut()();
    let mut bare = Vec::new();
    // When each turn of the loop began, the last one's end included.
    let mut turns = Vec::new();
    let (second, none) = (Duration::from_secs(1), Duration::ZERO);
    let limits = Limits { warmup: second, warmup_most: second, timed: none, timed_steps: count, most_steps: count };
    let mut tell = telling();
    let outside_step = |bare: &mut Vec<Duration>| {
        let start = Instant::now();
        step();
        sync(&setup.device).expect("the device works");
        bare.push(start.elapsed());
    };
    let turn_starts = std::cell::RefCell::new(&mut turns);
    repeat(
        &limits,
        || {
            let before = bare.len() % 2 == 0;
            if before {
                outside_step(&mut bare);
            }
            let time = timed(&setup.device, step).map(|((), time)| time);
            if !before {
                outside_step(&mut bare);
            }
            time
        },
        |done| {
            turn_starts.borrow_mut().push(Instant::now());
            tell(done);
        },
    )
    .expect("the device works");
    turns.push(Instant::now());
    differences(&turns, &bare).split_off(bare.len() - count as usize)
}

/// Returns, for every turn, its time without the bare step, and the time of that step.
fn differences(turns: &[Instant], bare: &[Duration]) -> Vec<(f64, f64)> {
    let turns = turns.windows(2).map(|pair| pair[1] - pair[0]);
    turns.zip(bare).map(|(turn, bare)| ((turn - *bare).as_secs_f64(), bare.as_secs_f64())).collect()
}

/// Returns the seconds of an empty turn of the loop: the cost of the loop, the stopwatch and the progress reports.
fn empty_turn(setup: &Setup, count: u64) -> f64 {
    let none = Duration::ZERO;
    let second = Duration::from_secs(1);
    let limits = Limits { warmup: none, warmup_most: none, timed: second, timed_steps: count, most_steps: count };
    let start = Instant::now();
    repeat(&limits, || timed(&setup.device, || ()).map(|((), time)| time), telling()).expect("the device works");
    start.elapsed().as_secs_f64() / count as f64
}

/// Returns the ratio and its 95 % interval. Other work of the machine makes steps longer, never shorter, so the lower
/// quartiles of every hundred pairs are compared. The answer is the median of those ratios, and its interval depends on
/// their order alone.
fn compare(pairs: &[(f64, f64)]) -> [f64; 3] {
    let quartile = |times: Vec<f64>| quantile(&times, 0.25).expect("some");
    let ratio = |hundred: &[(f64, f64)]| {
        let (inside, outside) = hundred.iter().copied().unzip();
        quartile(inside) / quartile(outside)
    };
    let mut ratios: Vec<f64> = pairs.chunks(100).map(ratio).collect();
    ratios.sort_by(f64::total_cmp);
    // Of n values as many lie below the true median as heads fall in n throws: n / 2 ± 1.96 · √n / 2 in 95 of 100
    // cases.
    let (middle, spread) = (ratios.len() as f64 / 2.0, 0.98 * (ratios.len() as f64).sqrt());
    let rank = |rank: f64| ratios[(rank.max(0.0) as usize).min(ratios.len() - 1)];
    [rank((middle - spread).floor()), median(&ratios).expect("some"), rank((middle + spread).ceil())]
}

fn main() -> ExitCode {
    // `cargo bench` says --bench; `cargo test --benches` does not and runs benches once, to see that they work.
    let measure = std::env::args().any(|word| word == "--bench");
    let count = if measure { 6000 } else { 4 };
    let flex = DeviceId { backend: Backend::Flex, index: 0 };
    let cell = Cell::alone("resnet20", Task::TrainStep, flex).expect("published");
    let setup = Setup::new(&cell).expect("flex is always here");
    let pairs = pairs(&setup, count);
    let [low, ratio, high] = compare(&pairs);
    let step = median(&pairs.iter().map(|(_, bare)| *bare).collect::<Vec<f64>>()).expect("some");
    println!(
        "a step inside the timed loop takes {ratio:.4} times as long as outside it, 95 % interval [{low:.4}, {high:.4}], {} pairs of {:.1} ms",
        pairs.len(),
        step * 1e3
    );
    let empty = empty_turn(&setup, 10 * count);
    println!(
        "a turn of the loop with nothing in it takes {:.2} µs, {:.4} % of the step",
        empty * 1e6,
        empty / step * 100.0
    );
    let shown = high <= ALLOWED && empty / step <= ALLOWED - 1.0;
    ExitCode::from(u8::from(measure && !shown))
}
