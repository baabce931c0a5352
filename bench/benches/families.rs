//! Times one forward pass and one training step of each family at the parameters of ResNet-20, on the embedded digits.
//!
//! The members are those of the built-in suite `quick`. The devices are all real ones of this build that are present.

use std::time::Duration;

use burn::module::Module;
use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use skipbench::internals::cell::{Cell, Task};
use skipbench::internals::data::{Batches, Source};
use skipbench::internals::device::{self, DeviceId};
use skipbench::internals::recipe::Precision;
use skipbench::internals::suite::Member;
use skipbench::internals::suite::Suite;
use skipbench::internals::suite::resolve;
use skipbench::internals::tasks::{Setup, step};

type Group<'a> = BenchmarkGroup<'a, WallTime>;

const BATCH: usize = 64;
const LEARNING_RATE: f64 = 0.01;

fn cells(device: DeviceId) -> Vec<Cell> {
    let data = Source::Digits.load().expect("the digits are embedded").summary();
    let groups =
        Suite::load("quick").and_then(|suite| resolve(&suite, data.images)).expect("the built-in suite is valid");
    let group = &groups[0];
    let cell = |member: &Member| Cell {
        model: member.model.clone(),
        spec: member.spec.clone(),
        recipe: member.recipe.clone(),
        ..Cell::alone("resnet20", Task::TrainStep, device).expect("published")
    };
    group.members.iter().map(cell).collect()
}

fn forward(criterion: &mut Criterion) {
    for (id, _) in device::real() {
        forward_on(id, criterion.benchmark_group(format!("forward/{id}")));
    }
}

fn forward_on(device: DeviceId, mut group: Group) {
    group.throughput(Throughput::Elements(BATCH as u64));
    for cell in cells(device) {
        let setup = Setup::new(&cell).expect("the device was listed");
        let model = setup.model().expect("the built-in suite is valid").0.valid();
        let (images, _) = Batches::new(&setup.data, BATCH).fixed().into_tensors(&setup.device.clone().inner());
        group.bench_function(BenchmarkId::from_parameter(&cell.model), |bencher| {
            bencher.iter(|| {
                model.forward(images.clone());
                setup.device.sync()
            });
        });
    }
}

fn train_step(criterion: &mut Criterion) {
    for (id, _) in device::real() {
        train_step_on(id, criterion.benchmark_group(format!("train-step/{id}")));
    }
}

fn train_step_on(device: DeviceId, mut group: Group) {
    group.throughput(Throughput::Elements(BATCH as u64));
    for cell in cells(device) {
        let setup = Setup::new(&cell).expect("the device was listed");
        let (loss, mut optimizer) = (setup.loss(), setup.optimizer());
        let mut model = Some(setup.model().expect("the built-in suite is valid").0);
        let batch = Batches::new(&setup.data, BATCH).fixed().into_tensors(&setup.device);
        group.bench_function(BenchmarkId::from_parameter(&cell.model), |bencher| {
            bencher.iter(|| {
                let current = model.take().expect("every step gives the network back");
                model = Some(step(current, &mut optimizer, &loss, batch.clone(), LEARNING_RATE, Precision::F32).0);
                setup.device.sync()
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
