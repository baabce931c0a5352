//! Probes: they see what is there, change nothing, and their gradients and lesions are what they say.

use std::collections::HashSet;

use burn::module::{Module, ModuleMapper, Param};
use burn::tensor::{Device, Tensor, TensorData};
use skipbench_models::probe::{GradientProbe, LesionKind, Probe, ProbePoint, features};
use skipbench_models::{Images, Model, Skip, catalog};

use super::forward::{SMALL, images};

const SHAPE: Images = Images { size: 8, channels: 1, classes: 10 };

fn model(name: &str) -> Model {
    catalog::find(name).expect(name).init(SHAPE, 3, &Device::flex().autodiff()).expect(name)
}

fn shown() -> Tensor<4> {
    images(SHAPE, 4).autodiff()
}

fn numbers<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.into_data().try_to_vec::<f32>().expect("f32")
}

fn norm(data: &TensorData) -> f64 {
    data.iter::<f64>().map(|value| value * value).sum::<f64>().sqrt()
}

/// Every family, and every style of the backbone and of the Transformer.
fn every_network() -> Vec<String> {
    let backbones = Skip::of_backbones().map(|skip| format!("backbone-{skip}-10-w8"));
    let transformers = Skip::of_transformers().map(|skip| format!("vit-{skip}-d2-w16-h2-p2"));
    SMALL.iter().map(|name| (*name).to_owned()).chain(backbones).chain(transformers).collect()
}

#[test]
fn a_probe_leaves_the_logits_bit_for_bit_as_they_are() {
    for name in every_network() {
        // Two networks of one seed, since running statistics and chance move on with every pass.
        let plain = numbers(model(&name).forward(shown()));
        let probed = numbers(model(&name).forward_probed(shown(), &mut GradientProbe::default()));
        assert_eq!(plain, probed, "{name}");
    }
}

/// Names of everything seen.
#[derive(Debug, Default)]
struct Names {
    tensors: Vec<String>,
    weights: Vec<String>,
}

impl Probe for Names {
    fn tensor<const D: usize>(&mut self, point: ProbePoint, x: Tensor<D>) -> Tensor<D> {
        self.tensors.push(point.to_string());
        x
    }

    fn weight<const D: usize>(&mut self, point: ProbePoint, _weight: &Param<Tensor<D>>) {
        self.weights.push(point.to_string());
    }
}

#[test]
fn convolutions_are_seen_once_each_by_their_names_in_the_layer_table() {
    for name in ["resnet20-b", "plain20", "densenet-bc-16-8-c0.7", "resnet11-w8-preact-b", "backbone-add-10-w8"] {
        let mut seen = Names::default();
        model(name).forward_probed(shown(), &mut seen);
        let layers = catalog::find(name).expect(name).layers(SHAPE).expect(name);
        let weighted = |kind: &str| kind.contains("conv") || kind.contains("linear");
        let expected: HashSet<&str> =
            layers.iter().filter(|layer| weighted(&layer.kind)).map(|layer| layer.name.as_str()).collect();
        let found: HashSet<&str> = seen.weights.iter().map(String::as_str).collect();
        assert_eq!(found, expected, "{name}");
        assert_eq!(found.len(), seen.weights.len(), "{name}: {:?}", seen.weights);
    }
}

#[test]
fn a_transformer_shows_its_tokens_its_branches_and_its_blocks() {
    let mut seen = Names::default();
    model("vit-d2-w16-h2-p2").forward_probed(shown(), &mut seen);
    let block = |n| ["input", "attention", "mlp"].map(|part| format!("block{n}.{part}")).to_vec();
    let blocks = (1..=2).flat_map(|n| [block(n), vec![format!("block{n}")]].concat());
    assert_eq!(seen.tensors, std::iter::once("tokens".to_owned()).chain(blocks).collect::<Vec<_>>());
    assert_eq!(seen.weights.len(), 2 + 2 * 4);
}

/// Adds a multiple of a direction to one block's output.
struct Push {
    point: ProbePoint,
    by: Vec<f32>,
}

impl Probe for Push {
    fn tensor<const D: usize>(&mut self, point: ProbePoint, x: Tensor<D>) -> Tensor<D> {
        if point != self.point {
            return x;
        }
        let by = Tensor::<D>::from_data(TensorData::new(self.by.clone(), x.dims()), &x.device());
        x + by
    }
}

fn loss(logits: Tensor<2>) -> Tensor<1> {
    (logits.clone() * logits).mean()
}

fn value(loss: Tensor<1>) -> f64 {
    f64::from(loss.into_scalar::<f32>())
}

/// The slope of `at` along the unit vector of `gradient` is the gradient's norm.
fn slope_is_norm(name: &str, gradient: &TensorData, at: impl Fn(Vec<f32>) -> f64) {
    const STEP: f64 = 2e-3;
    let norm = norm(gradient);
    let along = |step: f64| gradient.iter::<f64>().map(|g| (g / norm * step) as f32).collect();
    let slope = (at(along(STEP)) - at(along(-STEP))) / (2.0 * STEP);
    assert!((slope / norm - 1.0).abs() < 0.03, "{name}: slope {slope}, norm {norm}");
}

