//! With the same weights our networks compute what PyTorch's compute: logits in both modes, the loss, the gradient of
//! every parameter, and the running statistics after a step.

use burn::module::Module;
use burn::nn::loss::CrossEntropyLossConfig;
use burn::tensor::{Device, FloatDType, TensorData};
use skipbench_models::parity::{Computed, compute, deviation, double, resting_gradients};
use skipbench_models::{Network, State, torchvision};

use super::fixture::Fixture;

/// Evenly spaced values that are kept of every tensor.
const SAMPLES: usize = 16;

/// Largest magnitude, norm, and evenly spaced values, as `make.py` keeps them.
fn digest(data: &TensorData) -> Vec<f64> {
    let values: Vec<f64> = data.iter::<f64>().collect();
    let largest = values.iter().fold(0.0, |most: f64, value| most.max(value.abs()));
    let norm = values.iter().map(|value| value * value).sum::<f64>().sqrt();
    let spaced = (0..SAMPLES).map(|index| values[index * values.len() / SAMPLES]);
    [largest, norm].into_iter().chain(spaced).collect()
}

/// Compares the digests of `tensors`, sorted by PyTorch's names: values to the tensor's largest, the norm to itself.
fn compare(found: impl Iterator<Item = (String, TensorData)>, expected: &TensorData, tolerance: f64) {
    let mut found: Vec<(String, TensorData)> = found.collect();
    found.sort_by(|(one, _), (other, _)| one.cmp(other));
    assert_eq!(expected.shape().to_vec(), [found.len(), SAMPLES + 2]);
    let expected: Vec<f64> = expected.iter::<f64>().collect();
    for ((name, data), expected) in found.iter().zip(expected.chunks(SAMPLES + 2)) {
        for (index, (found, wanted)) in digest(data).iter().zip(expected).enumerate() {
            let scale = if index == 1 { expected[1] } else { expected[0] };
            let error = (found - wanted).abs() / scale;
            assert!(error <= tolerance, "{name}, value {index}: {found}, in PyTorch {wanted}: {error:.1e} of {scale}");
        }
    }
}

/// What the batch's variance is multiplied by in PyTorch's running variance: `n / (n - 1)` over `n` pixels. Burn's
/// stays the biased one, so the two differ by that share of what the step added.
fn unbiased(ours: &TensorData, before: &TensorData, pixels: f64) -> TensorData {
    let correct = |(after, before): (f64, f64)| (after + (after - 0.9 * before) / (pixels - 1.0)) as f32;
    let values: Vec<f32> = ours.iter::<f64>().zip(before.iter::<f64>()).map(correct).collect();
    TensorData::new(values, ours.shape().clone())
}

/// Networks with so many ReLUs that on every batch rounding turns one that matters.
const DEEP: [&str; 2] = ["resnet50", "densenet121"];

fn agrees(name: &str) {
    let device = Device::flex().autodiff();
    let fixture = Fixture::read(name);
    let (images, labels) = fixture.first(&device);
    let single = compute(&fixture.model(&device), images.clone(), labels.clone());
    // Where PyTorch's own single precision misses its double precision by more, there is nothing to hold f32 against.
    let steady = fixture.number("float_error") <= 1e-4;
    assert!(steady || DEEP.contains(&name), "{name}: PyTorch's own precisions differ");
    within(name, "f32", &fixture, single, (1e-4, if steady { 1e-3 } else { f64::INFINITY }));
    let double = compute(&double(fixture.model(&device)), images.cast(FloatDType::F64), labels);
    within(name, "f64", &fixture, double, (1e-6, 1e-5));
}

/// Holds what was computed against PyTorch's results: logits and loss, gradients.
fn within(name: &str, precision: &str, fixture: &Fixture, found: Computed, (logits, gradients): (f64, f64)) {
    let results = [("logits", &found.logits), ("train_logits", &found.train_logits), ("loss", &found.loss)];
    for (key, found) in results {
        let error = deviation(found, fixture.result(key));
        assert!(error <= logits, "{name}: {key} in {precision} differ by {error:.1e}");
    }
    let found = torchvision::export(&fixture.spec, found.gradients);
    compare(found.into_iter(), fixture.result("gradients"), gradients);
}

