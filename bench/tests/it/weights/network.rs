//! Networks small enough to be made a thousand times, and what a file gives for one.

use std::path::Path;

use burn::tensor::Device;
use skipbench::internals::weights;
use skipbench_models::{Images, Model, ModelSpec, State, catalog, torchvision};

use super::made::{Pickle, map};

/// The network of that name, with weights of its own.
pub(super) fn resnet(name: &str) -> (ModelSpec, Model) {
    let spec = catalog::find(name).expect("known");
    let model = spec.init(Images { size: 8, ..Images::CIFAR10 }, 3, &Device::flex()).expect("built");
    (spec, model)
}

/// Weights under PyTorch's names.
pub(super) fn state((spec, model): &(ModelSpec, Model)) -> State {
    torchvision::export(spec, State::of(model))
}

/// Whether a file gives the network's weights, and what is told of it.
pub(super) fn gives(path: &Path, network: &(ModelSpec, Model)) -> Vec<String> {
    let other = resnet_like(network);
    let loaded = weights::load(path, &network.0, other).unwrap_or_else(|error| panic!("{error:#}"));
    assert_eq!(State::of(&loaded.model), State::of(&network.1), "{}", path.display());
    loaded.notes
}

/// The same network with other weights.
pub(super) fn resnet_like((spec, _): &(ModelSpec, Model)) -> Model {
    spec.init(Images { size: 8, ..Images::CIFAR10 }, 99, &Device::flex()).expect("built")
}

pub(super) fn refusal(path: &Path, network: &(ModelSpec, Model)) -> String {
    match weights::load(path, &network.0, resnet_like(network)) {
        Ok(_) => panic!("{} was read", path.display()),
        Err(error) => format!("{error:#}"),
    }
}

pub(super) fn nested(path: &[&str], value: Pickle) -> Pickle {
    path.iter().rev().fold(value, |value, part| map(&[((*part).to_owned(), value)]))
}
