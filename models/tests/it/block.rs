//! Dense blocks of random shapes, in every memory mode and by either kernels, against sums in f64 and against Burn's own
//! operations: features, gradients, running statistics, inference.

use std::collections::BTreeMap;

use burn::module::Module;
use burn::optim::GradientsParams;
use burn::tensor::{Device, Tensor, TensorData};
use proptest::prelude::*;
use skipbench_kernels::ConvShape;
use skipbench_models::probe::Unprobed;
use skipbench_models::{
    BackboneConfig, DenseKind, DenseNetConfig, Execution, Images, Kernels, Memory, Model, ModelSpec, Skip, State,
};

use super::reference::{Dense, Maps, Moments, Norm, Step, apart, gammas, noise, wide};

/// A network whose first stage is the block, and what enters it.
#[derive(Debug, Clone)]
struct Case {
    spec: ModelSpec,
    /// Channels that enter.
    input: usize,
    batch: usize,
    size: [usize; 2],
    seed: u64,
}

impl Case {
    fn x(&self) -> Vec<f32> {
        noise(self.batch * self.input * self.size[0] * self.size[1], self.seed)
    }

    fn shape(&self, channels: usize) -> [usize; 4] {
        [self.batch, channels, self.size[0], self.size[1]]
    }
}

/// A network of `layers` layers in its first stage: the backbone's, of any width, or one of either DenseNet.
fn spec(kind: usize, layers: usize, growth: usize, width: usize) -> (ModelSpec, usize) {
    let dense = |depth, kind| ModelSpec::Densenet(DenseNetConfig::cifar(depth, growth, kind));
    match kind {
        0 => {
            let skip = BackboneConfig::new(6 * layers + 4, Skip::Concat);
            (ModelSpec::Backbone(BackboneConfig { width, growth: Some(4 * growth), ..skip }), width)
        }
        1 => (dense(3 * layers + 4, DenseKind::Basic), 16),
        _ => (dense(6 * layers + 4, DenseKind::Bc), 2 * growth),
    }
}

prop_compose! {
    fn cases()(
        (kind, layers) in (0..3usize, 1..4usize),
        (growth, width) in (1..6usize, 1..8usize),
        (batch, height, width_of_maps) in (1..4usize, 1..12usize, 1..12usize)
            .prop_filter("few numbers have hardly a variance", |(batch, height, width)| batch * height * width > 15),
        seed in 0..1000u64,
    ) -> Case {
        let (spec, input) = spec(kind, layers, growth, width);
        Case { spec, input, batch, size: [height, width_of_maps], seed }
    }
}

const PREFIX: &str = "stages.0.";

/// The block's tensors as Burn names them, with numbers drawn for them.
fn drawn(model: &Model, seed: u64) -> State {
    let draw = |(index, (name, data)): (usize, (&str, &TensorData))| {
        let shape = data.shape().to_vec();
        let (count, seed) = (shape.iter().product::<usize>(), seed + index as u64);
        // As large as keeps what comes out as large as what goes in.
        let limit = (3.0 * shape[0] as f32 / count as f32).sqrt();
        let values: Vec<f32> = match name.rsplit('.').next() {
            Some("weight") => noise(count, seed).into_iter().map(|weight| weight * limit).collect(),
            Some("gamma") => gammas(count, seed),
            _ => noise(count, seed),
        };
        (name.to_owned(), TensorData::new(values, shape))
    };
    let all = State::of(model).into_iter().collect::<Vec<_>>();
    let learnt = |name: &str| name.starts_with(PREFIX) && !name.contains("running");
    let change = |(index, (name, data)): (usize, &(String, TensorData))| match learnt(name) {
        true => draw((index, (name, data))),
        false => (name.clone(), data.clone()),
    };
    all.iter().enumerate().map(change).collect()
}

/// Numbers of the block by their names, without what all begin with.
type Named<T> = BTreeMap<String, Vec<T>>;

fn named(state: State) -> Named<f32> {
    let own = state.into_iter().filter_map(|(name, data)| Some((name.strip_prefix(PREFIX)?.to_owned(), data)));
    own.map(|(name, data)| (name, data.iter::<f32>().collect())).collect()
}

/// What a training step and inference after it give.
#[derive(Debug, PartialEq)]
struct Results<T> {
    features: Vec<T>,
    dx: Vec<T>,
    gradients: Named<T>,
    running: Named<T>,
    inferred: Vec<T>,
}

