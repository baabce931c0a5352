//! Compares the gradients of every parameter under every style with differences of the loss, in double precision.

use burn::module::{Module, ModuleMapper, Param};
use burn::optim::GradientsParams;
use burn::tensor::{DType, Device, FloatDType, Tensor, TensorData};
use skipbench_models::parity::double;
use skipbench_models::{Model, Network, Skip, State};

use super::super::fixture::noise;
use super::{SMALL, images, spec};

/// How far a parameter is moved. The loss's third derivative and its rounding each leave about 1e-9 of the slope.
const STEP: f64 = 1e-5;

/// Returns the direction in which parameter `index` of `count` numbers is moved.
fn direction(index: usize, count: usize) -> Vec<f64> {
    noise(&format!("parameter {index}"), count).collect()
}

/// Adds multiples of a direction to parameters, by their index.
struct Move<F: Fn(usize) -> f64> {
    by: F,
    next: usize,
}

impl<F: Fn(usize) -> f64> ModuleMapper for Move<F> {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let index = self.next;
        self.next += 1;
        let by = (self.by)(index);
        if by == 0.0 {
            return param;
        }
        param.map(|old| {
            let data = old.to_data();
            let way = direction(index, data.iter::<f64>().count());
            let moved: Vec<f64> = data.iter::<f64>().zip(way).map(|(value, way)| value + by * way).collect();
            let moved = TensorData::new(moved, data.shape().clone());
            Tensor::from_data(moved, (&old.device(), DType::F64)).set_require_grad(old.is_require_grad())
        })
    }
}

fn moved(model: &Model, by: impl Fn(usize) -> f64) -> Model {
    model.clone().map(&mut Move { by, next: 0 })
}

/// Of the first step, so that chance is the same.
fn loss(model: &Model) -> Tensor<1> {
    model.resume(0);
    let logits = model.forward(images(SMALL, 2).autodiff().cast(FloatDType::F64));
    (logits.clone() * logits).mean()
}

fn value(loss: Tensor<1>) -> f64 {
    loss.into_data().iter::<f64>().next().expect("one number")
}

fn agree(skip: Skip) {
    let model = double(spec(skip).init(SMALL, 3, &Device::flex().autodiff()).expect("valid"));
    // Away from the start, where much is 0 or equal.
    let model = moved(&model, |_| 0.2);
    let gradients = State::gradients(&model, &GradientsParams::from_grads(loss(&model).backward(), &model));
    let names: Vec<(String, usize)> =
        State::of(&model).iter().map(|(name, data)| (name.to_owned(), data.iter::<f32>().count())).collect();
    for (index, (name, count)) in names.iter().enumerate() {
        let gradient: Vec<f64> =
            gradients.get(name).map_or_else(|| vec![0.0; *count], |data| data.iter::<f64>().collect());
        let way = direction(index, *count);
        let slope: f64 = gradient.iter().zip(&way).map(|(gradient, way)| gradient * way).sum();
        let at = |by: f64| value(loss(&moved(&model, |other| if other == index { by } else { 0.0 })));
        let found = (at(STEP) - at(-STEP)) / (2.0 * STEP);
        let norm = gradient.iter().map(|gradient| gradient * gradient).sum::<f64>().sqrt();
        assert!((found - slope).abs() < 1e-6 * norm + 1e-9, "{skip}, {name}: {found}, by its gradient {slope}");
        // Streams are still equal where they first mix, and a doubly stochastic matrix leaves them so.
        let idle = name == "joins.0.mix";
        assert!(idle || !name.starts_with("joins") || norm > 1e-9, "{skip}, {name}: no gradient");
    }
}

macro_rules! gradients {
    ($($test:ident: $($skip:ident)+;)+) => {
        $(#[test] fn $test() { $(agree(Skip::$skip);)+ })+
    };
}

gradients! {
    gradients_without_skips_and_with_one_operation: None Add Concat;
    gradients_of_scales_gates_and_chances: Scaled Stochastic Gated;
    gradients_of_averages: Weighted X0 Attend;
    gradients_of_streams_and_values: Hyper Constrained Value;
}

#[test]
fn the_styles_that_are_checked_are_all_that_there_are() {
    let checked = [Skip::None, Skip::Add, Skip::Concat, Skip::Scaled, Skip::Stochastic, Skip::Gated, Skip::Weighted];
    let more = [Skip::Hyper, Skip::Constrained, Skip::X0, Skip::Attend, Skip::Value];
    assert!(Skip::of_transformers().all(|skip| checked.contains(&skip) || more.contains(&skip)));
}
