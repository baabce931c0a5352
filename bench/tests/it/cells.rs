//! Workloads in this process: what each measures, and that the same cell is the same work.

use burn::module::{Module, ModuleVisitor, Param};
use burn::tensor::{DType, Tensor};
use skipbench::internals::cell::{Cell, Measured, Outcome, Task};
use skipbench::internals::data::Batches;
use skipbench::internals::device::{Backend, DeviceId};
use skipbench::internals::recipe::{Checkpointing, Precision, Recipe};
use skipbench::internals::tasks::dispatch;
use skipbench::internals::tasks::{Setup, step};
use skipbench_models::{Kernels, Memory};

use super::cell;

fn run(cell: &Cell) -> Outcome {
    dispatch::run(cell, None, &mut |_| {}).unwrap_or_else(|error| panic!("{error:#}"))
}

#[test]
fn training_learns_and_repeats_exactly() {
    let mut cell = cell("resnet8-w4", Task::Train);
    cell.recipe = Recipe { epochs: 4, batch: 32, lr: 0.05, ..Recipe::default() };
    let (once, again) = (run(&cell), run(&cell));
    assert_eq!(once.samples, again.samples, "one seed is one training run");
    let losses: Vec<f64> =
        once.samples.iter().filter(|sample| sample.series == "loss").map(|sample| sample.value).collect();
    assert_eq!(losses.len(), 4);
    assert!(losses[3] < losses[0], "{losses:?}");
    assert!(once.measured.test_correct > Some(360), "far above the 10 % of chance: {:?}", once.measured.test_correct);
    assert_eq!((once.measured.test_total, once.measured.train_total), (Some(1200), Some(576)));
    cell.seed = 2;
    assert_ne!(run(&cell).samples, once.samples);
}

#[test]
fn every_family_takes_a_training_step_with_either_optimizer() {
    for model in ["plain8-w4", "resnet8-w4", "densenet-7-4", "vit-d1-w8-h2-p4", "backbone-concat-10-w4"] {
        for optimizer in ["sgd", "adamw"] {
            let mut cell = cell(model, Task::Train);
            cell.recipe.optimizer = serde_json::from_str(&format!("\"{optimizer}\"")).expect("known");
            cell.recipe.label_smoothing = 0.1;
            let outcome = run(&cell);
            assert_eq!(outcome.measured.steps, Some(2), "{model} {optimizer}");
            assert!(outcome.measured.loss.is_some_and(f64::is_finite), "{model} {optimizer}");
        }
    }
}

#[test]
fn timed_tasks_keep_every_time() {
    for (task, least) in [(Task::TrainStep, 2), (Task::Infer, 2), (Task::Latency, 100)] {
        let outcome = run(&cell("resnet8-w4", task));
        let whole = outcome.samples.iter().filter(|sample| sample.series == "step_ns");
        let times: Vec<f64> = whole.map(|sample| sample.value).collect();
        // A fast machine needs more steps to fill the least time.
        assert_eq!(Some(times.len() as u64), outcome.measured.timed_steps, "{task:?}");
        assert!(times.len() >= least, "{task:?}: {}", times.len());
        assert!(times.iter().all(|time| *time > 0.0));
        let median = outcome.measured.step_ns_median.expect("timed") as f64;
        assert!(
            times.iter().copied().fold(f64::MAX, f64::min) <= median
                && median <= times.iter().copied().fold(0.0, f64::max)
        );
    }
}

#[test]
fn a_training_step_is_timed_in_parts_too() {
    let outcome = run(&cell("resnet8-w4", Task::TrainStep));
    for series in ["forward_ns", "backward_ns", "optimizer_ns"] {
        assert_eq!(outcome.samples.iter().filter(|sample| sample.series == series).count(), 2, "{series}");
    }
    let Measured { forward_ns_median, backward_ns_median, optimizer_ns_median, .. } = outcome.measured;
    assert!([forward_ns_median, backward_ns_median, optimizer_ns_median].iter().all(|part| *part > Some(0)));
}

#[test]
fn a_tail_needs_enough_steps() {
    let mut two = cell("resnet8-w4", Task::Infer);
    two.recipe.timed_ms = 0;
    let few = run(&two).measured;
    assert_eq!((few.step_ns_p90, few.step_ns_p99), (None, None), "two steps have no tail");
    let many = run(&cell("resnet8-w4", Task::Latency)).measured;
    assert!(many.step_ns_median <= many.step_ns_p90 && many.step_ns_p90 <= many.step_ns_p99);
    assert!(many.step_ns_median.is_some());
}

