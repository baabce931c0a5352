//! Weights wherever a script put them in a file.

use std::fs;

use skipbench_models::{State, torchvision};

use super::made::{self, Item, Pickle, archive, items, map, pickle, storages};
use super::network::{gives, nested, resnet, resnet_like, state};

/// The crate zip took the record of 64 bits for the other at 21 letters.
#[test]
fn a_file_reads_whatever_the_length_of_its_name() {
    let (dir, network) = (tempfile::tempdir().expect("temp"), resnet("resnet8-w4"));
    let state = state(&network);
    let (root, storages) = (pickle(&map(&items(&state, 0, str::to_owned))), storages(&state));
    for length in 1..=60 {
        let path = dir.path().join("file.pth");
        fs::write(&path, archive(&"e".repeat(length), &root, &storages)).expect("written");
        assert!(gives(&path, &network).is_empty(), "{length}");
    }
}

#[test]
fn weights_are_found_wherever_a_script_put_them() {
    let (dir, network) = (tempfile::tempdir().expect("temp"), resnet("resnet8-w4"));
    let (state, path) = (state(&network), dir.path().join("checkpoint"));
    let prefixes = [
        "",
        "module.",
        "_orig_mod.",
        "module._orig_mod.",
        "_orig_mod.module.",
        "net.",
        "model.",
        "backbone.",
        "encoder.resnet.",
        "_fsdp_wrapped_module.",
        "model._orig_mod.module.",
    ];
    let paths: [&[&str]; 6] =
        [&[], &["state_dict"], &["model"], &["net"], &["checkpoint", "model", "weights"], &["callbacks", "best"]];
    for prefix in prefixes {
        for outer in paths {
            let weights = map(&items(&state, 0, |name| format!("{prefix}{name}")));
            let beside: Item = ("epoch".to_owned(), Pickle(b"K\x07".to_vec()));
            let whole = if outer.is_empty() {
                weights
            } else {
                map(&[beside, (outer[0].to_owned(), nested(&outer[1..], weights))])
            };
            fs::write(&path, archive("a", &pickle(&whole), &storages(&state))).expect("written");
            assert!(gives(&path, &network).is_empty(), "{prefix} in {outer:?}");
        }
    }
}

#[test]
fn weights_are_found_under_names_with_wrappers_within_and_with_the_head_apart() {
    let (dir, network) = (tempfile::tempdir().expect("temp"), resnet("resnet8-w4"));
    let (state, path) = (state(&network), dir.path().join("checkpoint"));
    // Wrappers within names: each block compiled for itself.
    let within = |name: &str| name.replace("layer1.0.", "layer1.0._orig_mod.").replace("layer3.", "layer3.module.");
    made::write(&path, &items(&state, 0, within), &storages(&state));
    gives(&path, &network);
    // A head that stands beside the body.
    let apart = |name: &str| if name.starts_with("fc.") { format!("head.{name}") } else { format!("backbone.{name}") };
    fs::write(&path, archive("a", &pickle(&nested(&["state_dict"], map(&items(&state, 0, apart)))), &storages(&state)))
        .expect("written");
    let notes = gives(&path, &network).join("\n");
    assert!(notes.contains("at `state_dict.backbone.`") && notes.contains("2 at `state_dict.head.`"), "{notes}");
}

#[test]
fn an_average_is_read_only_where_nothing_else_is_there() {
    let (dir, network) = (tempfile::tempdir().expect("temp"), resnet("resnet8-w4"));
    let (own, path) = (state(&network), dir.path().join("both.pth"));
    let other = torchvision::export(&network.0, State::of(&resnet_like(&network)));
    let both = [storages(&other), storages(&own)].concat();
    let averages = map(&items(&other, 0, str::to_owned));
    let weights = map(&items(&own, other.len(), |name| format!("module.{name}")));
    made::write(&path, &[("model_ema".to_owned(), averages), ("model".to_owned(), weights.clone())], &both);
    let notes = gives(&path, &network).join("\n");
    assert!(notes.contains("model") && notes.contains("`model_ema.`"), "{notes}");
    made::write(&path, &[("state_dict_ema".to_owned(), weights)], &both);
    assert!(gives(&path, &network).is_empty());
}

/// `torch.save(model)`: objects in objects, tensors in `_parameters` and `_buffers`.
#[test]
fn a_whole_model_is_read_without_its_code() {
    let (dir, network) = (tempfile::tempdir().expect("temp"), resnet("resnet8-w4"));
    let (state, path) = (state(&network), dir.path().join("model.pt"));
    fn module(items: &[Item], prefix: &str) -> Pickle {
        let (mut own, mut parts): (Vec<Item>, Vec<String>) = (Vec::new(), Vec::new());
        for (name, value) in items.iter().filter_map(|(name, value)| Some((name.strip_prefix(prefix)?, value))) {
            match name.split_once('.') {
                Some((part, _)) if !parts.contains(&part.to_owned()) => parts.push(part.to_owned()),
                Some(_) => {}
                None => own.push((name.to_owned(), value.clone())),
            }
        }
        let within = |part: &String| (part.clone(), module(items, &format!("{prefix}{part}.")));
        let parts: Vec<Item> = parts.iter().map(within).collect();
        let fields = [("training", Pickle(b"\x88".to_vec())), ("_parameters", map(&own)), ("_modules", map(&parts))];
        let fields: Vec<Item> = fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        let mut object = Pickle::default();
        object.global("torchvision.models.resnet", "ResNet").raw(b")\x81").raw(&map(&fields).0).raw(b"b");
        object
    }
    fs::write(&path, archive("model", &pickle(&module(&items(&state, 0, str::to_owned), "")), &storages(&state)))
        .expect("written");
    gives(&path, &network);
}
