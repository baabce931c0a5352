//! What PyTorch computed (`fixtures/make.py`), and the formula of weights and images that both sides know.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use burn::tensor::{Device, Int, Tensor, TensorData};
use burn_store::{ModuleStore, SafetensorsStore, bridge};
use skipbench_models::{Images, Model, ModelSpec, State, catalog, torchvision};

/// A network and what PyTorch made of it.
pub(crate) struct Fixture {
    pub(crate) spec: ModelSpec,
    pub(crate) images: Images,
    batch: usize,
    first: usize,
    /// In the precision of the file, which a `State` would round to single.
    results: BTreeMap<String, TensorData>,
}

impl Fixture {
    /// The committed file of a network.
    pub(crate) fn read(name: &str) -> Self {
        let mut store = SafetensorsStore::from_file(path(&format!("{name}.safetensors")));
        let tensors = store.get_all_tensors().expect(name);
        let read = tensors.iter().map(|(key, tensor)| (key.clone(), bridge::to_data(tensor).expect(key)));
        let results: BTreeMap<String, TensorData> = read.collect();
        let shape: Vec<usize> = results["shape"].iter::<f32>().map(|side| side as usize).collect();
        let images = Images { size: shape[0], channels: 3, classes: shape[1] };
        Self { spec: catalog::find(name).expect(name), images, batch: shape[2], first: shape[3], results }
    }

    /// One of the results that is a number.
    pub(crate) fn number(&self, key: &str) -> f64 {
        self.result(key).iter::<f64>().next().expect("one number")
    }

    /// One of the results.
    pub(crate) fn result(&self, key: &str) -> &TensorData {
        self.results.get(key).unwrap_or_else(|| panic!("no {key}"))
    }

    /// The network with the weights of the formula, loaded under PyTorch's names.
    pub(crate) fn model(&self, device: &Device) -> Model {
        Self::weights(&self.spec, self.spec.init(self.images, 1, device).expect("a valid network"))
    }

    /// `model`, which is `spec` built, with the weights of the formula.
    pub(crate) fn weights(spec: &ModelSpec, model: Model) -> Model {
        let wanted = torchvision::export(spec, State::of(&model));
        let weights: State = wanted.iter().map(|(name, old)| (name.to_owned(), weight(name, old.shape()))).collect();
        torchvision::import(spec, model, &weights).expect("its own names and shapes")
    }

    /// The images and labels on which PyTorch's results are.
    pub(crate) fn first(&self, device: &Device) -> (Tensor<4>, Tensor<1, Int>) {
        self.batch(self.first, device)
    }

    /// Images and labels of a step.
    pub(crate) fn batch(&self, step: usize, device: &Device) -> (Tensor<4>, Tensor<1, Int>) {
        let shape = [self.batch, self.images.channels, self.images.size, self.images.size];
        let pixels = noise(&format!("images.{step}"), shape.iter().product());
        let pixels: Vec<f32> = pixels.map(|value| (value * 1.7) as f32).collect();
        let labels: Vec<i64> = (0..self.batch).map(|image| ((image * 7 + step) % self.images.classes) as i64).collect();
        let labels = Tensor::from_data(TensorData::new(labels, [self.batch]), device);
        (Tensor::from_data(TensorData::new(pixels, shape), device), labels)
    }
}

/// A committed file.
pub(crate) fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../models/tests/fixtures").join(name)
}

/// The 64-bit FNV-1a hash.
pub(crate) fn fnv1a(text: &str) -> u64 {
    text.bytes().fold(0xCBF2_9CE4_8422_2325, |value, byte| (value ^ u64::from(byte)).wrapping_mul(0x100_0000_01B3))
}

/// Numbers in [-1, 1) that follow from the name.
pub(crate) fn noise(name: &str, count: usize) -> impl Iterator<Item = f64> + use<> {
    let hash = fnv1a(name);
    let seed = (hash ^ (hash >> 32)) as u32;
    (0..count as u32).map(move |index| {
        let x = index.wrapping_mul(0x9E37_79B9).wrapping_add(seed);
        let x = (x ^ (x >> 16)).wrapping_mul(0x7FEB_352D);
        let x = (x ^ (x >> 15)).wrapping_mul(0x846C_A68B);
        f64::from(x ^ (x >> 16)) / 2f64.powi(31) - 1.0
    })
}

/// The tensor of that name in PyTorch: weights uniform with He's or Glorot's deviation, the rest near 1 or 0.
fn weight(name: &str, shape: &[usize]) -> TensorData {
    let (fan_in, rank) = (shape.iter().skip(1).product::<usize>() as f64, shape.len());
    let (middle, spread) = match rank {
        _ if name.ends_with("running_var") => (1.0, 0.5),
        _ if name.ends_with("running_mean") => (0.0, 0.1),
        3 => (0.0, 0.5),
        4 => (0.0, (6.0 / fan_in).sqrt()),
        2 => (0.0, (3.0 / fan_in).sqrt()),
        _ if name.ends_with("weight") => (1.0, 0.25),
        _ => (0.0, 0.1),
    };
    let values = noise(name, shape.iter().product()).map(|u| (middle + spread * u) as f32);
    TensorData::new(values.collect::<Vec<f32>>(), shape.to_vec())
}