impl Results<f32> {
    fn widened(&self) -> Results<f64> {
        let all = |named: &Named<f32>| named.iter().map(|(name, values)| (name.clone(), wide(values))).collect();
        let [features, dx, inferred] = [&self.features, &self.dx, &self.inferred].map(|values| wide(values));
        Results { features, dx, gradients: all(&self.gradients), running: all(&self.running), inferred }
    }
}

fn stage(model: &Model, x: Tensor<4>) -> Tensor<4> {
    let Model::Staged(staged) = model else { panic!("a network in stages") };
    staged.forward_first_stage(x, &mut Unprobed)
}

fn values(x: Tensor<4>) -> Vec<f32> {
    x.into_data().try_to_vec::<f32>().expect("f32")
}

fn run(case: &Case, execution: Execution) -> (Results<f32>, Named<f32>) {
    let device = Device::flex().autodiff();
    let images = Images { size: 8, channels: 1, classes: 2 };
    let model = case.spec.init_with(images, 1, &device, execution).expect("a valid network");
    let drawn = drawn(&model, case.seed);
    let model = drawn.load_into(model).expect("its own names and shapes");
    let x = TensorData::new(case.x(), case.shape(case.input));
    let tracked = Tensor::from_data(x.clone(), &device).require_grad();
    let y = stage(&model, tracked.clone());
    let dy = TensorData::new(noise(y.dims().iter().product(), case.seed + 7), y.dims());
    let features = values(y.clone().inner());
    let mut gradients = (y * Tensor::from_data(dy, &device)).sum().backward();
    let dx = values(tracked.grad_remove(&mut gradients).expect("it has one"));
    let gradients = named(State::gradients(&model, &GradientsParams::from_grads(gradients, &model)));
    let model = model.valid();
    let mut running = named(State::of(&model));
    running.retain(|name, _| name.contains("running"));
    let inferred = values(stage(&model, Tensor::from_data(x, &device.inner())));
    (Results { features, dx, gradients, running, inferred }, named(drawn))
}

/// Name of a tensor of step `step` of layer `layer`.
fn name(layer: usize, part: &str, step: usize, tensor: &str) -> String {
    format!("{layer}.{part}.{step}.{tensor}")
}

/// The places of all steps.
fn places(dense: &Dense) -> Vec<(usize, usize)> {
    let steps =
        |(layer, steps): (usize, &Vec<Step>)| (0..steps.len()).map(move |step| (layer, step)).collect::<Vec<_>>();
    dense.layers.iter().enumerate().flat_map(steps).collect()
}

/// The block of these parameters.
fn dense(case: &Case, parameters: &Named<f32>) -> Dense {
    let mut layers: Vec<Vec<Step>> = Vec::new();
    let of = |layer, part, step, tensor| parameters.get(&name(layer, part, step, tensor)).map(|values| wide(values));
    while of(layers.len(), "norms", 0, "gamma").is_some() {
        let mut steps = Vec::new();
        while let Some(gamma) = of(layers.len(), "norms", steps.len(), "gamma") {
            let found = |part, tensor| of(layers.len(), part, steps.len(), tensor).expect("beside gamma");
            let (beta, weight) = (found("norms", "beta"), found("convs", "weight"));
            let bottleneck = matches!(&case.spec, ModelSpec::Densenet(net) if net.kind == DenseKind::Bc);
            let kernel = if bottleneck && steps.is_empty() { 1 } else { 3 };
            let (input, [height, width]) = (gamma.len(), case.size);
            let output = weight.len() / (input * kernel * kernel);
            let (stride, padding) = (1, kernel / 2);
            let shape = ConvShape { batch: case.batch, input, output, height, width, kernel, stride, padding };
            steps.push(Step { shape, norm: Norm { gamma, beta }, weight });
        }
        layers.push(steps);
    }
    Dense { layers }
}

/// Running statistics after a step whose batch has these.
fn moved(moments: &Moments) -> Moments {
    let mean = moments.mean.iter().map(|mean| 0.1 * mean).collect();
    Moments { mean, variance: moments.variance.iter().map(|variance| 0.9 + 0.1 * variance).collect() }
}

