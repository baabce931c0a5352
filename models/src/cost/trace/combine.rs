//! The operations that joins are made of, each counted as it runs. Which style uses which, says `skip`.

use skipbench_ops::Conv;

use super::{CostTrace, TracedTensor};
use crate::cost::Cost;

impl CostTrace {
    /// An addition under the word `kind`. Saves nothing; as one operation with a normalization before it and a ReLU
    /// behind it, its result is what that ReLU saves.
    pub(crate) fn add(&mut self, name: &str, kind: &str, x: &TracedTensor, fx: &TracedTensor) -> TracedTensor {
        let y = self.joined(name, kind, &[x, fx], fx.shape.clone(), Cost::default());
        if self.normalized.contains(&fx.id) {
            self.added.insert(y.id);
        }
        y
    }

    /// A concatenation along features under the word `kind`. Saves nothing; within a stage that is one operation its
    /// result is the beginning of the stage's features.
    pub(crate) fn concat(&mut self, name: &str, kind: &str, x: &TracedTensor, fx: &TracedTensor) -> TracedTensor {
        let mut shape = fx.shape.clone();
        shape[x.features_axis()] += x.channels();
        let y = self.joined(name, kind, &[x, fx], shape, Cost::default());
        if let Some(features) = &mut self.features {
            features.insert(y.id);
        }
        y
    }

    /// A sum (or difference), two terms at a time. Saves nothing.
    pub(crate) fn sum(&mut self, name: &str, terms: &[TracedTensor]) -> TracedTensor {
        let mut sum = terms[0].clone();
        for term in &terms[1..] {
            sum = self.joined(name, "add", &[&sum, term], term.shape.clone(), Cost::default());
        }
        sum
    }

    /// x times one learned number. Saves x, for that number's gradient.
    pub(crate) fn scaled(&mut self, name: &str, x: &TracedTensor) -> TracedTensor {
        let cost = Cost { params: 1, ..self.save(x) };
        self.joined(name, "scale", &[x], x.shape.clone(), cost)
    }

    /// x divided by a constant. Saves nothing.
    pub(crate) fn divided(&mut self, name: &str, x: &TracedTensor) -> TracedTensor {
        self.joined(name, "divide", &[x], x.shape.clone(), Cost::default())
    }

    /// An elementwise product. Saves both factors.
    pub(crate) fn product(&mut self, name: &str, a: &TracedTensor, b: &TracedTensor) -> TracedTensor {
        let mut cost = self.save(a);
        cost += self.save(b);
        self.joined(name, "multiply", &[a, b], a.shape.clone(), cost)
    }

    /// A sigmoid. Saves its input.
    pub(crate) fn sigmoid(&mut self, name: &str, x: &TracedTensor) -> TracedTensor {
        let cost = self.save(x);
        self.joined(name, "sigmoid", &[x], x.shape.clone(), cost)
    }

    /// A linear map with bias that keeps the shape: a 1×1 convolution of maps, a linear layer of tokens.
    pub(crate) fn gate(&mut self, name: &str, x: &TracedTensor) -> TracedTensor {
        let features = x.channels();
        if x.is_tokens() {
            return self.linear(name, x, features);
        }
        let y = self.conv(name, x, Conv::new(features, features, 1));
        self.bias(name, features);
        y
    }

    /// One operation of a join.
    pub(super) fn joined(
        &mut self,
        name: &str,
        kind: &str,
        inputs: &[&TracedTensor],
        shape: Vec<usize>,
        cost: Cost,
    ) -> TracedTensor {
        let y = self.value(shape);
        let moved = inputs.iter().map(|input| input.bytes()).sum::<u64>() + y.bytes();
        self.push(name, kind, inputs, &y, Cost { join_bytes: cost.join_bytes + moved, ..cost });
        y
    }
}