#[test]
fn a_diverging_run_is_an_error_that_says_where() {
    let mut cell = cell("resnet8-w4", Task::Train);
    cell.recipe = Recipe { lr: 1e30, epochs: 3, batch: 64, ..Recipe::default() };
    let error = dispatch::run(&cell, None, &mut |_| {}).expect_err("it diverges");
    let message = format!("{error:#}");
    assert!(message.contains("diverged") && message.contains("epoch"), "{message}");
}

#[test]
fn a_diverged_run_ends_before_its_epoch_does() {
    let mut cell = cell("resnet8-w4", Task::Train);
    cell.recipe = Recipe { lr: 1e30, epochs: 3, batch: 2, ..Recipe::default() };
    let mut done = 0;
    let error = dispatch::run(&cell, None, &mut |progress| done = progress.done).expect_err("it diverges");
    let message = format!("{error:#}");
    assert!(done < 60, "an epoch has 298 steps: {done}");
    let step = message.split("at step ").nth(1).and_then(|rest| rest.split(' ').next()?.parse::<u64>().ok());
    assert!(step.is_some_and(|step| step < 50), "the first such step is named: {message}");
}

#[test]
fn changed_images_are_refused() {
    let mut cell = cell("resnet8-w4", Task::Infer);
    cell.data.sha256 = "0".repeat(64);
    let error = dispatch::run(&cell, None, &mut |_| {}).expect_err("other images");
    assert!(format!("{error:#}").contains("the images changed"));
}

#[test]
fn an_epoch_is_timed_with_its_data() {
    let outcome = run(&cell("resnet8-w4", Task::TrainEpoch));
    let Measured { epoch_images, epoch_ns_median, epoch_data_ns_median, loss, step_ns_median, .. } = outcome.measured;
    // 597 images in whole batches of 16.
    assert_eq!(epoch_images, Some(592));
    assert!(epoch_data_ns_median > Some(0) && epoch_data_ns_median < epoch_ns_median);
    assert!(loss.is_some_and(f64::is_finite) && step_ns_median.is_none());
    assert!(outcome.samples.iter().filter(|sample| sample.series == "epoch_ns").count() >= 2);
}

/// An epoch has whole batches only, so that a larger one would have to be made smaller or repeat images.
#[test]
fn a_batch_larger_than_the_training_images_is_refused_where_an_epoch_is_made_of_them() {
    for task in Task::ALL {
        let mut large = cell("resnet8-w4", task);
        large.recipe.batch = 598;
        let message = large.check().err().unwrap_or_default();
        let fixed = matches!(task, Task::TrainStep | Task::Infer | Task::Latency) || task.is_memory();
        assert_eq!(message.is_empty(), fixed, "{task:?}: {message}");
        if !fixed {
            assert!(message.contains("recipe.batch = 598") && message.contains("597 training images"), "{message}");
            dispatch::run(&large, None, &mut |_| {}).expect_err("refused by the library too");
        }
        large.recipe.batch = 597;
        large.check().expect("one step per epoch");
    }
    let mut large = cell("resnet8-w4", Task::Infer);
    large.recipe.batch = 598;
    assert_eq!(run(&large).measured.output_shape, "598x10", "a fixed batch repeats images");
}

#[test]
fn the_time_to_an_accuracy_ends_with_the_first_test_that_reaches_it() {
    let mut cell = cell("resnet8-w4", Task::TimeToAccuracy);
    cell.recipe = Recipe { epochs: 8, batch: 32, lr: 0.05, target_accuracy: 0.5, ..Recipe::default() };
    let reached = run(&cell).measured;
    let epochs = reached.target_epochs.expect("half of the digits are learned soon");
    assert!(epochs < 8 && reached.epochs == Some(epochs), "{reached:?}");
    assert!(reached.test_correct >= Some(600) && reached.target_ns < reached.train_ns);
    cell.recipe = Recipe { epochs: 1, target_accuracy: 0.999, ..cell.recipe };
    let missed = run(&cell).measured;
    assert_eq!((missed.target_ns, missed.target_epochs, missed.epochs), (None, None, Some(1)));
}

#[test]
fn recomputing_in_the_backward_pass_changes_the_memory_and_not_the_loss() {
    let mut cell = cell("densenet-bc-22-12", Task::PeakMemoryTrain);
    cell.recipe.batch = 32;
    // Of this repository's kernels nothing is left that Burn's strategy would compute again.
    cell.recipe.kernels = Kernels::Burn;
    let kept = run(&cell).measured;
    cell.recipe.checkpointing = Checkpointing::Balanced;
    let recomputed = run(&cell).measured;
    assert_eq!(kept.loss, recomputed.loss);
    assert!(recomputed.heap_saved_bytes < kept.heap_saved_bytes, "{recomputed:?} {kept:?}");
}

