//! Files of several models, and of what an optimizer keeps: nothing is mixed, and no state is taken for weights.

use std::path::Path;

use skipbench_models::{Model, ModelSpec, State, torchvision};

use super::made::{self, Item, items, map, storages};
use super::network::{gives, refusal, resnet, resnet_like, state};

/// Two models in one file, each without the names that its test refuses: the network's own weights, and others.
struct Two {
    network: (ModelSpec, Model),
    own: State,
    other: State,
}

impl Two {
    fn new() -> Self {
        let network = resnet("resnet8-w4");
        let own = state(&network);
        let other = torchvision::export(&network.0, State::of(&resnet_like(&network)));
        Two { network, own, other }
    }

    /// Writes `own` and `other` under their paths, of each the names that are kept.
    fn write(&self, path: &Path, own: (&str, fn(&str) -> bool), other: (&str, fn(&str) -> bool)) {
        let kept = |state: &State, first: usize, (at, keep): (&str, fn(&str) -> bool)| -> Item {
            let items: Vec<Item> =
                items(state, first, str::to_owned).into_iter().filter(|(name, _)| keep(name)).collect();
            (at.to_owned(), map(&items))
        };
        let both = [kept(&self.own, 0, own), kept(&self.other, self.own.len(), other)];
        made::write(path, &both, &[storages(&self.own), storages(&self.other)].concat());
    }
}

fn all(_: &str) -> bool {
    true
}

fn body(name: &str) -> bool {
    !name.starts_with("fc.")
}

fn without_stem(name: &str) -> bool {
    name != "conv1.weight"
}

/// The head of a copy was taken for that of the weights, which had none, without a word.
#[test]
fn a_whole_model_beats_one_with_a_part_of_another() {
    let (dir, two) = (tempfile::tempdir().expect("temp"), Two::new());
    let path = dir.path().join("both.pth");
    for (own, other) in [("model_ema", "model"), ("state_dict", "ema_state_dict"), ("models.1", "models.0")] {
        two.write(&path, (own, all), (other, body));
        let notes = gives(&path, &two.network).join("\n");
        let (own, other) = (format!("`{own}.`"), format!("`{other}.` lack 2 of"));
        assert!(notes.contains(&own) && notes.contains(&other) && notes.contains("fc.weight, fc.bias"), "{notes}");
    }
}

#[test]
fn parts_of_two_models_are_never_mixed() {
    let (dir, two) = (tempfile::tempdir().expect("temp"), Two::new());
    let path = dir.path().join("both.pth");
    for (own, other) in [("model", "model_ema"), ("student", "teacher"), ("module", "_orig_mod"), ("0", "1")] {
        two.write(&path, (own, body), (other, without_stem));
        let said = refusal(&path, &two.network);
        assert!(said.contains("fc.weight") && said.contains("conv1.weight"), "{said}");
        assert!(said.contains("two models are never mixed"), "{said}");
        for place in [own, other] {
            assert!(said.contains(&format!("`{place}.`")), "{place}: {said}");
        }
    }
    // A copy of the head alone is a copy all the same.
    two.write(&path, ("model", body), ("model_ema", |name| !body(name)));
    assert!(refusal(&path, &two.network).contains("model_ema"));
}

/// Two heads beside one body: neither is better.
#[test]
fn of_two_heads_neither_is_taken() {
    let (dir, network) = (tempfile::tempdir().expect("temp"), resnet("resnet8-w4"));
    let (state, path) = (state(&network), dir.path().join("heads.pth"));
    let mut all = items(&state, 0, |name| if body(name) { format!("backbone.{name}") } else { format!("head.{name}") });
    made::write(&path, &all, &storages(&state));
    let notes = gives(&path, &network).join("\n");
    assert!(notes.contains("`backbone.`") && notes.contains("2 at `head.`"), "{notes}");
    let heads = all.iter().filter_map(|(name, value)| Some((name.strip_prefix("head.")?.to_owned(), value.clone())));
    let others: Vec<Item> = heads.map(|(name, value)| (format!("aux_head.{name}"), value)).collect();
    all.extend(others);
    made::write(&path, &all, &storages(&state));
    let said = refusal(&path, &network);
    assert!(said.contains("aux_head.") && said.contains("head.") && said.contains("fc.weight"), "{said}");
}

#[test]
fn of_two_models_with_heads_apart_the_one_that_was_trained_is_read() {
    let (dir, two) = (tempfile::tempdir().expect("temp"), Two::new());
    let path = dir.path().join("both.pth");
    let apart = |name: &str| if body(name) { format!("backbone.{name}") } else { format!("head.{name}") };
    let copy = ("model_ema".to_owned(), map(&items(&two.other, two.own.len(), apart)));
    let trained = ("model".to_owned(), map(&items(&two.own, 0, apart)));
    made::write(&path, &[copy, trained], &[storages(&two.own), storages(&two.other)].concat());
    let notes = gives(&path, &two.network).join("\n");
    assert!(
        notes.contains("those at `model_ema.backbone.` would fit too") && notes.contains("`model.head.`"),
        "{notes}"
    );
}

#[test]
fn what_an_optimizer_keeps_is_never_taken_for_weights() {
    let (dir, two) = (tempfile::tempdir().expect("temp"), Two::new());
    let path = dir.path().join("optimizer.pth");
    let kept =
        ["exp_avg", "momentum_buffer", "optimizer", "optimizer_states.exp_avg_sq", "sgd_optimizer", "grads", "opt"];
    for place in kept {
        two.write(&path, ("weights", all), (place, all));
        assert!(gives(&path, &two.network).is_empty(), "{place}");
        two.write(&path, ("weights", body), (place, all));
        let said = refusal(&path, &two.network);
        assert!(said.contains("missing: fc.weight, fc.bias") && said.contains("an optimizer's state"), "{said}");
        two.write(&path, ("epoch", |_| false), (place, all));
        let said = refusal(&path, &two.network);
        assert!(said.contains("none of the") && said.contains("an optimizer's state"), "{said}");
    }
}
