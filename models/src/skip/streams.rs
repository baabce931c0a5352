//! Hyper-connections: [`Skip::Hyper`](super::Skip::Hyper) and [`Skip::Constrained`](super::Skip::Constrained).
//!
//! A block reads `h = Σ_j r_j·s_j` and leaves `s'_i = Σ_j M_ij·s_j + w_i·F(h)`. All numbers are static: learned, the same for
//! every image. The paper's dynamic ones, computed from the streams, are left out. The streams live in one stage: they start
//! as copies of its input and end as their mean.
//!
//! Free (arXiv:2409.19606, eq. 14): at first M is the identity, w is 1, and block k reads stream k mod n. Constrained
//! (arXiv:2512.24880): r = σ(·), w = 2σ(·), and M is made doubly stochastic by Sinkhorn's steps from exp(·). There r starts
//! a little uneven, σ(2) and σ(−2), whose sum is 1: with even streams every gradient would be even too, and they would never part.
//! Either way all streams begin equal and every block does to each what addition does.

use burn::module::{Module, Param};
use burn::tensor::Tensor;
use burn::tensor::activation::sigmoid;

use super::flow::STREAMS;
use crate::init::Weights;
use crate::tape::{Tape, Value};

/// Sinkhorn's steps. The paper takes 20 for four streams; two streams need fewer.
const SINKHORN: usize = 5;

/// How far apart the constrained form's numbers start.
const START: f32 = 2.0;

/// One block's numbers.
#[derive(Module, Debug)]
pub(crate) struct Streams {
    read: Param<Tensor<1>>,
    write: Param<Tensor<1>>,
    mix: Param<Tensor<2>>,
    constrained: bool,
}

impl Streams {
    /// Block `block` (from 1) of the network.
    pub(crate) fn init(block: usize, constrained: bool, weights: &Weights) -> Self {
        let own = |stream: usize| (block - 1) % STREAMS == stream;
        let pick = |yes: f32, no: f32| move |is: bool| if is { yes } else { no };
        let (reads, write, mixes) = match constrained {
            false => (pick(1.0, 0.0), 1.0, pick(1.0, 0.0)),
            true => (pick(START, -START), 0.0, pick(START, 0.0)),
        };
        let read = (0..STREAMS).map(|stream| reads(own(stream))).collect();
        let mix = (0..STREAMS * STREAMS).map(|cell| mixes(cell / STREAMS == cell % STREAMS)).collect();
        Self {
            read: weights.given(read, [STREAMS]),
            write: weights.given(vec![write; STREAMS], [STREAMS]),
            mix: weights.given(mix, [STREAMS, STREAMS]),
            constrained,
        }
    }

    /// What the branch reads.
    pub(crate) fn read(&self, streams: &[Tensor<4>]) -> Tensor<4> {
        let read = self.read.val();
        let read = if self.constrained { sigmoid(read) } else { read };
        mixed(&read.reshape([1, STREAMS]), 0, streams)
    }

    /// The streams after the branch.
    pub(crate) fn write(&self, streams: &[Tensor<4>], fx: Tensor<4>) -> Vec<Tensor<4>> {
        let (write, mix) = (self.write.val(), self.mix.val());
        let (write, mix) = match self.constrained {
            true => (sigmoid(write).mul_scalar(2.0), doubly_stochastic(mix)),
            false => (write, mix),
        };
        let write = write.reshape([1, STREAMS]);
        (0..STREAMS).map(|row| mixed(&mix, row, streams) + fx.clone() * number(&write, 0, row)).collect()
    }

    pub(crate) fn trace_read(name: &str, streams: &[Value], tape: &mut Tape) -> Value {
        let terms: Vec<Value> = streams.iter().map(|stream| tape.scaled(name, stream)).collect();
        tape.sum(name, &terms)
    }

    pub(crate) fn trace_write(name: &str, streams: &[Value], fx: &Value, tape: &mut Tape) -> Vec<Value> {
        let mut row = || {
            let mut terms: Vec<Value> = streams.iter().map(|stream| tape.scaled(name, stream)).collect();
            terms.push(tape.scaled(name, fx));
            tape.sum(name, &terms)
        };
        streams.iter().map(|_| row()).collect()
    }
}

/// `Σ_j matrix[row, j] · streams[j]`.
fn mixed(matrix: &Tensor<2>, row: usize, streams: &[Tensor<4>]) -> Tensor<4> {
    let terms = streams.iter().enumerate().map(|(column, stream)| stream.clone() * number(matrix, row, column));
    terms.reduce(|sum, term| sum + term).expect("streams are never none")
}

fn number(matrix: &Tensor<2>, row: usize, column: usize) -> Tensor<4> {
    matrix.clone().narrow(0, row, 1).narrow(1, column, 1).reshape([1, 1, 1, 1])
}

/// Sinkhorn and Knopp 1967: columns and rows of exp(·) are brought to sum 1 in turn.
fn doubly_stochastic(logits: Tensor<2>) -> Tensor<2> {
    let mut matrix = logits.exp();
    for _ in 0..SINKHORN {
        matrix = matrix.clone() / matrix.sum_dim(0);
        matrix = matrix.clone() / matrix.sum_dim(1);
    }
    matrix
}

#[cfg(test)]
mod tests {
    use burn::tensor::{Device, TensorData};

    use super::*;

    #[test]
    fn the_mixing_matrix_is_doubly_stochastic_whatever_is_learned() {
        for logits in [[0.0, 0.0, 0.0, 0.0], [2.0, 0.0, 0.0, 2.0], [1.5, -0.5, 0.3, 0.9]] {
            let logits = Tensor::<2>::from_data(TensorData::new(logits.to_vec(), [2, 2]), &Device::flex());
            let matrix = doubly_stochastic(logits).into_data().try_to_vec::<f32>().expect("f32");
            let sums = [matrix[0] + matrix[1], matrix[2] + matrix[3], matrix[0] + matrix[2], matrix[1] + matrix[3]];
            assert!(sums.iter().all(|sum| (sum - 1.0).abs() < 1e-3), "{matrix:?}");
            assert!(matrix.iter().all(|entry| *entry > 0.0));
        }
    }
}
