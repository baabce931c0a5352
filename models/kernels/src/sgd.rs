//! Stochastic gradient descent with Nesterov momentum and weight decay (Sutskever et al. 2013), in one pass over memory.

use multiversion::multiversion;
use rayon::prelude::*;

/// Numbers of a task.
const PART: usize = 1 << 14;

/// Says how far a step goes, in the precisions of Burn's own SGD: a step in f64 uses all digits of the rate, one in f32
/// rounds it first.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sgd {
    /// Learning rate.
    pub rate: f64,
    /// How much of the velocity stays.
    pub momentum: f32,
    /// How much of the weight is added to its gradient.
    pub decay: f32,
}

impl Sgd {
    /// The first step of `weight`, onto it, and the velocity that it begins with: the gradient, with decay.
    ///
    /// # Panics
    /// If the slices differ in length.
    pub fn begin(&self, weight: &mut [f32], gradient: &[f32]) -> Vec<f32> {
        let mut velocity = vec![0.0; gradient.len()];
        self.step(weight, &mut velocity, gradient);
        velocity
    }

    /// A step of `weight` and its velocity, onto both.
    ///
    /// # Panics
    /// If the slices differ in length.
    pub fn step(&self, weight: &mut [f32], velocity: &mut [f32], gradient: &[f32]) {
        assert_eq!([weight.len(), velocity.len()], [gradient.len(); 2], "weights, velocities and gradients");
        let parts = weight.par_chunks_mut(PART).zip(velocity.par_chunks_mut(PART)).zip(gradient.par_chunks(PART));
        parts.for_each(|((weight, velocity), gradient)| step(*self, weight, velocity, gradient));
    }
}

#[multiversion(targets("x86_64+avx512f", "x86_64+avx2"))]
fn step(by: Sgd, weight: &mut [f32], velocity: &mut [f32], gradient: &[f32]) {
    let rate = by.rate as f32;
    for ((weight, velocity), gradient) in weight.iter_mut().zip(velocity).zip(gradient) {
        let gradient = *weight * by.decay + gradient;
        *velocity = gradient + *velocity * by.momentum;
        *weight -= (*velocity * by.momentum + gradient) * rate;
    }
}
