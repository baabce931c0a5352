//! Workloads that look inside a network, alone and through the binary.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use burn::tensor::{Device, Tensor, TensorData};
use skipbench::cell::{Cell, Outcome, Task};
use skipbench::dispatch;
use skipbench::group::resolve;
use skipbench::recipe::Recipe;
use skipbench::suite::Suite;
use skipbench::tasks::inside::correlation::{LAGS, autocorrelation};
use skipbench::tasks::inside::rank::effective_rank;
use skipbench_models::Images;
use skipbench_reports::record::Status;
use skipbench_reports::store::read;

use super::{TINY, cell, ends};

fn run(cell: &Cell) -> Outcome {
    dispatch::run(cell, None, &mut |_| {}).unwrap_or_else(|error| panic!("{}: {error:#}", cell.model))
}

/// A series by index.
fn series(outcome: &Outcome, name: &str) -> BTreeMap<u64, f64> {
    let samples = outcome.samples.iter().filter(|sample| sample.series == name);
    samples.map(|sample| (sample.index, sample.value)).collect()
}

fn indices(outcome: &Outcome, name: &str) -> Vec<u64> {
    series(outcome, name).into_keys().collect()
}

fn matrix(rows: usize, columns: usize, value: impl Fn(usize, usize) -> f32) -> Tensor<2> {
    let values = (0..rows * columns).map(|index| value(index / columns, index % columns)).collect::<Vec<f32>>();
    Tensor::from_data(TensorData::new(values, [rows, columns]), &Device::flex())
}

/// Columns of Walsh's functions are orthogonal and, but for the first, centred: r of them have r equal singular values.
#[test]
fn the_effective_rank_of_r_equal_directions_is_r() {
    let walsh = |row: usize, column: usize| if (row & column).count_ones().is_multiple_of(2) { 1.0f32 } else { -1.0 };
    for rank in [1, 2, 5, 7] {
        let features = matrix(16, 7, |row, column| if column < rank { walsh(row, column + 1) } else { 0.0 });
        let found = effective_rank(features).expect("they vary");
        assert!((found - rank as f64).abs() < 1e-6, "{found} of {rank}");
    }
    // The same two directions in every column, and a shift that centring takes away.
    let copies = matrix(16, 6, |row, column| 5.0 + walsh(row, column % 2 + 1));
    assert!((effective_rank(copies).expect("they vary") - 2.0).abs() < 1e-6);
    // Singular values in the ratio 3 to 1: exp(−¾·ln ¾ − ¼·ln ¼).
    let uneven = matrix(16, 2, |row, column| walsh(row, column + 1) * if column == 0 { 3.0 } else { 1.0 });
    assert!((effective_rank(uneven).expect("they vary") - 1.754_765).abs() < 1e-5);
    assert_eq!(effective_rank(matrix(4, 3, |_, column| column as f32)), None, "features that do not vary");
    assert_eq!(effective_rank(matrix(4, 3, |row, _| if row == 1 { f32::NAN } else { 1.0 })), None);
}

#[test]
fn gradients_of_a_linear_network_are_alike_at_every_lag_and_noise_at_none() {
    let linear = vec![vec![0.1f32, -0.7, 3.0]; 256];
    assert_eq!(autocorrelation(&linear, &LAGS), Some(LAGS.map(|lag| (lag, 1.0)).to_vec()));
    assert_eq!(autocorrelation(&linear[..3], &LAGS), Some(vec![(0, 1.0), (1, 1.0), (2, 1.0)]), "a short line");
    // A linear congruential generator, whose numbers are alike at no lag.
    let mut state = 1u64;
    let mut noise = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 40) as f32 / (1u64 << 24) as f32 - 0.5
    };
    let shattered: Vec<Vec<f32>> = (0..256).map(|_| (0..64).map(|_| noise()).collect()).collect();
    let correlation = autocorrelation(&shattered, &LAGS).expect("it varies");
    assert!((correlation[0].1 - 1.0).abs() < 1e-9 && correlation[1..].iter().all(|(_, value)| value.abs() < 0.05));
    let waves: Vec<Vec<f32>> = (0..256).map(|point| vec![if point % 2 == 0 { 1.0 } else { -1.0 }]).collect();
    let correlation = autocorrelation(&waves, &[1, 2]).expect("it varies");
    assert!((correlation[0].1 + 1.0).abs() < 1e-9 && (correlation[1].1 - 1.0).abs() < 1e-9, "{correlation:?}");
    assert_eq!(autocorrelation(&[vec![0.0; 3], vec![0.0; 3]], &LAGS), None, "nothing to compare");
    assert_eq!(autocorrelation(&[], &LAGS), None);
}

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

/// Shattered gradients in small: with skips neighbouring points of a line have more alike gradients than without.
#[test]
fn skips_keep_gradients_alike() {
    let second = |model| series(&run(&cell(model, Task::Gradients)), "gradient_correlation")[&2];
    let (plain, residual) = (second("backbone-none-58-w8"), second("backbone-add-58-w8"));
    assert!(residual > plain + 0.1, "plain {plain}, residual {residual}");
}

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

#[test]
fn a_trained_residual_network_survives_the_loss_of_a_block() {
    let mut cell = cell("resnet20-w4", Task::Reuse);
    cell.recipe = Recipe { epochs: 4, batch: 32, lr: 0.05, ..Recipe::default() };
    let outcome = run(&cell);
    let lost = series(&outcome, "lesion_correct");
    assert_eq!(lost.keys().copied().collect::<Vec<u64>>(), (1..=9).collect::<Vec<u64>>());
    assert_eq!(indices(&outcome, "swap_correct"), [1, 2, 5, 8]);
    let intact = outcome.measured.test_correct.expect("tested") as f64;
    assert!(lost.values().any(|correct| *correct > 0.8 * intact), "{lost:?} of {intact}");
    assert!(lost.values().all(|correct| *correct <= 1200.0));
    let ranks = series(&outcome, "effective_rank");
    assert_eq!(ranks.len(), 9);
    assert!(
        ranks.iter().all(|(block, rank)| *rank >= 1.0 && *rank <= f64::from([4, 8, 16][(*block as usize - 1) / 3]))
    );
    assert!(series(&outcome, "weight_use").is_empty(), "nothing is concatenated");
}

