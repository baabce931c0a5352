//! Measures what a trained network's blocks are for (`reuse`). It trains by the recipe, then tests the damaged network.
//!
//! `lesion_correct` and `swap_correct` (index: block) count the test images classified correctly with that block's
//! branch left out, or with it and the next in each other's place (Veit et al. 2016, arXiv:1605.06431, §4). A lesion
//! that the shapes forbid has no sample. `effective_rank` (index: block) is that of what leaves the block, with pixels
//! of all images as rows. `weight_use` (index: stage·10000 + layer·100 + source), for dense blocks, is the mean |w| of
//! the layer's first convolution over the channels of a source: 0 is the block's input, s is layer s (Huang et al.
//! 2016, arXiv:1608.06993, Fig. 5). The intact test is `test_correct`.

use anyhow::Result;
use burn::module::{Module, Param};
use burn::tensor::Tensor;
use skipbench_models::probe::{BranchPosition, LesionKind, Probe, ProbePoint, features};
use skipbench_models::{Model, Skip};
use skipbench_reports::rows::series::{self, WeightUse};

use super::look::report_progress;
use super::rank::effective_rank;
use super::sample::sample;
use crate::cell::Sample;
use crate::files::data::Batches;
use crate::tasks::checkpoint::Checkpoints;
use crate::tasks::interface::{Report, TaskResult};
use crate::tasks::setup::Setup;
use crate::tasks::train;

/// Number of images whose features have their effective rank computed.
const RANKED: usize = 256;

pub(super) fn run(setup: &Setup, checkpoints: Option<Checkpoints>, report: &mut Report) -> TaskResult {
    let (model, measured, mut samples) = train::fit::<Model>(setup, checkpoints, report, &train::unwatched)?;
    let model = model.valid();
    samples.extend(lesions(setup, &model, report)?);
    samples.extend(ranks(setup, &model));
    if setup.cell.spec.skip() == Skip::Concat.word() {
        samples.extend(weight_use(setup, &model));
    }
    Ok((measured, samples))
}

fn lesions(setup: &Setup, model: &Model, report: &mut Report) -> Result<Vec<Sample>> {
    let (lesions, batches) = (model.lesions(), Batches::new(&setup.data, setup.recipe().batch));
    let mut samples = Vec::new();
    for (done, mut lesion) in (0..).zip(lesions.iter().copied()) {
        report_progress(report, done, lesions.len() as u64);
        let (correct, _) = train::tested(setup, &batches, |images| model.forward_probed(images, &mut lesion));
        let series = match lesion.kind {
            LesionKind::Delete => series::LESION_CORRECT,
            LesionKind::Swap => series::SWAP_CORRECT,
        };
        samples.extend(sample(series, lesion.number, Some(correct as f64)));
    }
    Ok(samples)
}

/// Holds the effective ranks of what leaves every block.
#[derive(Default)]
struct Ranks(Vec<Option<f64>>);

impl Probe for Ranks {
    fn tensor<const D: usize>(&mut self, point: ProbePoint, x: Tensor<D>) -> Tensor<D> {
        if matches!(point, ProbePoint::Output(_)) {
            self.0.push(effective_rank(features(x.clone())));
        }
        x
    }
}

fn ranks(setup: &Setup, model: &Model) -> Vec<Sample> {
    let batches = Batches::new(&setup.data, RANKED);
    let mut ranks = Ranks::default();
    if let Some(batch) = batches.test().next() {
        let (images, _) = batch.into_tensors(&setup.device.clone().inner());
        model.forward_probed(images, &mut ranks);
    }
    (1..).zip(&ranks.0).filter_map(|(block, rank)| sample(series::EFFECTIVE_RANK, block, *rank)).collect()
}

/// Holds for every block's first convolution its stage, its place, and the mean |w| of each input channel.
#[derive(Default)]
struct FirstConvolutions(Vec<(usize, usize, Vec<f64>)>);

impl Probe for FirstConvolutions {
    fn weight<const D: usize>(&mut self, point: ProbePoint, weight: &Param<Tensor<D>>) {
        let ProbePoint::Conv(BranchPosition::Block(at), 1) = point else { return };
        let dims = weight.dims();
        let pixels = dims[2..].iter().product();
        let use_of = weight.val().abs().reshape([dims[0], dims[1], pixels]).mean_dim(2).mean_dim(0);
        self.0.push((at.stage, at.block, use_of.into_data().iter::<f64>().collect()));
    }
}

fn weight_use(setup: &Setup, model: &Model) -> Vec<Sample> {
    let (images, _) = Batches::new(&setup.data, 1).fixed().into_tensors(&setup.device.clone().inner());
    let mut convolutions = FirstConvolutions::default();
    model.forward_probed(images, &mut convolutions);
    let mut samples = Vec::new();
    for (stage, layer, channels) in &convolutions.0 {
        // Layer s reads what its sources gave up to there, so source s ends where layer s + 1 begins to read more.
        let ends = convolutions.0.iter().filter(|(other, place, _)| other == stage && place <= layer);
        let mut start = 0;
        for (source, end) in ends.map(|(.., channels)| channels.len()).enumerate() {
            let part = &channels[start..end];
            let mean = part.iter().sum::<f64>() / part.len().max(1) as f64;
            let of = WeightUse { stage: *stage as u64, layer: *layer as u64, source: source as u64 };
            let has_index = of.layer <= WeightUse::MOST_LAYERS;
            samples.extend(sample(series::WEIGHT_USE, of.index() as usize, Some(mean)).filter(|_| has_index));
            start = end;
        }
    }
    samples
}
