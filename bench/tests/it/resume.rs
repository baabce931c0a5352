//! A training cell that was killed goes on where it was, and ends as if it had not been.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use skipbench::internals::cell::Task;
use skipbench::internals::recipe::{Optimizer, Recipe};
use skipbench::internals::tasks::Checkpoints;
use skipbench::internals::tasks::dispatch;

use super::cell;

/// Of nine steps per epoch.
fn resumes_exactly(task: Task, optimizer: Optimizer, epochs: u64, killed: u64) {
    let mut cell = cell("resnet8-w4", task);
    cell.recipe = Recipe { epochs, batch: 64, lr: 0.02, warmup_epochs: 1.0, optimizer, ..Recipe::default() };
    let whole = dispatch::run(&cell, None, &mut |_| {}).expect("trains");

    let dir = tempfile::tempdir().expect("temp");
    let checkpoints = || Some(Checkpoints::new(dir.path(), Duration::ZERO));
    // Dies in the middle of an epoch, as a killed process does.
    let died = catch_unwind(AssertUnwindSafe(|| {
        dispatch::run(&cell, checkpoints(), &mut |progress| assert!(progress.done < killed, "killed here"))
    }));
    assert!(died.is_err());
    let mut first_step = None;
    let resumed = dispatch::run(&cell, checkpoints(), &mut |progress| {
        first_step.get_or_insert(progress.done);
    });
    let resumed = resumed.expect("goes on");
    assert_eq!(first_step, Some(killed / 9 * 9), "whole epochs are not repeated");
    assert_eq!(resumed.samples, whole.samples);
    assert_eq!(resumed.measured.test_correct, whole.measured.test_correct);
}

#[test]
fn a_killed_training_run_resumes_exactly_with_sgd() {
    resumes_exactly(Task::Train, Optimizer::Sgd, 4, 22);
}

#[test]
fn a_killed_training_run_resumes_exactly_with_adamw() {
    resumes_exactly(Task::Train, Optimizer::Adamw, 4, 22);
}

/// Of the looks after 3 and 13 of 54 steps the checkpoint has the first; the second is taken again.
#[test]
fn a_killed_look_at_gradients_resumes_with_the_same_series() {
    resumes_exactly(Task::Gradients, Optimizer::Sgd, 6, 15);
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
