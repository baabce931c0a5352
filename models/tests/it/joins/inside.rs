//! Checks what joins compute, seen from inside: equations on the tensors of a pass.

use std::collections::HashMap;

use burn::tensor::{Device, Tensor};
use skipbench_models::probe::{At, LesionKind, Probe, ProbePoint};
use skipbench_models::{Model, Network, Skip, State};

use super::{SMALL, images, model, numbers, spec};

/// Every tensor that a probe sees.
#[derive(Default)]
struct Seen(HashMap<String, Vec<f32>>);

impl Seen {
    fn of(model: &Model) -> Self {
        let mut seen = Self::default();
        model.forward_probed(images(SMALL, 2), &mut seen);
        seen
    }

    /// One of them as vectors of features.
    fn features(&self, name: &str, width: usize) -> Vec<&[f32]> {
        self.0.get(name).expect(name).chunks(width).collect()
    }
}

impl Probe for Seen {
    fn tensor<const D: usize>(&mut self, point: ProbePoint, x: Tensor<D>) -> Tensor<D> {
        self.0.insert(point.to_string(), numbers(x.clone()));
        x
    }
}

/// `model(skip)` whose joins have learned numbers.
fn learned(skip: Skip) -> Model {
    let model = model(skip);
    let moved = |(name, data): (&str, &burn::tensor::TensorData)| {
        let by = |index: usize| if name.starts_with("joins") { ((index * 5 + 4) % 7) as f32 / 5.0 - 0.6 } else { 0.0 };
        let values = data.iter::<f32>().enumerate().map(|(index, value)| value + by(index));
        (name.to_owned(), burn::tensor::TensorData::new(values.collect::<Vec<f32>>(), data.shape().clone()))
    };
    State::of(&model).iter().map(moved).collect::<State>().load_into(model).expect("its own names")
}

fn learned_numbers(model: &Model, name: &str) -> Vec<f32> {
    State::of(model).get(name).expect(name).iter::<f32>().collect()
}

fn near(found: &[f32], expected: &[f32]) {
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(expected) {
        assert!((found - expected).abs() < 1e-4 * expected.abs().max(1.0), "{found}, by hand {expected}");
    }
}

/// `Σ_j c_j·x_j`.
fn mix(terms: &[(f32, &[f32])]) -> Vec<f32> {
    (0..terms[0].1.len()).map(|at| terms.iter().map(|(factor, x)| factor * x[at]).sum()).collect()
}

#[test]
fn the_second_block_s_average_is_of_the_embedding_and_both_blocks() {
    let model = learned(Skip::Weighted);
    let seen = Seen::of(&model);
    let alphas = [1, 3].map(|join| learned_numbers(&model, &format!("joins.{join}.alphas")));
    let all = |name: &str| seen.0[name].as_slice();
    let sum = |parts: [&str; 3]| mix(&parts.map(|name| (1.0, all(name))));
    let first = sum(["tokens", "block1.attention", "block1.mlp"]);
    near(all("block1"), &mix(&[(alphas[0][0], all("tokens")), (alphas[0][1], &first)]));
    let second = sum(["block1", "block2.attention", "block2.mlp"]);
    let expected = mix(&[(alphas[1][0], all("tokens")), (alphas[1][1], &first), (alphas[1][2], &second)]);
    near(all("block2"), &expected);
}

#[test]
fn every_block_mixes_what_it_gives_with_the_embedding() {
    let model = learned(Skip::X0);
    let seen = Seen::of(&model);
    let all = |name: &str| seen.0[name].as_slice();
    for (block, before) in [(1, "tokens"), (2, "block1"), (3, "block2")] {
        let factors = learned_numbers(&model, &format!("joins.{}.factors", 2 * block - 1));
        let parts = [before, &format!("block{block}.attention"), &format!("block{block}.mlp")];
        let sum = mix(&parts.map(|name| (1.0, all(name))));
        near(all(&format!("block{block}")), &mix(&[(factors[0], &sum), (factors[1], all("tokens"))]));
    }
}

/// The softmax of `query·v/rms(v)`.
fn shares(query: &[f32], past: &[&[f32]]) -> Vec<f32> {
    let answer = |v: &&[f32]| {
        let square = v.iter().map(|value| value * value).sum::<f32>() / v.len() as f32;
        query.iter().zip(*v).map(|(q, v)| q * v).sum::<f32>() / (square + 1e-6).sqrt()
    };
    let powers: Vec<f32> = past.iter().map(|v| answer(v).exp()).collect();
    powers.iter().map(|power| power / powers.iter().sum::<f32>()).collect()
}

#[test]
fn each_position_weighs_the_depths_by_its_own_features() {
    let model = learned(Skip::Attend);
    let seen = Seen::of(&model);
    let past = ["tokens", "block1.attention", "block1.mlp"].map(|name| seen.features(name, 8));
    let query = learned_numbers(&model, "joins.1.query");
    let mut uneven = 0;
    for (position, found) in seen.features("block1", 8).into_iter().enumerate() {
        let past = past.each_ref().map(|tensor| tensor[position]);
        let shares = shares(&query, &past);
        uneven += usize::from(shares.iter().any(|share| (share - 1.0 / 3.0).abs() > 0.05));
        near(found, &mix(&[(shares[0], past[0]), (shares[1], past[1]), (shares[2], past[2])]));
    }
    assert!(uneven > 10, "the queries have an effect");
}

#[test]
fn attention_over_depth_begins_with_the_mean() {
    let seen = Seen::of(&model(Skip::Attend));
    let all = |name: &str| (1.0 / 3.0, seen.0[name].as_slice());
    near(&seen.0["block1"], &mix(&[all("tokens"), all("block1.attention"), all("block1.mlp")]));
}

