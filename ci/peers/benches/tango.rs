//! Times the training step in Tango.

use std::cell::RefCell;

use skipbench_peers::Training;
use tango_bench::{IntoBenchmarks, benchmark_fn, tango_benchmarks};

thread_local! {
    static TRAINING: RefCell<Training> = RefCell::new(Training::new());
}

fn step() -> impl IntoBenchmarks {
    [benchmark_fn("step", |bencher| bencher.iter(|| TRAINING.with_borrow_mut(Training::step)))]
}

tango_benchmarks!(step());
