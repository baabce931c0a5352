//! Times the training step in Criterion.

use criterion::{Criterion, criterion_group, criterion_main};
use skipbench_peers::Training;

fn step(criterion: &mut Criterion) {
    let mut training = Training::new();
    criterion.bench_function("step", |bencher| bencher.iter(|| training.step()));
}

criterion_group!(benches, step);
criterion_main!(benches);
