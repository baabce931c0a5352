//! What a network still does without a block, what its layers read, and how alike its tokens become.

use skipbench::internals::cell::Task;
use skipbench::internals::recipe::Recipe;

use super::super::cell;
use super::{indices, run, series};

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
