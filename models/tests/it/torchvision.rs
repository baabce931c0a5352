//! Names: those of torchvision, and that weights get back where they came from.

use std::fs;

use burn::tensor::{Device, TensorData};
use skipbench_models::{Images, State, catalog, torchvision};

use super::fixture::{fnv1a, path};

/// Number and hash of the sorted lines `name shape`, as `make.py` writes them.
fn names(name: &str) -> String {
    let spec = catalog::find(name).expect(name);
    let model = spec.init(Images::IMAGENET, 1, &Device::flex()).expect(name);
    let line = |(name, data): (&str, &TensorData)| format!("{name} {:?}\n", data.shape().to_vec());
    let mut lines: Vec<String> = torchvision::export(&spec, State::of(&model)).iter().map(line).collect();
    lines.sort();
    format!("{name} {} {:016x}", lines.len(), fnv1a(&lines.concat()))
}

fn are_torchvisions(prefix: &str) {
    let listed = fs::read_to_string(path("names.txt")).expect("the list");
    let wanted: Vec<&str> = listed.lines().filter(|line| line.starts_with(prefix)).collect();
    assert!(!wanted.is_empty());
    for line in wanted {
        let name = line.split(' ').next().expect("a name");
        assert_eq!(names(name), line);
    }
}

#[test]
fn residual_networks_have_torchvision_s_names_and_shapes() {
    are_torchvisions("resnet");
}

#[test]
fn dense_networks_have_torchvision_s_names_and_shapes() {
    are_torchvisions("densenet");
}

#[test]
fn transformers_have_torchvision_s_names_and_shapes() {
    are_torchvisions("vit");
}

const SMALL: [&str; 9] = [
    "plain20",
    "resnet20-b",
    "resnet11-w8-preact-b",
    "densenet-10-6",
    "densenet-bc-16-8-c0.7",
    "vit-d2-w16-h2-p2",
    "backbone-concat-10-w8",
    "backbone-hyper-10-w8",
    "backbone-fixup-10-w8",
];

#[test]
fn exported_weights_make_the_same_network_again() {
    for name in SMALL {
        let spec = catalog::find(name).expect(name);
        let model = |seed| spec.init(Images::DIGITS, seed, &Device::flex()).expect(name);
        let exported = torchvision::export(&spec, State::of(&model(1)));
        let unlike: Vec<&str> = exported.iter().map(|(name, _)| name).filter(|name| name.contains("gamma")).collect();
        assert!(unlike.is_empty(), "{unlike:?}");
        let other = model(2);
        assert_ne!(State::of(&other), State::of(&model(1)), "{name}");
        let imported = torchvision::import(&spec, other, &exported).expect(name);
        assert_eq!(State::of(&imported), State::of(&model(1)), "{name}");
    }
}

#[test]
fn what_does_not_fit_is_named_with_its_shape() {
    let spec = catalog::find("resnet20").expect("known");
    let model = || spec.init(Images::CIFAR10, 1, &Device::flex()).expect("built");
    let mut tensors: Vec<(String, TensorData)> = torchvision::export(&spec, State::of(&model())).into_iter().collect();
    tensors.retain(|(name, _)| name != "bn1.bias");
    tensors.push(("extra.weight".to_owned(), TensorData::zeros::<f32, _>([2, 3])));
    let fc = tensors.iter_mut().find(|(name, _)| name == "fc.weight").expect("a head");
    fc.1 = TensorData::zeros::<f32, _>([100, 64]);
    let misfits = torchvision::import(&spec, model(), &tensors.into_iter().collect()).expect_err("three misfits");
    let said: Vec<String> = misfits.iter().map(ToString::to_string).collect();
    assert_eq!(
        said,
        [
            "bn1.bias: missing; the network wants 16",
            "fc.weight: 100×64, but the network wants 10×64",
            "extra.weight: 2×3, but the network has no such tensor",
        ]
    );
}