#[test]
fn inference_has_a_curve_over_its_passes_of_which_none_leaves_anything() {
    let outcome = run(&cell("densenet-7-4", Task::PeakMemoryInfer));
    let of = |series: &str| -> Vec<f64> {
        outcome.samples.iter().filter(|sample| sample.series == series).map(|sample| sample.value).collect()
    };
    let (peaks, live) = (of("forward_peak_bytes"), of("forward_live_bytes"));
    assert_eq!((peaks.len(), live.len(), outcome.samples.len()), (6, 6, 12));
    assert_eq!(peaks.iter().copied().reduce(f64::max), outcome.measured.heap_peak_bytes.map(|bytes| bytes as f64));
    assert!(peaks.iter().zip(&live).all(|(peak, live)| peak >= live) && outcome.measured.heap_growth_bytes.is_some());
}

/// Half precision follows f32 for a few steps and learns as well; the loss is f32's to about a percent.
#[test]
fn half_precision_learns_with_f32_master_weights() {
    for model in ["resnet8-w4", "densenet-7-4", "vit-d1-w8-h2-p4"] {
        let mut cell = cell(model, Task::Train);
        cell.recipe = Recipe { epochs: 3, batch: 32, lr: 0.05, ..Recipe::default() };
        let single = run(&cell).measured;
        for precision in [Precision::Bf16, Precision::F16] {
            cell.recipe.precision = precision;
            let half = run(&cell).measured;
            let (single, half) = (single.loss.expect("trained"), half.loss.expect("trained"));
            assert_ne!(single, half, "{model} {precision:?}: computed in f32 after all");
            assert!((half / single - 1.0).abs() < 0.1, "{model} {precision:?}: {half}, in f32 {single}");
        }
    }
}

/// So do products in bf16. Where nothing is convolved they change nothing.
#[test]
fn products_in_bf16_learn_as_well() {
    for (model, memory) in
        [("resnet8-w4", Memory::Naive), ("densenet-7-4", Memory::Naive), ("densenet-7-4", Memory::Shared)]
    {
        let mut cell = cell(model, Task::Train);
        cell.recipe = Recipe { epochs: 3, batch: 32, lr: 0.05, memory, ..Recipe::default() };
        let [single, rounded] = [Kernels::Skipbench, Kernels::SkipbenchBf16].map(|kernels| {
            cell.recipe.kernels = kernels;
            run(&cell).measured.loss.expect("trained")
        });
        assert_ne!(single, rounded, "{model} {memory:?}: computed in f32 after all");
        assert!((rounded / single - 1.0).abs() < 0.1, "{model} {memory:?}: {rounded}, in f32 {single}");
    }
}

#[test]
fn products_in_bf16_are_refused_where_there_are_none() {
    let mut cell = cell("resnet8-w4", Task::Train);
    cell.recipe.kernels = Kernels::SkipbenchBf16;
    cell.check().expect("the CPU has them");
    cell.device = DeviceId { backend: Backend::Vulkan, index: 0 };
    let error = cell.check().expect_err("a GPU has not");
    assert!(error.contains("skipbench-bf16") && error.contains("kernels = \"burn\""), "{error}");
    let recipe = Recipe { precision: Precision::Bf16, ..cell.recipe };
    let error = recipe.check().expect_err("twice rounded").to_string();
    assert!(error.contains("recipe.kernels") && error.contains("remove precision"), "{error}");
}

#[test]
fn every_task_runs_in_half_precision() {
    for task in Task::ALL.into_iter().filter(|task| !task.looks_inside()) {
        let mut cell = cell("resnet8-w4", task);
        cell.recipe.precision = Precision::Bf16;
        run(&cell);
    }
}

#[test]
fn the_master_weights_stay_in_single_precision() {
    struct Types(Vec<DType>);
    impl ModuleVisitor for Types {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            if param.is_require_grad() {
                self.0.push(param.val().dtype());
            }
        }
    }
    let mut cell = cell("resnet8-w4", Task::TrainStep);
    cell.recipe.precision = Precision::F16;
    let setup = Setup::new(&cell).expect("flex computes in f16");
    let batch = Batches::new(&setup.data, 16).fixed().into_tensors(&setup.device);
    let model = setup.model().expect("valid").0;
    let (model, ..) = step(model, &mut setup.optimizer(), &setup.loss(), batch, 0.1, Precision::F16);
    let mut types = Types(Vec::new());
    model.visit(&mut types);
    assert!(!types.0.is_empty() && types.0.iter().all(|dtype| *dtype == DType::F32), "{:?}", types.0);
}
