//! How easily a stack of blocks learns the identity.

use skipbench::internals::cell::Task;
use skipbench::internals::recipe::Recipe;

use super::super::cell;
use super::{indices, run, series};

#[test]
fn the_identity_is_learned_and_repeats_exactly() {
    let mut cell = cell("backbone-add-22-w4", Task::Identity);
    cell.recipe = Recipe { epochs: 4, steps: Some(60), batch: 16, lr: 0.02, ..Recipe::default() };
    let outcome = run(&cell);
    assert_eq!(outcome, run(&cell));
    for name in ["identity_error", "near_identity_error"] {
        let errors = series(&outcome, name);
        assert_eq!(errors.keys().next_back(), Some(&60), "{name}: the last step is kept");
        assert!(errors.len() >= 50 && errors[&60] < 0.5 * errors[&1], "{name}: {errors:?}");
    }
    let (before, after) = (series(&outcome, "branch_ratio_init"), series(&outcome, "branch_ratio_trained"));
    assert_eq!(before.keys().copied().collect::<Vec<u64>>(), [1, 2, 3]);
    assert!((1..=3).all(|block| after[&block] < before[&block]), "branches shrink: {before:?} {after:?}");
    assert_eq!(outcome.measured.steps, Some(60));
}

/// Trainability is what is asked, so that the cell is measured all the same.
#[test]
fn a_stack_that_diverges_is_a_result_and_ends_there() {
    let mut cell = cell("backbone-add-22-w4-nonorm", Task::Identity);
    cell.recipe = Recipe { epochs: 4, steps: Some(60), batch: 16, lr: 100.0, ..Recipe::default() };
    let outcome = run(&cell);
    let at = |name: &str| *series(&outcome, name).keys().next_back().expect("some steps");
    for name in ["identity", "near_identity"] {
        let diverged = at(&format!("{name}_diverged"));
        assert_eq!(diverged, at(&format!("{name}_error")) + 1, "{name}: the last error is the one before");
        assert!(diverged > 1 && diverged < 60, "{name}");
    }
    assert!(outcome.measured.loss.is_none() && outcome.measured.steps == Some(at("identity_error")));
    assert!(series(&outcome, "branch_ratio_trained").is_empty());
}

#[test]
fn every_style_but_concatenation_learns_the_identity() {
    for skip in ["none", "scaled", "stochastic", "gated", "weighted", "hyper", "constrained", "fixup"] {
        let outcome = run(&cell(&format!("backbone-{skip}-10-w4"), Task::Identity));
        assert_eq!(indices(&outcome, "identity_error"), [1, 2], "{skip}");
    }
    // Branches that begin at 0: the stack is the identity already.
    for skip in ["scaled", "fixup"] {
        let outcome = run(&cell(&format!("backbone-{skip}-22-w4"), Task::Identity));
        assert_eq!(series(&outcome, "identity_error")[&1], 0.0, "{skip}");
        assert!(series(&outcome, "near_identity_error")[&1] > 0.0, "{skip}");
    }
}
