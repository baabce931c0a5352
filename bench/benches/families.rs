//! One forward pass and one training step of each family at the parameters of ResNet-20, on the embedded digits.
//!
//! The members are those of the built-in suite `quick`.

use std::time::Duration;

use burn::module::Module;
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use skipbench::cell::{Cell, Task};
use skipbench::data::{Batches, Source};
use skipbench::device::{Backend, DeviceId};
use skipbench::group::resolve;
use skipbench::member::Member;
use skipbench::suite::Suite;
use skipbench::tasks::{Setup, step};

const BATCH: usize = 64;
const LEARNING_RATE: f64 = 0.01;

fn cells() -> Vec<Cell> {
    let data = Source::Digits.load().expect("the digits are embedded").summary();
    let groups =
        Suite::load("quick").and_then(|suite| resolve(&suite, data.images)).expect("the built-in suite is valid");
    let group = &groups[0];
    let cell = |member: &Member| Cell {
        group: group.name.clone(),
        model: member.model.clone(),
        spec: member.spec.clone(),
        source: Source::Digits,
        data: data.clone(),
        recipe: member.recipe.clone(),
        task: Task::TrainStep,
        device: DeviceId { backend: Backend::Flex, index: 0 },
        seed: 1,
        round: 0,
        twin: false,
        sweep: None,
        threads: 1,
        concurrent: 1,
        timeout_s: 1,
        memory_limit_bytes: 1,
    };
    group.members.iter().map(cell).collect()
}

fn forward(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("forward");
    group.throughput(Throughput::Elements(BATCH as u64));
    for cell in cells() {
        let setup = Setup::new(&cell).expect("flex is always here");
        let model = setup.model().expect("the built-in suite is valid").0.valid();
        let (images, _) = Batches::new(&setup.data, BATCH).fixed().into_tensors(&setup.device.clone().inner());
        group.bench_function(BenchmarkId::from_parameter(&cell.model), |bencher| {
            bencher.iter(|| model.forward(images.clone()));
        });
    }
}

fn train_step(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("train-step");
    group.throughput(Throughput::Elements(BATCH as u64));
    for cell in cells() {
        let setup = Setup::new(&cell).expect("flex is always here");
        let (loss, mut optimizer) = (setup.loss(), setup.optimizer());
        let mut model = Some(setup.model().expect("the built-in suite is valid").0);
        let batch = Batches::new(&setup.data, BATCH).fixed().into_tensors(&setup.device);
        group.bench_function(BenchmarkId::from_parameter(&cell.model), |bencher| {
            bencher.iter(|| {
                let current = model.take().expect("every step gives the network back");
                model = Some(step(current, &mut optimizer, &loss, batch.clone(), LEARNING_RATE).0);
            });
        });
    }
}

criterion_group! {
    name = families;
    config = Criterion::default().warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(5)).sample_size(20);
    targets = forward, train_step
}
criterion_main!(families);
