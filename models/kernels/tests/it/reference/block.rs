//! BN–ReLU–convolution, and blocks of it that concatenate.

use skipbench_kernels::ConvShape;

use super::{Maps, Moments, Norm, Sum, convolve, gate, gradients, is_doubtful, relu};

/// BN–ReLU–convolution.
#[derive(Debug, Clone)]
pub(crate) struct Step {
    pub(crate) shape: ConvShape,
    pub(crate) norm: Norm,
    pub(crate) weight: Vec<f64>,
}

/// Gradients of a step: of γ, β and the weights.
pub(crate) type Found = [Vec<f64>; 3];

fn values(sums: &[Sum]) -> Vec<f64> {
    sums.iter().map(|sum| sum.value).collect()
}

impl Step {
    /// The output by given statistics; none if rounding decides about a ReLU.
    pub(crate) fn apply(&self, x: &Maps, moments: &Moments) -> Option<Maps> {
        let normalized = self.norm.apply(x, moments);
        let shape = [x.shape[0], self.shape.output, self.shape.out_height(), self.shape.out_width()];
        let y = || Maps::new(shape, values(&convolve(&self.shape, &relu(&normalized).data, &self.weight)));
        (!is_doubtful(&normalized)).then(y)
    }

    /// The gradients of x and of the parameters, where the batch's statistics were used.
    pub(crate) fn gradient(&self, x: &Maps, dy: &Maps) -> (Maps, Found) {
        let moments = Moments::of(x);
        let normalized = self.norm.apply(x, &moments);
        let [d, dw] = gradients(&self.shape, &relu(&normalized).data, &self.weight, &dy.data);
        let d = gate(&normalized, &Maps::new(x.shape, values(&d)));
        let (dx, gamma, beta) = self.norm.gradient(x, &moments, &d);
        (dx, [gamma, beta, values(&dw)])
    }
}

/// Layers of steps; the features of a layer join those before it.
#[derive(Debug, Clone)]
pub(crate) struct Dense {
    pub(crate) layers: Vec<Vec<Step>>,
}

impl Dense {
    /// The features, and what entered every step; by the batch's statistics, or by those given for every step. None
    /// where rounding decides about a ReLU.
    pub(crate) fn forward(&self, x: &Maps, given: Option<&[Moments]>) -> Option<(Maps, Vec<Maps>)> {
        let (mut features, mut entered) = (x.clone(), Vec::new());
        for layer in &self.layers {
            let mut x = features.clone();
            for step in layer {
                let moments = given.map_or_else(|| Moments::of(&x), |given| given[entered.len()].clone());
                let y = step.apply(&x, &moments)?;
                entered.push(x);
                x = y;
            }
            features = features.join(&x);
        }
        Some((features, entered))
    }

    /// The gradients of x and of every step's parameters, given what entered each.
    pub(crate) fn gradient(&self, entered: &[Maps], dy: &Maps) -> (Maps, Vec<Found>) {
        let (mut gradient, mut found, mut entered) = (dy.clone(), Vec::new(), entered.iter().rev());
        for layer in self.layers.iter().rev() {
            let grown = layer.last().map_or(0, |step| step.shape.output);
            let before = gradient.channels() - grown;
            let mut d = gradient.part(before, grown);
            for step in layer.iter().rev() {
                let x = entered.next().expect("one for every step");
                let (dx, own) = step.gradient(x, &d);
                found.push(own);
                d = dx;
            }
            gradient = gradient.part(0, before).zip(&d, |a, b| a + b);
        }
        found.reverse();
        (gradient, found)
    }
}
