//! Stages of random shapes, by either engine and whatever they keep, against sums in f64 and against the same layers
//! one by one with Burn's operations: features, gradients, statistics, inference.

mod case;

use std::collections::BTreeMap;
use std::ops::Range;

use burn::tensor::activation::relu;
use burn::tensor::module::{batch_norm, batch_norm_train, conv2d};
use burn::tensor::ops::ConvOptions;
use burn::tensor::{Device, Tensor};
use proptest::prelude::*;
use skipbench_ops::block::{Activations, Stage};
use skipbench_ops::{Conv, Engine};

use super::reference::{Dense, Maps, Moments, Norm, Step, apart, noise, wide};
use super::{EPSILON, constant, values, with_threads};
use case::{Case, Ranges, cases, layers};

/// What a training step, and inference by other statistics, give.
#[derive(Debug, PartialEq)]
struct Results<T> {
    features: Vec<T>,
    dx: Vec<T>,
    gradients: Vec<T>,
    statistics: Vec<T>,
    inferred: Vec<T>,
}

impl Results<f32> {
    fn widened(&self) -> Results<f64> {
        let Results { features, dx, gradients, statistics, inferred } = self;
        let [features, dx, gradients] = [features, dx, gradients].map(|values| wide(values));
        Results { features, dx, gradients, statistics: wide(statistics), inferred: wide(inferred) }
    }
}

/// A stage's layers one by one, by Burn's operations and its concatenation; by `given` statistics or the batch's, which
/// it gives too.
fn one_by_one(case: &Case, x: Tensor<4>, all: Tensor<1>, given: Option<Tensor<1>>) -> (Tensor<4>, Tensor<1>) {
    let part = |all: &Tensor<1>, range: &Range<usize>| all.clone().narrow(0, range.start, range.len());
    let (mut features, mut statistics, mut ranges) = (x, Vec::new(), case.ranges().into_iter());
    for layer in &case.layers {
        let mut x = features.clone();
        for Ranges { conv, parameters, statistics: of } in ranges.by_ref().take(layer.len()) {
            let [gamma, beta, weight] = parameters.each_ref().map(|range| part(&all, range));
            let weight = weight.reshape([conv.output, conv.input, conv.kernel, conv.kernel]);
            let y = match &given {
                Some(given) => batch_norm(x, gamma, beta, part(given, &of[0]), part(given, &of[1]), EPSILON),
                None => {
                    let done = batch_norm_train(x, gamma, beta, EPSILON);
                    statistics.extend([done.mean, done.variance]);
                    done.output
                }
            };
            let options = ConvOptions::new([conv.stride; 2], [conv.padding; 2], [1, 1], 1);
            x = conv2d(relu(y), weight, None, options);
        }
        features = Tensor::cat(vec![features, x], 1);
    }
    (features, given.unwrap_or_else(|| Tensor::cat(statistics, 0)))
}

/// The results by a stage, or by its layers one by one.
fn run(case: &Case, stage: Option<Stage>) -> Results<f32> {
    let device = Device::flex().autodiff();
    let x = constant(case.x(), case.shape(), &device).require_grad();
    let parameters = case.parameters();
    let parameters = constant(parameters.clone(), [parameters.len()], &device).require_grad();
    let (y, statistics) = match stage.clone() {
        Some(stage) => stage.train(x.clone(), parameters.clone()),
        None => one_by_one(case, x.clone(), parameters.clone(), None),
    };
    let dy = constant(noise(y.dims().iter().product(), case.seed + 7), y.dims(), &device);
    let mut gradients = (y.clone() * dy).sum().backward();
    let dx = values(x.grad_remove(&mut gradients).expect("it has one"));
    let gradients = values(parameters.grad_remove(&mut gradients).expect("it has one"));
    let given = constant(case.statistics(), statistics.dims(), &device.inner());
    let (x, parameters) = (x.inner(), parameters.inner());
    let inferred = match stage {
        Some(stage) => stage.infer(x, parameters, given),
        None => one_by_one(case, x, parameters, Some(given)).0,
    };
    let [features, inferred] = [y.inner(), inferred].map(values);
    Results { features, dx, gradients, statistics: values(statistics.inner()), inferred }
}

/// The stage of these parameters, in f64.
fn dense(case: &Case) -> Dense {
    let all = wide(&case.parameters());
    let mut ranges = case.ranges().into_iter();
    let step = |Ranges { conv, parameters, .. }: Ranges| {
        let [gamma, beta, weight] = parameters.map(|range| all[range].to_vec());
        Step { shape: conv.on(case.batch, case.size), norm: Norm { gamma, beta }, weight }
    };
    let layer = |convs: &Vec<Conv>| ranges.by_ref().take(convs.len()).map(step).collect();
    Dense { layers: case.layers.iter().map(layer).collect() }
}

