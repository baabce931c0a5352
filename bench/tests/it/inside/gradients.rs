//! Gradients: of every family, layer by layer, before, during and after training.

use std::collections::BTreeSet;

use skipbench::internals::cell::{Cell, Outcome, Task};
use skipbench::internals::recipe::Recipe;
use skipbench::internals::tasks::LAGS;

use super::super::cell;
use super::{indices, run, series};

#[test]
fn gradients_of_every_family_are_measured_layer_by_layer() {
    // Weights, blocks.
    for (model, layers, blocks) in [
        ("plain8-w4", 8, 3),
        ("resnet8-w4", 8, 3),
        ("densenet-7-4", 7, 3),
        ("vit-d2-w8-h2-p4", 10, 2),
        ("backbone-concat-10-w4", 10, 3),
        ("backbone-hyper-16-w4", 16, 6),
        ("backbone-add-10-w4-nonorm", 10, 3),
    ] {
        let outcome = run(&cell(model, Task::Gradients));
        let all = |count: u64| (1..=count).collect::<Vec<u64>>();
        for name in ["gradient_norm_init", "gradient_norm_trained"] {
            assert_eq!(indices(&outcome, name), all(layers), "{model} {name}");
            assert!(series(&outcome, name).values().all(|norm| *norm > 0.0), "{model} {name}");
        }
        for name in ["activation_gradient_init", "activation_deviation_init"] {
            assert_eq!(indices(&outcome, name), all(blocks), "{model} {name}");
        }
        let correlation = series(&outcome, "gradient_correlation");
        assert_eq!(correlation.len(), LAGS.len(), "{model}");
        assert!((correlation[&0] - 1.0).abs() < 1e-9 && correlation.values().all(|value| value.abs() < 1.0 + 1e-9));
        assert_eq!((outcome.measured.steps, outcome.measured.test_total), (Some(2), Some(1200)), "{model}");
    }
}

#[test]
fn what_has_no_gradient_has_no_sample() {
    // Fixup's classifier starts at 0: the head alone has a gradient, all others are 0, and no direction to compare.
    let outcome = run(&cell("backbone-fixup-10-w4", Task::Gradients));
    let norms = series(&outcome, "gradient_norm_init");
    assert!(norms[&10] > 0.0 && norms.iter().filter(|(_, norm)| **norm == 0.0).count() == 9, "{norms:?}");
    assert!(series(&outcome, "gradient_correlation").is_empty());
    // A block that chance leaves out has no gradient in that step; its layers keep their numbers.
    let outcome = run(&cell("backbone-stochastic-22-w4", Task::Gradients));
    let layers = indices(&outcome, "gradient_norm_init");
    assert!(layers.len() < 22 && layers.contains(&22) && layers.contains(&1), "{layers:?}");
}

/// Looks during training move nothing: running statistics least of all.
#[test]
fn gradients_during_training_are_looked_at_without_a_trace() {
    for model in ["backbone-add-10-w4", "densenet-7-4", "vit-d1-w8-h2-p4"] {
        let recipe = Recipe { epochs: 2, batch: 32, lr: 0.05, ..Recipe::default() };
        let looked = run(&Cell { recipe: recipe.clone(), ..cell(model, Task::Gradients) });
        let trained = run(&Cell { recipe, ..cell(model, Task::Train) });
        for name in ["loss", "train_correct", "test_correct"] {
            assert_eq!(series(&looked, name), series(&trained, name), "{model} {name}");
        }
        // A sixteenth and a quarter of 36 steps; a 64th is none.
        let names = |outcome: &Outcome| {
            let names = outcome.samples.iter().map(|sample| sample.series.clone());
            names.filter(|name| name.starts_with("gradient_norm_step")).collect::<BTreeSet<String>>()
        };
        assert_eq!(names(&looked).into_iter().collect::<Vec<String>>(), ["gradient_norm_step2", "gradient_norm_step9"]);
        let layers = indices(&looked, "gradient_norm_init");
        assert_eq!(indices(&looked, "gradient_norm_step9"), layers, "{model}");
        assert_ne!(series(&looked, "gradient_norm_step9"), series(&looked, "gradient_norm_init"), "{model}");
    }
}

/// Shattered gradients in small: with skips neighboring points of a line have more alike gradients than without.
#[test]
fn skips_keep_gradients_alike() {
    let second = |model| series(&run(&cell(model, Task::Gradients)), "gradient_correlation")[&2];
    let (plain, residual) = (second("backbone-none-58-w8"), second("backbone-add-58-w8"));
    assert!(residual > plain + 0.1, "plain {plain}, residual {residual}");
}
