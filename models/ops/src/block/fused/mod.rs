//! Computes a stage by this crate's kernels. Its features are written once, and every layer reads them where they are.
//! The statistics of a channel are computed once, not by every layer that normalizes it. The terms that its gradient
//! owes to them are also computed once.

mod backward;
mod forward;
mod step;

use burn::backend::Flex;
use burn::backend::flex::FlexTensor;
use burn::tensor::DType;

use super::extension::StageKernels;
use super::generic;
use super::stage::{Stage, StageOutput};
use crate::slices::{dense, dims, whole};
use crate::{Conv, Engine};

impl StageKernels for Flex {
    fn stage(
        x: FlexTensor,
        parameters: FlexTensor,
        statistics: Option<FlexTensor>,
        stage: &Stage,
    ) -> StageOutput<Self> {
        if !applies(&x, stage) {
            return generic::forward(x, parameters, statistics, stage);
        }
        let (x, parameters) = (dense(x), dense(parameters));
        match statistics {
            Some(statistics) => forward::infer(&x, &parameters, dense(statistics), stage),
            None => forward::train(&x, &parameters, stage),
        }
    }

    fn stage_backward(
        done: StageOutput<Self>,
        parameters: FlexTensor,
        gradient: FlexTensor,
        stage: &Stage,
    ) -> [FlexTensor; 2] {
        if !applies(&done.features, stage) {
            return generic::backward(done, parameters, gradient, stage);
        }
        backward::backward(done, &dense(parameters), whole(gradient), stage)
    }
}

/// Returns whether this crate's kernels are wanted and can compute the stage.
fn applies(x: &FlexTensor, stage: &Stage) -> bool {
    if stage.engine == Engine::Burn || x.dtype() != DType::F32 {
        return false;
    }
    let [batch, _, height, width] = dims(x);
    let can = |conv: &Conv| {
        let shape = conv.on(batch, [height, width]);
        shape.supported() && [shape.out_height(), shape.out_width()] == [height, width]
    };
    stage.layers.iter().all(|convs| !convs.is_empty() && convs.iter().all(can))
}