/// The same in f64; none where rounding decides about a ReLU.
fn reference(case: &Case, parameters: &Named<f32>) -> Option<Results<f64>> {
    let (dense, x) = (dense(case, parameters), Maps::of(case.shape(case.input), &case.x()));
    let (features, entered) = dense.forward(&x, None)?;
    let dy = Maps::of(features.shape, &noise(features.data.len(), case.seed + 7));
    let (dx, found) = dense.gradient(&entered, &dy);
    let running: Vec<_> = entered.iter().map(|x| moved(&Moments::of(x))).collect();
    let (inferred, _) = dense.forward(&x, Some(&running))?;
    let (mut gradients, mut statistics) = (Named::new(), Named::new());
    for (((layer, step), [gamma, beta, weight]), moments) in places(&dense).into_iter().zip(found).zip(running) {
        gradients.insert(name(layer, "norms", step, "gamma"), gamma);
        gradients.insert(name(layer, "norms", step, "beta"), beta);
        gradients.insert(name(layer, "convs", step, "weight"), weight);
        statistics.insert(name(layer, "norms", step, "running_mean"), moments.mean);
        statistics.insert(name(layer, "norms", step, "running_var"), moments.variance);
    }
    let [features, dx, inferred] = [features, dx, inferred].map(|maps| maps.data);
    Some(Results { features, dx, gradients, running: statistics, inferred })
}

/// Every tensor of some results, by name, and how near another computation of it must come: outputs and statistics to 1e-5,
/// gradients to 1e-4.
fn tensors<T>(results: &Results<T>) -> BTreeMap<&str, (&[T], f64)> {
    let named = |all: &'static str, values, tolerance| (all, (values, tolerance));
    let mut tensors = BTreeMap::from([
        named("features", &results.features[..], 1e-5),
        named("inference", &results.inferred[..], 1e-5),
        named("dx", &results.dx[..], 1e-4),
    ]);
    tensors.extend(results.gradients.iter().map(|(name, values)| (name.as_str(), (&values[..], 1e-4))));
    tensors.extend(results.running.iter().map(|(name, values)| (name.as_str(), (&values[..], 1e-5))));
    tensors
}

/// What f32 itself misses f64 by: layer upon layer of normalising few numbers magnifies its rounding, by Burn's operations too.
fn rounding(burns: &Results<f32>, exact: &Results<f64>) -> BTreeMap<String, f64> {
    let exact = tensors(exact);
    let apart = |(name, (burns, _)): (&str, (&[f32], f64))| (name.to_owned(), apart(burns, exact[name].0));
    tensors(burns).into_iter().map(apart).collect()
}

/// Within the tolerance, or within four times that rounding where it is more.
fn compare(
    what: &str,
    found: &Results<f32>,
    expected: &Results<f64>,
    rounding: &BTreeMap<String, f64>,
) -> Result<(), TestCaseError> {
    let (found, expected) = (tensors(found), tensors(expected));
    prop_assert!(found.keys().eq(expected.keys()), "{what}: {:?}, not {:?}", found.keys(), expected.keys());
    for (name, (found, tolerance)) in found {
        let apart = apart(found, expected[name].0);
        prop_assert!(apart <= tolerance.max(4.0 * rounding[name]), "{what}: {name} differs by {apart}");
    }
    Ok(())
}

fn executions() -> impl Iterator<Item = Execution> {
    let kernels = [Kernels::Burn, Kernels::Skipbench].into_iter();
    kernels.flat_map(|kernels| Memory::ALL.map(|memory| Execution { kernels, memory }))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn every_mode_agrees_with_f64_and_with_burn(case in cases()) {
        let burn = Execution { kernels: Kernels::Burn, memory: Memory::Naive };
        let (burns, parameters) = run(&case, burn);
        let expected = reference(&case, &parameters);
        prop_assume!(expected.is_some());
        let expected = expected.expect("just asked");
        let rounding = rounding(&burns, &expected);
        let burns = burns.widened();
        for execution in executions() {
            let (found, _) = run(&case, execution);
            let what = format!("{execution:?}");
            compare(&format!("{what} against f64"), &found, &expected, &rounding)?;
            compare(&format!("{what} against Burn"), &found, &burns, &rounding)?;
        }
    }
}

#[test]
fn results_do_not_depend_on_threads() {
    for kind in 0..3 {
        let (spec, input) = spec(kind, 2, 5, 7);
        let case = Case { spec, input, batch: 5, size: [13, 17], seed: 3 };
        for memory in Memory::ALL {
            let execution = Execution { memory, ..Execution::default() };
            let on = |threads: usize| {
                let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
                pool.install(|| run(&case, execution).0)
            };
            let alone = on(1);
            for threads in [2, 3, 5] {
                assert!(on(threads) == alone, "{kind} {memory:?}: {threads} threads");
            }
        }
    }
}
