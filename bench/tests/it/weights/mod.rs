//! Weights from PyTorch and back, through files and the binary.

mod beside;
mod formats;
mod made;
mod mixed;
mod network;
mod places;
mod refused;
mod zoos;

use std::fs;
use std::path::Path;

use burn::tensor::Device;
use skipbench::internals::weights;
use skipbench_models::{Images, Model, ModelSpec, State, catalog};

use super::parity::fixture::{Fixture, path};
use super::{ends, refused};

const TINY: [&str; 2] = ["--model", "densenet-bc-10-4"];

fn network(seed: u64) -> (ModelSpec, Model) {
    let spec = catalog::find("densenet-bc-10-4").expect("known");
    let model = spec.init(Images { size: 8, ..Images::CIFAR10 }, seed, &Device::flex()).expect("built");
    (spec, model)
}

/// Runs `weights` with `--model densenet-bc-10-4`; it must end with `code`.
fn run(dir: &Path, arguments: &[&str], code: i32) -> (String, String) {
    ends(dir, &[&["weights"], arguments, &TINY].concat(), code)
}

fn read(dir: &Path, file: &str) -> State {
    weights::read(&dir.join(file)).unwrap_or_else(|error| panic!("{error:#}"))
}

/// `make.py` wrote one file as PyTorch does today and one as training scripts did with PyTorch 1.5.
#[test]
fn files_of_any_age_give_the_same_weights() {
    let (spec, model) = network(1);
    let wanted = Fixture::weights(&spec, model.clone());
    for file in ["densenet-bc-10-4.pth", "densenet-bc-10-4-1.5.pt"] {
        let loaded = weights::load(&path(file), &spec, model.clone()).unwrap_or_else(|error| panic!("{error:#}"));
        assert_eq!(State::of(&loaded.model), State::of(&wanted), "{file}");
    }
}

#[test]
fn weights_survive_every_format() {
    let dir = tempfile::tempdir().expect("temp");
    let dir = dir.path();
    let said = run(dir, &["export", "--seed", "7", "--out", "fresh.safetensors"], 0).0;
    assert!(said.contains("densenet-bc-10-4: ") && said.contains("fresh.safetensors"), "{said}");
    run(dir, &["import", "fresh.safetensors", "--out", "ours.bpk"], 0);
    run(dir, &["export", "ours.bpk", "--out", "theirs.pth"], 0);
    run(dir, &["import", "theirs.pth", "--out", "again.bpk"], 0);
    run(dir, &["export", "again.bpk", "--out", "again.safetensors"], 0);
    let (mut first, mut last) = (read(dir, "fresh.safetensors"), read(dir, "again.safetensors"));
    assert_eq!(first, last);
    (first, last) = (read(dir, "theirs.pth"), read(dir, "fresh.safetensors"));
    assert_eq!(first, last);
    let (spec, model) = network(7);
    let drawn = weights::load(&dir.join("again.bpk"), &spec, network(8).1).unwrap_or_else(|error| panic!("{error:#}"));
    assert_eq!(State::of(&drawn.model), State::of(&model));
}

#[test]
fn a_check_shows_every_tensor() {
    let dir = tempfile::tempdir().expect("temp");
    let dir = dir.path();
    run(dir, &["export", "--seed", "7", "--out", "fresh.pth"], 0);
    let said = run(dir, &["check", "fresh.pth"], 0).0;
    assert!(said.contains("features.denseblock1.denselayer1.conv2.weight") && said.contains("4×16×3×3"), "{said}");
    assert!(said.contains("tensors fit"), "{said}");
    run(dir, &["import", "fresh.pth", "--out", "ours.bpk"], 0);
    assert_eq!(run(dir, &["check", "ours.bpk"], 0).0, said);
    let said = run(dir, &["check", "fresh.pth", "--classes", "7", "--json"], 2).0;
    let json: serde_json::Value = serde_json::from_str(&said).expect("JSON");
    let wrong: Vec<&serde_json::Value> =
        json["tensors"].as_array().expect("a list").iter().filter(|fit| fit["wanted"] != fit["found"]).collect();
    let names: Vec<&str> = wrong.iter().filter_map(|fit| fit["name"].as_str()).collect();
    assert_eq!(names, ["classifier.weight", "classifier.bias"]);
    assert_eq!(json["fits"], false);
}

#[test]
fn what_does_not_fit_is_listed_and_nothing_is_written() {
    let dir = tempfile::tempdir().expect("temp");
    let dir = dir.path();
    run(dir, &["export", "--seed", "7", "--out", "fresh.safetensors"], 0);
    let said = refused(dir, &["weights", "import", "fresh.safetensors", "--model", "resnet20", "--out", "ours.bpk"]);
    assert!(said.contains("conv1.weight: missing; the network wants 16×3×3×3"), "{said}");
    assert!(said.contains("more; `skipbench weights check` lists them all"), "{said}");
    assert_eq!(fs::read_dir(dir).expect("read").count(), 1);
    run(dir, &["import", "fresh.safetensors", "--out", "ours.bpk"], 0);
    let said = refused(dir, &["weights", "export", "ours.bpk", "--model", "densenet-bc-10-6", "--out", "out.pth"]);
    assert!(said.contains("features.conv0.weight: 8×3×3×3, but the network wants 12×3×3×3"), "{said}");
}

#[test]
fn wrong_files_are_named_with_the_way_out() {
    let dir = tempfile::tempdir().expect("temp");
    let dir = dir.path();
    for (name, bytes) in [("bad.pth", &b"PK\x03\x04 no archive"[..]), ("bad.safetensors", b"{}"), ("bad.bpk", b"bpk")] {
        fs::write(dir.join(name), bytes).expect("written");
        let said = run(dir, &["export", name, "--out", "out.safetensors"], 2).1;
        assert!(said.contains(name), "{said}");
    }
    let said = run(dir, &["check", "none.pth"], 2).1;
    assert!(said.contains("none.pth: no such file"), "{said}");
    let said = run(dir, &["export", "bad.pth", "--out", "weights.onnx"], 2).1;
    assert!(said.contains(".safetensors, .pt, .pth or .bpk"), "{said}");
    run(dir, &["export", "--seed", "1", "--out", "there.pth"], 0);
    let said = run(dir, &["export", "--seed", "2", "--out", "there.pth"], 2).1;
    assert!(said.contains("there.pth: already there"), "{said}");
    let said = run(dir, &["import", "there.pth", "--out", "x.safetensors"], 2).1;
    assert!(said.contains("ends in .bpk"), "{said}");
}

#[test]
fn a_network_is_tested_with_weights_from_a_file() {
    let dir = tempfile::tempdir().expect("temp");
    let dir = dir.path();
    let digits = ["--size", "8", "--channels", "1"];
    run(dir, &[&["export", "--seed", "7", "--out", "fresh.pth"], &digits[..]].concat(), 0);
    let said = run(dir, &["evaluate", "fresh.pth", "--data", "digits", "--json"], 0).0;
    let json: serde_json::Value = serde_json::from_str(&said).expect("JSON");
    assert_eq!(json["accuracy"]["total"], 1200);
    let (correct, top5) = (json["accuracy"]["correct"].as_u64(), json["accuracy"]["top5"].as_u64());
    assert!(correct < top5 && top5 < Some(1200), "{json}");
    let said = run(dir, &["evaluate", "fresh.pth", "--data", "digits", "--normalise", "imagenet"], 2).1;
    assert!(said.contains("color images"), "{said}");
}
