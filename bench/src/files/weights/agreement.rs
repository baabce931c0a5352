//! How far a network's results are from PyTorch's with the same weights on the same images.

use anyhow::{Context, Result, ensure};
use burn::tensor::{Device, FloatDType, Int, Tensor, TensorData};
use serde::Serialize;
use skipbench_models::parity::{compute, deviation, double, resting_gradients};
use skipbench_models::{Images, ModelSpec, Network, State, torchvision};

/// Largest difference of logits, over the largest of them.
pub(crate) const LOGITS: f64 = 1e-4;
/// Largest difference of a parameter's gradient, over the gradient's largest.
pub(crate) const GRADIENTS: f64 = 1e-3;

/// What the network computes in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Precision {
    /// f32.
    Single,
    /// f64, where rounding decides no ReLU.
    Double,
}

/// Largest differences, each over the largest magnitude that PyTorch has there.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Agreement {
    /// Logits with running statistics.
    pub logits: f64,
    /// Logits with the batch's statistics.
    pub train_logits: f64,
    /// The loss.
    pub loss: f64,
    /// Every parameter's gradient, the worst first.
    pub gradients: Vec<Gradient>,
    /// The same with running statistics, where PyTorch's are given.
    pub resting_gradients: Vec<Gradient>,
}

/// One parameter's gradient.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Gradient {
    /// The parameter.
    pub name: String,
    /// The largest difference.
    pub difference: f64,
}

impl Agreement {
    /// Whether all are within the tolerances.
    pub(crate) fn holds(&self) -> bool {
        let logits = [self.logits, self.train_logits, self.loss].iter().all(|difference| *difference <= LOGITS);
        let mut gradients = self.gradients.iter().chain(&self.resting_gradients);
        logits && gradients.all(|gradient| gradient.difference <= GRADIENTS)
    }
}

/// Compares `model`, which is `spec` built on `device`, with what `expected` holds: `images`, `labels`, `logits`,
/// `train_logits`, `loss` and a `gradient.NAME` for every parameter, in PyTorch's names; maybe also a
/// `resting_gradient.NAME`.
///
/// # Errors
/// A tensor that `expected` lacks, or images that are not of the network's shape.
pub(crate) fn agreement<N: Network>(
    model: &N,
    spec: &ModelSpec,
    images: Images,
    expected: &State,
    device: &Device,
    precision: Precision,
) -> Result<Agreement> {
    let (pixels, labels) = batch(images, expected, &device.clone().autodiff())?;
    let model = model.clone().train();
    let (model, pixels) = match precision {
        Precision::Single => (model, pixels),
        Precision::Double => (double(model), pixels.cast(FloatDType::F64)),
    };
    // Before the step in training mode, which moves the statistics.
    let resting = expected.iter().any(|(key, _)| key.starts_with(RESTING));
    let resting = resting.then(|| resting_gradients(&model, pixels.clone(), labels.clone()));
    let computed = compute(&model, pixels, labels);
    let of = |key: &str, found: &TensorData| Ok::<f64, anyhow::Error>(deviation(found, result(expected, key)?));
    Ok(Agreement {
        logits: of("logits", &computed.logits)?,
        train_logits: of("train_logits", &computed.train_logits)?,
        loss: of("loss", &computed.loss)?,
        gradients: compared(&torchvision::export(spec, computed.gradients), expected, "gradient.")?,
        resting_gradients: match resting {
            Some(found) => compared(&torchvision::export(spec, found), expected, RESTING)?,
            None => Vec::new(),
        },
    })
}

/// What the names of gradients with running statistics begin with.
const RESTING: &str = "resting_gradient.";

/// Every gradient that was computed, the worst first. One that only `expected` has differs infinitely.
fn compared(found: &State, expected: &State, prefix: &str) -> Result<Vec<Gradient>> {
    let mut gradients = Vec::new();
    for (name, found) in found.iter() {
        let difference = deviation(found, result(expected, &format!("{prefix}{name}"))?);
        gradients.push(Gradient { name: name.to_owned(), difference });
    }
    let others = expected.iter().filter_map(|(key, _)| key.strip_prefix(prefix));
    let lost = others.filter(|name| found.get(name).is_none());
    gradients.extend(lost.map(|name| Gradient { name: name.to_owned(), difference: f64::INFINITY }));
    // The total order of f64 puts what is no number before all others here.
    gradients.sort_by(|one, other| other.difference.total_cmp(&one.difference));
    Ok(gradients)
}

fn result<'a>(expected: &'a State, key: &str) -> Result<&'a TensorData> {
    expected.get(key).with_context(|| format!("the expected results hold no tensor `{key}`"))
}

fn batch(images: Images, expected: &State, device: &Device) -> Result<(Tensor<4>, Tensor<1, Int>)> {
    let (pixels, labels) = (result(expected, "images")?, result(expected, "labels")?);
    let Images { size, channels, classes } = images;
    let shape = pixels.shape().to_vec();
    let fits = shape.len() == 4 && shape[0] > 0 && shape[1..] == [channels, size, size];
    ensure!(
        fits,
        "the expected results are for images of shape {}, but the network is built for {images}; use --size",
        shape.iter().map(usize::to_string).collect::<Vec<_>>().join("×")
    );
    ensure!(labels.shape().to_vec() == [shape[0]], "the expected results need one label for each image");
    let labels: Vec<i64> = labels.iter::<i64>().collect();
    ensure!(labels.iter().all(|label| (0..classes as i64).contains(label)), "a label is not among {classes} classes");
    let labels = Tensor::from_data(TensorData::new(labels, [shape[0]]), device);
    Ok((Tensor::from_data(pixels.clone(), device), labels))
}