/// The same in f64; none if rounding decides about a ReLU.
fn reference(case: &Case) -> Option<Results<f64>> {
    let (dense, x) = (dense(case), Maps::of(case.shape(), &case.x()));
    let (features, entered) = dense.forward(&x, None)?;
    let dy = Maps::of(features.shape, &noise(features.data.len(), case.seed + 7));
    let (dx, found) = dense.gradient(&entered, &dy);
    let given = wide(&case.statistics());
    let moments = |Ranges { statistics: [mean, variance], .. }| Moments {
        mean: given[mean].to_vec(),
        variance: given[variance].to_vec(),
    };
    let given: Vec<_> = case.ranges().into_iter().map(moments).collect();
    let (inferred, _) = dense.forward(&x, Some(&given))?;
    let batch = entered.iter().map(Moments::of);
    let statistics = batch.flat_map(|moments| [moments.mean, moments.variance]).flatten().collect();
    let gradients = found.into_iter().flatten().flatten().collect();
    Some(Results { features: features.data, dx: dx.data, gradients, statistics, inferred: inferred.data })
}

/// Every tensor of some results, by name, and how near another computation of it must come: outputs and statistics to
/// 1e-5, gradients to 1e-4.
fn tensors<'a, T>(case: &Case, results: &'a Results<T>) -> BTreeMap<String, (&'a [T], f64)> {
    let named = |name: &str, values, tolerance| (name.to_owned(), (values, tolerance));
    let mut tensors = BTreeMap::from([
        named("features", &results.features[..], 1e-5),
        named("inference", &results.inferred[..], 1e-5),
        named("dx", &results.dx[..], 1e-4),
    ]);
    for (index, ranges) in case.ranges().into_iter().enumerate() {
        for (name, range) in ["gamma", "beta", "weight"].iter().zip(ranges.parameters) {
            tensors.extend([named(&format!("{name} {index}"), &results.gradients[range], 1e-4)]);
        }
        for (name, range) in ["mean", "variance"].iter().zip(ranges.statistics) {
            tensors.extend([named(&format!("{name} {index}"), &results.statistics[range], 1e-5)]);
        }
    }
    tensors
}

/// What f32 itself misses f64 by: layer upon layer of normalizing few numbers magnifies its rounding, by Burn's
/// operations too.
fn rounding(case: &Case, burns: &Results<f32>, exact: &Results<f64>) -> BTreeMap<String, f64> {
    let exact = tensors(case, exact);
    let missed = |(name, (burns, _)): (String, (&[f32], f64))| {
        let missed = apart(burns, exact[&name].0);
        (name, missed)
    };
    tensors(case, burns).into_iter().map(missed).collect()
}

/// Within the tolerance, or within four times that rounding where it is more.
fn compare(
    (case, what): (&Case, &str),
    found: &Results<f32>,
    expected: &Results<f64>,
    rounding: &BTreeMap<String, f64>,
) -> Result<(), TestCaseError> {
    let expected = tensors(case, expected);
    for (name, (found, tolerance)) in tensors(case, found) {
        let apart = apart(found, expected[&name].0);
        prop_assert!(apart <= tolerance.max(4.0 * rounding[&name]), "{what}: {name} differs by {apart}");
    }
    Ok(())
}

fn stages(case: &Case) -> impl Iterator<Item = Stage> {
    let each = [Activations::Keep, Activations::Recompute];
    let engines = [Engine::Burn, Engine::default()].into_iter();
    engines.flat_map(move |engine| each.map(|activations| case.stage(engine, activations)))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn every_stage_agrees_with_f64_and_with_burn(case in cases()) {
        let (burns, expected) = (run(&case, None), reference(&case));
        prop_assume!(expected.is_some());
        let expected = expected.expect("just asked");
        let rounding = rounding(&case, &burns, &expected);
        let burns = burns.widened();
        for stage in stages(&case) {
            let what = format!("{:?} {:?}", stage.engine, stage.activations);
            let found = run(&case, Some(stage));
            compare((&case, &format!("{what} against f64")), &found, &expected, &rounding)?;
            compare((&case, &format!("{what} against Burn")), &found, &burns, &rounding)?;
        }
    }
}

#[test]
fn results_do_not_depend_on_threads() {
    for bottleneck in [false, true] {
        let case = Case { input: 7, layers: layers(7, 2, 5, bottleneck), batch: 5, size: [13, 17], seed: 3 };
        for activations in [Activations::Keep, Activations::Recompute] {
            let stage = || Some(case.stage(Engine::default(), activations));
            let alone = with_threads(1, || run(&case, stage()));
            for threads in [2, 3, 5] {
                assert!(with_threads(threads, || run(&case, stage())) == alone, "{activations:?}: {threads} threads");
            }
        }
    }
}

#[test]
fn a_stage_without_layers_is_what_entered() {
    let case = Case { input: 3, layers: Vec::new(), batch: 2, size: [4, 4], seed: 1 };
    assert_eq!(case.stage(Engine::default(), Activations::Keep).parameters(), 0);
    assert_eq!(case.stage(Engine::default(), Activations::Keep).output(), 3);
}