/// The running statistics after one step, where all normalizations see as many pixels as the stem's.
#[test]
fn running_statistics_follow_but_for_the_variance_s_bias() {
    let device = Device::flex().autodiff();
    let fixture = Fixture::read("resnet20");
    let (model, fresh) = (fixture.model(&device), fixture.model(&device));
    let (images, labels) = fixture.first(&device);
    let [batch, _, height, width] = images.dims();
    compute(&model, images, labels);
    let named = |model| torchvision::export(&fixture.spec, State::of(model));
    let (after, before) = (named(&model.valid()), named(&fresh));
    let pixels = |name: &str| {
        let stage = name.strip_prefix("layer").map_or(1, |rest| rest[..1].parse::<u32>().expect("a stage"));
        (batch * height * width) as f64 / 4f64.powi(stage as i32 - 1)
    };
    let corrected = after.iter().filter(|(name, _)| name.contains("running")).map(|(name, ours)| {
        let ours = if name.ends_with("running_var") {
            unbiased(ours, before.get(name).expect("the same names"), pixels(name))
        } else {
            ours.clone()
        };
        (name.to_owned(), ours)
    });
    compare(corrected, fixture.result("statistics"), 1e-4);
}

/// Along its own gradient the loss of evaluation rises by the gradient's square, and no running statistic moves.
#[test]
fn gradients_at_rest_are_those_of_the_network_in_evaluation() {
    let device = Device::flex().autodiff();
    for name in ["resnet8-w16", "densenet-10-12", "backbone-add-16-w8"] {
        let fixture = Fixture::read(name);
        let (model, (images, labels)) = (fixture.model(&device), fixture.first(&device));
        let before = State::of(&model.valid());
        let gradients = resting_gradients(&model, images.clone(), labels.clone());
        assert_eq!(State::of(&model.valid()), before, "{name}");
        let square: f64 = gradients.iter().flat_map(|(_, data)| data.iter::<f64>()).map(|value| value * value).sum();
        let step = 0.01 / square;
        let loss = |sign: f64| {
            let moved = |(name, data): (&str, &TensorData)| {
                let way = gradients.get(name).map(|way| way.iter::<f64>().collect::<Vec<f64>>());
                let values = data.iter::<f64>().enumerate();
                let values = values.map(|(at, value)| value + way.as_ref().map_or(0.0, |way| sign * step * way[at]));
                (name.to_owned(), TensorData::new(values.collect::<Vec<f64>>(), data.shape().clone()))
            };
            let state: State = before.iter().map(moved).collect();
            let logits =
                state.load_into(fixture.model(&device)).expect("its own").valid().logits(images.clone().inner());
            let loss = CrossEntropyLossConfig::new().init(&logits.device()).forward(logits, labels.clone().inner());
            f64::from(loss.into_scalar::<f32>())
        };
        let rise = (loss(1.0) - loss(-1.0)) / (2.0 * step);
        assert!((rise / square - 1.0).abs() < 0.02, "{name}: {rise}, squared {square}");
    }
}

macro_rules! agreements {
    ($($test:ident: $($name:literal)+;)+) => {
        $(#[test] fn $test() { $(agrees($name);)+ })+
    };
}

agreements! {
    plain_networks_agree_with_pytorch: "plain8-w16" "plain20";
    residual_networks_agree_with_pytorch: "resnet8-w16" "resnet20" "resnet20-b" "resnet11-w8-preact-b";
    dense_networks_agree_with_pytorch: "densenet-10-12" "densenet-40-12" "densenet-bc-22-12";
    backbones_agree_with_pytorch: "backbone-none-16-w8" "backbone-add-16-w8" "backbone-concat-16-w8";
    transformers_agree_with_pytorch: "vit-d2-w32-h2-p4";
    resnet18_agrees_with_torchvision: "resnet18";
    resnet50_agrees_with_torchvision: "resnet50";
    densenet121_agrees_with_torchvision: "densenet121";
}
