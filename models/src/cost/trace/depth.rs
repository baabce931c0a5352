//! Costs what only the joins of Transformers have: attention over depth, and values of two blocks.

use super::tensor::F32;
use super::{CostTrace, TracedTensor};
use crate::cost::Cost;

impl CostTrace {
    /// Costs softmax attention of each position over `past`, with one learned query and the tensors as keys and values.
    /// Both products count as MACs, as attention's do. It saves `past` and, for each position, a few numbers of each of
    /// them.
    pub(crate) fn depth_attention(&mut self, name: &str, past: &[TracedTensor]) -> TracedTensor {
        let answers: Vec<TracedTensor> =
            past.iter().enumerate().map(|(index, x)| self.answer(name, x, index == 0)).collect();
        let shares = self.shares(name, &answers);
        let terms: Vec<TracedTensor> = past.iter().map(|x| self.share(name, x, &shares)).collect();
        let mut sum = terms[0].clone();
        for term in &terms[1..] {
            sum = self.joined(name, "", &[&sum, term], term.shape.clone(), Cost::default());
        }
        sum
    }

    /// Costs `q·v/rms(v)`, which saves v, the mean square, its root and `q·v`. The first one counts the query's
    /// parameters.
    fn answer(&mut self, name: &str, x: &TracedTensor, first: bool) -> TracedTensor {
        let each = position(x, 1);
        let square = self.joined(name, if first { "attend" } else { "" }, &[x, x], x.shape.clone(), Cost::default());
        let mean = self.joined(name, "", &[&square], each.clone(), Cost::default());
        let shifted = self.joined(name, "", &[&mean], each.clone(), Cost::default());
        let saved = self.save(&shifted);
        let root = self.joined(name, "", &[&shifted], each.clone(), saved);
        let params = if first { x.channels() as u64 } else { 0 };
        let cost = Cost { params, macs: x.elements(), ..self.save(x) };
        let product = self.joined(name, "", &[x], x.shape.clone(), cost);
        let dot = self.joined(name, "", &[&product], each.clone(), Cost::default());
        let mut saved = self.save(&dot);
        saved += self.save(&root);
        self.joined(name, "", &[&dot, &root], each, saved)
    }

    /// Costs the softmax of the answers, which saves what attention's softmax does: three tensors of its size.
    fn shares(&mut self, name: &str, answers: &[TracedTensor]) -> TracedTensor {
        let shape = position(&answers[0], answers.len());
        let inputs: Vec<&TracedTensor> = answers.iter().collect();
        let all = self.joined(name, "", &inputs, shape.clone(), Cost::default());
        let bytes = all.elements() * F32;
        let within = Cost { activation_bytes: 2 * bytes, traffic_bytes: 4 * bytes, ..Cost::default() };
        self.joined(name, "", &[&all], shape, Cost { saved_bytes: 3 * bytes, join_bytes: 4 * bytes, ..within })
    }

    /// Costs the product of x and its share, a number for each position.
    fn share(&mut self, name: &str, x: &TracedTensor, shares: &TracedTensor) -> TracedTensor {
        let share = TracedTensor { id: shares.id, shape: position(shares, 1) };
        let cost = Cost { macs: x.elements(), ..self.save(x) };
        self.joined(name, "", &[x, &share], x.shape.clone(), cost)
    }

    /// Costs `a·V_1 + b·V` with two learned numbers, where V is a third of `qkv`. It saves the result, since attention
    /// does: by itself, or beside queries and keys if attention reads all three from one tensor. V_1 and V are parts of
    /// tensors that are saved anyway.
    pub(crate) fn value_mix(&mut self, name: &str, qkv: &TracedTensor) {
        let values = self.value(vec![qkv.shape[0], qkv.shape[1] / 3]);
        let scaled = [(); 2].map(|()| {
            let cost = Cost { params: 1, ..Cost::default() };
            self.joined(name, "scale", &[&values], values.shape.clone(), cost)
        });
        let result = if self.execution.kernels.is_native() { qkv.bytes() } else { values.bytes() };
        let saved = Cost { saved_bytes: result, ..Cost::default() };
        self.joined(name, "add", &[&scaled[0], &scaled[1]], values.shape.clone(), saved);
    }
}

/// Returns the shape of `count` numbers for each position.
fn position(x: &TracedTensor, count: usize) -> Vec<usize> {
    let mut shape = x.shape.clone();
    shape[x.features_axis()] = count;
    shape
}
