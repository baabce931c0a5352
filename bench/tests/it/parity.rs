//! With the same weights, images and recipe, training follows PyTorch's loss.

use skipbench::cell::{Cell, Task};
use skipbench::recipe::{Precision, Recipe};
use skipbench::tasks::{Setup, finite, step};

use super::cell;

#[allow(dead_code, reason = "the tests of skipbench-models use the rest of it")]
#[path = "../../../models/tests/it/fixture.rs"]
pub(crate) mod fixture;

use fixture::Fixture;

/// Batches that come in turn.
const BATCHES: usize = 4;

fn follows(name: &str) {
    let fixture = Fixture::read(name);
    let rate = fixture.number("rate");
    let expected: Vec<f64> = fixture.result("losses").iter::<f64>().collect();
    let recipe = Recipe { momentum: 0.9, weight_decay: 5e-4, ..Recipe::default() };
    let cell = Cell { recipe, ..cell(name, Task::Train) };
    let setup = Setup::new(&cell).unwrap_or_else(|error| panic!("{error:#}"));
    let (mut model, mut optimizer) = (fixture.model(&setup.device), setup.optimizer());
    assert_eq!(expected.len(), 50);
    for (index, expected) in expected.iter().enumerate() {
        let batch = fixture.batch(index % BATCHES, &setup.device);
        let (next, loss, _) = step(model, &mut optimizer, &setup.loss(), batch, rate, Precision::F32);
        model = next;
        let loss = finite(loss).unwrap_or_else(|error| panic!("{error:#}"));
        let error = (loss / expected - 1.0).abs();
        assert!(error <= 1e-3, "{name}, step {}: {loss}, in PyTorch {expected}", index + 1);
    }
}

#[test]
fn a_plain_network_trains_as_in_pytorch() {
    follows("plain8-w16");
}

#[test]
fn a_residual_network_trains_as_in_pytorch() {
    follows("resnet8-w16");
}

#[test]
fn a_dense_network_trains_as_in_pytorch() {
    follows("densenet-10-12");
}

#[test]
fn a_transformer_trains_as_in_pytorch() {
    follows("vit-d2-w32-h2-p4");
}
