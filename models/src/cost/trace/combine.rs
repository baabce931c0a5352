//! Costs the operations that joins are made of, each counted as it runs. The module `skip` says which style uses which.

use skipbench_ops::Conv;

use super::{CostTrace, TracedTensor};
use crate::cost::Cost;

impl CostTrace {
    /// Costs an addition under the word `kind`, which saves nothing. As one operation with a normalization before it
    /// and a ReLU after it, its result is what that ReLU saves.
    pub(crate) fn add(&mut self, name: &str, kind: &str, x: &TracedTensor, fx: &TracedTensor) -> TracedTensor {
        let y = self.joined(name, kind, &[x, fx], fx.shape.clone(), Cost::default());
        if self.normalized.contains(&fx.id) {
            self.added.insert(y.id);
        }
        y
    }

    /// Costs a concatenation along features under the word `kind`, which saves nothing. Within a stage that is one
    /// operation, its result is the beginning of the stage's features.
    pub(crate) fn concat(&mut self, name: &str, kind: &str, x: &TracedTensor, fx: &TracedTensor) -> TracedTensor {
        let mut shape = fx.shape.clone();
        shape[x.features_axis()] += x.channels();
        let y = self.joined(name, kind, &[x, fx], shape, Cost::default());
        if let Some(features) = &mut self.features {
            features.insert(y.id);
        }
        y
    }

    /// Costs a sum (or difference), two terms at a time. It saves nothing.
    pub(crate) fn sum(&mut self, name: &str, terms: &[TracedTensor]) -> TracedTensor {
        let mut sum = terms[0].clone();
        for term in &terms[1..] {
            sum = self.joined(name, "add", &[&sum, term], term.shape.clone(), Cost::default());
        }
        sum
    }

    /// Costs x times one learned number. It saves x for that number's gradient.
    pub(crate) fn scaled(&mut self, name: &str, x: &TracedTensor) -> TracedTensor {
        let cost = Cost { params: 1, ..self.save(x) };
        self.joined(name, "scale", &[x], x.shape.clone(), cost)
    }

    /// Costs x divided by a constant. It saves nothing.
    pub(crate) fn divided(&mut self, name: &str, x: &TracedTensor) -> TracedTensor {
        self.joined(name, "divide", &[x], x.shape.clone(), Cost::default())
    }

    /// Costs an elementwise product. It saves both factors.
    pub(crate) fn product(&mut self, name: &str, a: &TracedTensor, b: &TracedTensor) -> TracedTensor {
        let mut cost = self.save(a);
        cost += self.save(b);
        self.joined(name, "multiply", &[a, b], a.shape.clone(), cost)
    }

    /// Costs a sigmoid. It saves its input.
    pub(crate) fn sigmoid(&mut self, name: &str, x: &TracedTensor) -> TracedTensor {
        let cost = self.save(x);
        self.joined(name, "sigmoid", &[x], x.shape.clone(), cost)
    }

    /// Costs a linear map with bias that keeps the shape: a 1×1 convolution of maps, a linear layer of tokens.
    pub(crate) fn gate(&mut self, name: &str, x: &TracedTensor) -> TracedTensor {
        let features = x.channels();
        if x.is_tokens() {
            return self.linear(name, x, features);
        }
        let y = self.conv(name, x, Conv::new(features, features, 1));
        self.bias(name, features);
        y
    }

    /// Costs one operation of a join.
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
