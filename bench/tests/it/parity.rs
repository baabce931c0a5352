//! With the same weights, images and recipe, training follows PyTorch's loss.

use burn::tensor::FloatDType;
use skipbench::internals::cell::{Cell, Task};
use skipbench::internals::recipe::{Precision, Recipe};
use skipbench::internals::tasks::{Setup, step};
use skipbench_models::catalog;
use skipbench_models::parity::double;

use super::cell;

#[allow(dead_code, reason = "the tests of skipbench-models use the rest of it")]
#[path = "../../../models/tests/it/fixture.rs"]
pub(crate) mod fixture;

use fixture::Fixture;

/// Batches that come in turn.
const BATCHES: usize = 4;

/// 50 steps in single precision, at a rate that it bears.
fn follows(name: &str) {
    let fixture = Fixture::read(name);
    held(&fixture, ("losses", "rate"), FloatDType::F32, 1e-3);
}

/// 50 steps in double precision, at an ordinary rate.
fn follows_at_an_ordinary_rate(name: &str) {
    let fixture = Fixture::read(name);
    assert!(fixture.number("double_error") < 1e-6, "{name}: PyTorch's own steps are not that sure");
    held(&fixture, ("double_losses", "double_rate"), FloatDType::F64, 1e-6);
}

/// Holds the loss of every step to PyTorch's.
fn held(fixture: &Fixture, (losses, rate): (&str, &str), precision: FloatDType, tolerance: f64) {
    let name = &catalog::name(&fixture.spec);
    let (rate, expected): (f64, Vec<f64>) = (fixture.number(rate), fixture.result(losses).iter::<f64>().collect());
    let recipe = Recipe { momentum: 0.9, weight_decay: 5e-4, ..Recipe::default() };
    let cell = Cell { recipe, ..cell(name, Task::Train) };
    let setup = Setup::new(&cell).unwrap_or_else(|error| panic!("{error:#}"));
    let (mut model, mut optimizer) = (fixture.model(&setup.device), setup.optimizer());
    if precision == FloatDType::F64 {
        model = double(model);
    }
    assert_eq!(expected.len(), 50);
    for (index, expected) in expected.iter().enumerate() {
        let (images, labels) = fixture.batch(index % BATCHES, &setup.device);
        let batch = (images.cast(precision), labels);
        let (next, loss, _) = step(model, &mut optimizer, &setup.loss(), batch, rate, Precision::F32);
        model = next;
        let loss = loss.into_data().iter::<f64>().next().expect("one number");
        let error = (loss / expected - 1.0).abs();
        assert!(error <= tolerance, "{name}, step {}: {loss}, in PyTorch {expected}", index + 1);
    }
}

macro_rules! followers {
    ($($test:ident: $follows:ident $name:literal;)+) => {
        $(#[test] fn $test() { $follows($name); })+
    };
}

followers! {
    a_plain_network_trains_as_in_pytorch: follows "plain8-w16";
    a_residual_network_trains_as_in_pytorch: follows "resnet8-w16";
    a_dense_network_trains_as_in_pytorch: follows "densenet-10-12";
    a_transformer_trains_as_in_pytorch: follows "vit-d2-w32-h2-p4";
    twenty_plain_layers_train_as_in_pytorch_at_an_ordinary_rate: follows_at_an_ordinary_rate "plain20";
    twenty_residual_layers_train_as_in_pytorch_at_an_ordinary_rate: follows_at_an_ordinary_rate "resnet20";
    forty_dense_layers_train_as_in_pytorch_at_an_ordinary_rate: follows_at_an_ordinary_rate "densenet-40-12";
    a_transformer_trains_as_in_pytorch_at_an_ordinary_rate: follows_at_an_ordinary_rate "vit-d2-w32-h2-p4";
}
