//! A training cell that was killed goes on where it was, and ends as if it had not been.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use skipbench::cell::Task;
use skipbench::checkpoint::Checkpoints;
use skipbench::dispatch;
use skipbench::recipe::{Optimizer, Recipe};

use super::cell;

fn resumes_exactly(optimizer: Optimizer) {
    let mut cell = cell("resnet8-w4", Task::Train);
    cell.recipe = Recipe { epochs: 4, batch: 64, lr: 0.02, warmup_epochs: 1.0, optimizer, ..Recipe::default() };
    let whole = dispatch::run(&cell, None, &mut |_| {}).expect("trains");

    let dir = tempfile::tempdir().expect("temp");
    let checkpoints = || Some(Checkpoints::new(dir.path(), Duration::ZERO));
    // Dies in the middle of the third epoch, as a killed process does.
    let killed = catch_unwind(AssertUnwindSafe(|| {
        dispatch::run(&cell, checkpoints(), &mut |progress| assert!(progress.done < 22, "killed here"))
    }));
    assert!(killed.is_err());
    let mut first_step = None;
    let resumed = dispatch::run(&cell, checkpoints(), &mut |progress| {
        first_step.get_or_insert(progress.done);
    });
    let resumed = resumed.expect("goes on");
    assert_eq!(first_step, Some(18), "two whole epochs of nine steps are not repeated");
    assert_eq!(resumed.samples, whole.samples);
    assert_eq!(resumed.measured.test_correct, whole.measured.test_correct);
}

#[test]
fn a_killed_training_run_resumes_exactly_with_sgd() {
    resumes_exactly(Optimizer::Sgd);
}

#[test]
fn a_killed_training_run_resumes_exactly_with_adamw() {
    resumes_exactly(Optimizer::Adamw);
}

#[test]
fn a_damaged_checkpoint_is_named() {
    let mut cell = cell("resnet8-w4", Task::Train);
    cell.recipe = Recipe { epochs: 1, batch: 64, ..Recipe::default() };
    let dir = tempfile::tempdir().expect("temp");
    let checkpoints = || Some(Checkpoints::new(dir.path(), Duration::ZERO));
    dispatch::run(&cell, checkpoints(), &mut |_| {}).expect("trains");
    std::fs::write(dir.path().join("epoch-1/state.json"), "{").expect("written");
    let error = dispatch::run(&cell, checkpoints(), &mut |_| {}).expect_err("damaged");
    let message = format!("{error:#}");
    assert!(message.contains("epoch-1") && message.contains("delete the folder"), "{message}");
}
