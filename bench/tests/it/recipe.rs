//! Learning rates by hand, and values that cannot be.

use skipbench::internals::recipe::{Recipe, Schedule};

#[test]
fn the_cosine_falls_from_its_peak_to_nothing() {
    let recipe = Recipe { lr: 0.2, ..Recipe::default() };
    let rate = |step| recipe.learning_rate(step, 100, 10);
    assert_eq!(rate(0), 0.2);
    assert!((rate(50) - 0.1).abs() < 1e-12);
    assert!(rate(99) < 0.001);
}

#[test]
fn the_warm_up_rises_linearly_to_the_peak() {
    let recipe = Recipe { lr: 0.1, warmup_epochs: 0.5, schedule: Schedule::Constant, ..Recipe::default() };
    let rates: Vec<f64> = (0..6).map(|step| recipe.learning_rate(step, 100, 10)).collect();
    let expected = [0.02, 0.04, 0.06, 0.08, 0.1, 0.1];
    assert!(rates.iter().zip(expected).all(|(rate, expected)| (rate - expected).abs() < 1e-12), "{rates:?}");
}

/// He et al. 2015: 0.1, divided by 10 at 50 % and 75 % of 64k steps.
#[test]
fn steps_fall_at_their_milestones() {
    let recipe = Recipe { schedule: Schedule::Step, ..Recipe::default() };
    let rate = |step| recipe.learning_rate(step, 64_000, 391);
    assert_eq!(rate(31_999), 0.1);
    assert!((rate(32_000) - 0.01).abs() < 1e-12);
    assert!((rate(48_000) - 0.001).abs() < 1e-12);
}

#[test]
fn impossible_values_name_their_key() {
    let refused = |recipe: Recipe| recipe.check().expect_err("impossible").to_string();
    assert_eq!(
        refused(Recipe { batch: 0, ..Recipe::default() }),
        "recipe.batch = 0: a number from 1 to a billion is needed"
    );
    let endless = refused(Recipe { epochs: u64::MAX, ..Recipe::default() });
    assert!(endless.contains("from 1 to a billion"), "no count may wrap around: {endless}");
    assert_eq!(
        refused(Recipe { steps: Some(0), ..Recipe::default() }),
        "recipe.steps = 0: a number from 1 to a billion is needed"
    );
    let momentum = refused(Recipe { momentum: 1.0, ..Recipe::default() });
    assert_eq!(momentum, "recipe.momentum = 1: a number from 0 to below 1 is needed");
    let rate = refused(Recipe { lr: f64::NAN, ..Recipe::default() });
    assert_eq!(rate, "recipe.lr = NaN: a finite number above 0 is needed");
    let still = refused(Recipe { lr: 0.0, ..Recipe::default() });
    assert_eq!(still, "recipe.lr = 0: a finite number above 0 is needed");
}

#[test]
fn a_schedule_fits_into_its_run() {
    let refused = |recipe: Recipe| recipe.check().expect_err("impossible").to_string();
    let long = Recipe { epochs: 3, warmup_epochs: 3.5, ..Recipe::default() };
    assert!(refused(long.clone()).contains("recipe.warmup_epochs = 3.5: no more than epochs"), "{}", refused(long));
    Recipe { epochs: 3, warmup_epochs: 3.0, ..Recipe::default() }.check().expect("all of it may be warm-up");
    let with = |schedule, milestones: &[f64]| Recipe { schedule, milestones: milestones.into(), ..Recipe::default() };
    for (milestones, expected) in [
        (&[0.5, 1.5][..], "milestones = [0.5, 1.5]: shares of the run"),
        (&[0.0, 0.5], "above 0 and below 1"),
        (&[0.5, f64::NAN], "above 0 and below 1"),
        (&[0.75, 0.5], "milestones = [0.75, 0.5]: each must be above the one before it"),
        (&[0.5, 0.5], "each must be above"),
        (&[], "needs at least one"),
    ] {
        let error = refused(with(Schedule::Step, milestones));
        assert!(error.contains(expected), "{error}");
    }
    with(Schedule::Cosine, &[]).check().expect("a cosine has none");
}

#[test]
fn a_warm_up_cannot_be_longer_than_the_longest() {
    let error = Recipe { warmup_ms: 500, warmup_max_ms: 100, ..Recipe::default() }.check().expect_err("impossible");
    assert!(error.to_string().contains("warmup_ms = 500") && error.to_string().contains("warmup_max_ms"), "{error}");
    Recipe { target_accuracy: 1.0, ..Recipe::default() }.check().expect("every image may be the goal");
    Recipe { target_accuracy: 1.01, ..Recipe::default() }.check().expect_err("more than every image");
}