#[test]
fn gradients_of_activations_agree_with_finite_differences() {
    for name in ["resnet8-w4", "densenet-7-4", "vit-d1-w8-h2-p4", "backbone-hyper-10-w4", "backbone-weighted-10-w4"] {
        let mut probe = GradientProbe::default();
        let gradients = loss(model(name).forward_probed(shown(), &mut probe)).backward();
        let outputs: Vec<_> = probe.outputs(&gradients).collect();
        assert!(!outputs.is_empty(), "{name}");
        for (point, gradient) in outputs {
            let gradient = gradient.expect("the loss depends on every block");
            let at = |by| value(loss(model(name).forward_probed(shown(), &mut Push { point, by })));
            slope_is_norm(&format!("{name} {point}"), &gradient, at);
        }
    }
}

/// Adds to the first weight of rank 4: the stem's.
struct PushFirst(Option<Vec<f32>>);

impl ModuleMapper for PushFirst {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let Some(by) = (D == 4).then(|| self.0.take()).flatten() else { return param };
        param.map(|x| {
            let by = Tensor::<D>::from_data(TensorData::new(by, x.dims()), &x.device());
            (x + by).detach().require_grad()
        })
    }
}

#[test]
fn gradients_of_weights_agree_with_finite_differences() {
    for name in ["resnet8-w4", "densenet-7-4", "backbone-gated-10-w4"] {
        let mut probe = GradientProbe::default();
        let gradients = loss(model(name).forward_probed(shown(), &mut probe)).backward();
        let (point, gradient) = probe.weights(&gradients).next().expect("the stem");
        assert_eq!(point, ProbePoint::Stem);
        let at = |by| value(loss(model(name).map(&mut PushFirst(Some(by))).forward(shown())));
        slope_is_norm(name, &gradient.expect("the loss depends on it"), at);
    }
}

#[test]
fn every_listed_lesion_runs_and_harms_and_no_other_block_is_touched() {
    for name in every_network() {
        let model = catalog::find(&name).expect(&name).init(SHAPE, 3, &Device::flex()).expect(&name);
        let intact = numbers(model.forward(images(SHAPE, 4)));
        let zero = name.contains("scaled") || name.contains("fixup");
        for lesion in model.lesions() {
            let harmed = numbers(model.forward_probed(images(SHAPE, 4), &mut { lesion }));
            assert_eq!(harmed == intact, zero, "{name} {lesion:?}: only a branch that gives 0 can be spared");
        }
    }
}

#[test]
fn lesions_are_those_that_shapes_allow() {
    let count = |name: &str, kind| model(name).lesions().iter().filter(|lesion| lesion.kind == kind).count();
    // Nine blocks; the first of the second and third stage change the shape, for which a plain network has nothing
    // left.
    assert_eq!(count("resnet20", LesionKind::Delete), 9);
    assert_eq!(count("plain20", LesionKind::Delete), 7);
    assert_eq!(count("resnet20", LesionKind::Swap), 2 + 1 + 1);
    assert_eq!(count("backbone-add-22-w8", LesionKind::Swap), 3 * 2);
    assert_eq!((count("densenet-10-6", LesionKind::Delete), count("densenet-10-6", LesionKind::Swap)), (6, 0));
    assert_eq!((count("vit-d2-w16-h2-p2", LesionKind::Delete), count("vit-d2-w16-h2-p2", LesionKind::Swap)), (2, 1));
}

#[test]
fn features_are_pixels_by_channels() {
    let device = Device::flex();
    let x = Tensor::<4>::from_data(TensorData::new((0..12).map(|n| n as f32).collect(), [1, 2, 2, 3]), &device);
    assert_eq!(numbers(features(x)), [0.0, 6.0, 1.0, 7.0, 2.0, 8.0, 3.0, 9.0, 4.0, 10.0, 5.0, 11.0]);
    let tokens = Tensor::<3>::from_data(TensorData::new((0..12).map(|n| n as f32).collect(), [2, 3, 2]), &device);
    assert_eq!(features(tokens).dims(), [6, 2]);
}

#[test]
fn the_first_stage_is_a_stack_of_its_own() {
    let spec = catalog::find("backbone-add-22-w4").expect("known");
    let Ok(Model::Staged(model)) = spec.init(SHAPE, 3, &Device::flex()) else { panic!("a backbone is staged") };
    let x = images(Images { size: 8, channels: 4, classes: 1 }, 2);
    let mut seen = Names::default();
    assert_eq!(model.forward_first_stage(x, &mut seen).dims(), [2, 4, 8, 8]);
    assert!(seen.tensors.contains(&"stage1.block3.join".to_owned()) && seen.weights.len() == 6, "{seen:?}");
}