/// `model(Skip::Value)` with these factors in every block.
fn of_values(factors: [f32; 2]) -> Vec<f32> {
    let model = model(Skip::Value);
    let set = |(name, data): (&str, &burn::tensor::TensorData)| {
        let given = burn::tensor::TensorData::new(factors.to_vec(), [2]);
        (name.to_owned(), if name.ends_with("factors") { given } else { data.clone() })
    };
    let state: State = State::of(&model).iter().map(set).collect();
    numbers(state.load_into(model).expect("its own names").forward(images(SMALL, 4)))
}

#[test]
fn values_are_mixed_with_those_of_the_first_block() {
    assert_eq!(of_values([0.0, 1.0]), super::logits(Skip::Add), "its own values alone are the additive network");
    assert_eq!(of_values([0.5, 0.5]), super::logits(Skip::Value));
    assert_ne!(of_values([1.0, 0.0]), super::logits(Skip::Add));
}

#[test]
fn concatenation_appends_what_each_branch_gives() {
    let seen = Seen::of(&model(Skip::Concat));
    let parts = [("tokens", 8), ("block1.attention", 6), ("block1.mlp", 6)];
    let parts = parts.map(|(name, width)| seen.features(name, width));
    for (position, found) in seen.features("block1", 20).into_iter().enumerate() {
        assert_eq!(found, parts.each_ref().map(|part| part[position]).concat());
    }
    assert_eq!(seen.features("block3", 44).len(), 20);
}

#[test]
fn a_gate_lets_through_a_share_of_the_branch_and_begins_nearly_closed() {
    let seen = Seen::of(&model(Skip::Gated));
    let after = mean_share(&seen.0["tokens"], &seen.0["block1"], &seen.0["block1.attention"]);
    // σ(−2) = 0.12; the weights spread the gates around it, and the MLP's gate adds its share.
    assert!(after.abs() < 0.5, "{after}");
}

/// How far y moved from x on the way to F(x), by least squares.
fn mean_share(x: &[f32], y: &[f32], fx: &[f32]) -> f32 {
    let products =
        |a: fn(f32, f32, f32) -> f32| x.iter().zip(y).zip(fx).map(|((x, y), fx)| a(*x, *y, *fx)).sum::<f32>();
    products(|x, y, fx| (y - x) * (fx - x)) / products(|x, _, fx| (fx - x) * (fx - x))
}

/// Leaves every block out.
struct Empty;

impl Probe for Empty {
    fn block_at(&self, _at: At) -> Option<usize> {
        None
    }
}

#[test]
fn a_branch_that_is_scaled_by_zero_is_as_if_left_out() {
    for (skip, equal) in [(Skip::Scaled, true), (Skip::Add, false)] {
        let model = model(skip);
        let (whole, empty) = (model.forward(images(SMALL, 4)), model.forward_probed(images(SMALL, 4), &mut Empty));
        assert_eq!(numbers(whole) == numbers(empty), equal, "{skip}");
    }
}

#[test]
fn every_style_can_lose_blocks_and_all_but_concatenation_can_swap_them() {
    for skip in Skip::of_transformers() {
        let model = learned(skip);
        let whole = numbers(model.forward(images(SMALL, 2)));
        let lesions = model.lesions();
        let swaps = lesions.iter().filter(|lesion| lesion.kind == LesionKind::Swap).count();
        assert_eq!([lesions.len() - swaps, swaps], [3, if skip == Skip::Concat { 0 } else { 2 }], "{skip}");
        for mut lesion in lesions {
            let harmed = numbers(model.forward_probed(images(SMALL, 2), &mut lesion));
            assert!(harmed.iter().all(|value| value.is_finite()) && harmed != whole, "{skip} {lesion:?}");
        }
    }
}

/// Counts the branches that were computed.
#[derive(Default)]
struct Branches(usize);

impl Probe for Branches {
    fn tensor<const D: usize>(&mut self, point: ProbePoint, x: Tensor<D>) -> Tensor<D> {
        self.0 += usize::from(matches!(point, ProbePoint::Attention(_) | ProbePoint::Mlp(_)));
        x
    }
}

#[test]
fn stochastic_depth_draws_each_branch_from_seed_and_step_alone() {
    let build = |seed| spec(Skip::Stochastic).init(SMALL, seed, &Device::flex().autodiff()).expect("valid");
    let kept = |model: &Model, steps: usize| {
        let step = |_| {
            let mut branches = Branches::default();
            model.forward_probed(images(SMALL, 1).autodiff(), &mut branches);
            branches.0
        };
        (0..steps).map(step).collect::<Vec<usize>>()
    };
    let once = kept(&build(3), 60);
    assert_eq!(once, kept(&build(3), 60));
    assert_ne!(once, kept(&build(4), 60));
    let resumed = build(3);
    resumed.resume(25);
    assert_eq!(once[25..], kept(&resumed, 35), "a run that goes on draws what it would have drawn");
    // Six branches with chances from 11/12 to 1/2 are 4.25 per step on average, in 60 steps to within four standard
    // errors.
    let mean = once.iter().sum::<usize>() as f64 / 60.0;
    assert!((mean - 4.25).abs() < 0.6, "{mean}");
}

#[test]
fn outside_training_stochastic_depth_weighs_a_branch_by_its_chance() {
    let seen = Seen::of(&model(Skip::Stochastic));
    let all = |name: &str| seen.0[name].as_slice();
    let parts = [(1.0, "tokens"), (11.0 / 12.0, "block1.attention"), (10.0 / 12.0, "block1.mlp")];
    near(all("block1"), &mix(&parts.map(|(chance, name)| (chance, all(name)))));
}