#[test]
fn a_dense_network_says_which_layers_it_reads() {
    let outcome = run(&cell("densenet-10-6", Task::Reuse));
    let stage = |stage: u64| [10_100, 10_200, 10_201].map(|index| index + (stage - 1) * 10_000);
    assert_eq!(indices(&outcome, "weight_use"), [stage(1), stage(2), stage(3)].concat());
    assert!(series(&outcome, "weight_use").values().all(|mean| *mean > 0.0));
    assert_eq!(indices(&outcome, "lesion_correct").len(), 6);
    assert!(series(&outcome, "swap_correct").is_empty());
}

#[test]
fn tokens_collapse_without_skips() {
    let residual = |model: &str| series(&run(&cell(model, Task::Tokens)), "token_residual");
    let (whole, bare) = (residual("vit-d6-w16-h2-p2"), residual("vit-d6-w16-h2-p2-none"));
    assert_eq!(whole.keys().copied().collect::<Vec<u64>>(), (0..=6).collect::<Vec<u64>>());
    assert_eq!(whole[&0], bare[&0], "the embeddings are the same");
    assert!(bare[&6] < 0.5 * whole[&6], "{whole:?} {bare:?}");
    let outcome = run(&cell("vit-d2-w16-h2-p2", Task::Tokens));
    for name in ["query_gradient", "key_gradient", "value_gradient"] {
        assert_eq!(indices(&outcome, name), [1, 2], "{name}");
    }
    assert!(series(&outcome, "value_gradient")[&1] > series(&outcome, "query_gradient")[&1]);
}

const SUITE: &str = r#"
name = "inside"
data = "digits"
seeds = [1]
tasks = ["gradients", "reuse"]
timeout_s = 60
memory_limit_mib = 512
jobs = 2

[recipe]
epochs = 1
steps = 2
batch = 16

[[group]]
name = "backbone"
reference = "backbone-add-10-w4"
models = ["backbone-weighted-10-w4"]
tasks = ["gradients", "reuse", "identity"]

[[group]]
name = "dense"
reference = "densenet-7-4"

[[group]]
name = "transformer"
reference = "vit-d1-w8-h2-p4"
models = ["vit-d1-w8-h2-p4-none"]
tasks = ["gradients", "reuse", "tokens"]
"#;

#[test]
fn a_suite_that_looks_inside_runs_to_rows_and_samples() {
    let dir = tempfile::tempdir().expect("temp");
    fs::write(dir.path().join("suite.toml"), SUITE).expect("written");
    ends(dir.path(), &["run", "suite.toml", "--out", "out", "--quiet"], 0);
    let runs = read(&dir.path().join("out")).expect("whole");
    assert_eq!(runs.len(), 2 * 3 + 2 + 2 * 3);
    for run in runs {
        assert_eq!(run.row.status, Status::Ok, "{}", run.row.error);
        assert!(!run.samples.is_empty() && run.row.params.is_some() && run.row.step_ns_median.is_none());
    }
}

fn refused(from: &str, to: &str) -> String {
    assert!(TINY.contains(from), "{from}");
    let suite = Suite::parse("mine.toml", &TINY.replace(from, to)).map_err(|error| error.to_string());
    match suite {
        Ok(suite) => resolve(&suite, Images::DIGITS).expect_err("it cannot be done").to_string(),
        Err(error) => error,
    }
}

#[test]
fn a_task_that_a_network_cannot_serve_is_refused_with_group_task_and_model() {
    let tokens = refused("\"train\"", "\"tokens\"");
    let words = ["mine.toml", "group \"pair\"", "\"tokens\"", "`resnet8-w4`", "family = \"vit\""];
    assert!(words.iter().all(|word| tokens.contains(word)), "{tokens}");
    let identity = refused("\"train\"", "\"identity\"");
    assert!(identity.contains("\"identity\"") && identity.contains("family = \"backbone\""), "{identity}");
    let concat = TINY.replace("\"resnet8-w4\"", "\"backbone-concat-10-w4\"").replace("\"plain8-w4\"", "");
    let suite = Suite::parse("mine.toml", &concat.replace("\"train\"", "\"identity\"")).expect("well-formed");
    let concat = resolve(&suite, Images::DIGITS).expect_err("it grows").to_string();
    assert!(concat.contains("more channels") && concat.contains("another skip"), "{concat}");
    for (key, value) in [("precision", "bf16"), ("kernels", "skipbench-bf16")] {
        let suite = TINY.replace("batch = 16", &format!("batch = 16\n{key} = \"{value}\""));
        let suite = Suite::parse("mine.toml", &suite.replace("\"train\"", "\"gradients\"")).expect("well-formed");
        let half = resolve(&suite, Images::DIGITS).expect_err("half precision").to_string();
        assert!(half.contains(&format!("remove recipe.{key}")), "{half}");
    }
    let suite = TINY.replace("\"digits\"", "\"generated\"").replace("\"train\"", "\"reuse\"");
    let generated = Suite::parse("mine.toml", &suite).expect_err("nothing to train on").to_string();
    assert!(generated.contains("nothing to learn") && generated.contains("\"reuse\""), "{generated}");
}
