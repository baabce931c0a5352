//! `skipbench weights`: weights from PyTorch and back, one file an action.

mod check;
mod convert;
mod evaluate;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use burn::tensor::Device;
use clap::{Args, Subcommand};
use skipbench_models::{Images, Model, ModelSpec, catalog};

use super::{ImageArgs, format_count, format_table, note, print, print_json};
use crate::device::{self, Choice};
use crate::weights::Loaded;

/// Commands on weights.
#[derive(Debug, Subcommand)]
pub(crate) enum WeightsCommand {
    /// Turn weights from PyTorch (any file of torch.save or .safetensors) into a checkpoint of ours (.bpk).
    Import(convert::ImportArgs),
    /// Turn a checkpoint of ours, or fresh weights, into a file for PyTorch (.safetensors, .pt, .pth).
    Export(convert::ExportArgs),
    /// Show tensor by tensor whether a file fits a network, and whether the network computes what PyTorch did.
    Check(check::CheckArgs),
    /// Count the test images that a network with these weights classifies rightly.
    Evaluate(evaluate::EvaluateArgs),
}

/// The network whose weights they are.
#[derive(Debug, Args)]
struct Target {
    /// The network: a published name, or a description such as densenet-bc-22-26.
    #[arg(long, value_name = "NAME")]
    model: String,
    #[command(flatten)]
    images: ImageArgs,
}

impl Target {
    fn spec(&self) -> Result<ModelSpec> {
        Ok(catalog::find(&self.model)?)
    }

    /// What was given of the images' shape, else what the network was published for, else CIFAR-10's.
    fn images(&self, spec: &ModelSpec) -> Images {
        self.images.or(catalog::entry_of(spec).map_or(Images::CIFAR10, |entry| entry.images))
    }

    /// The network with weights drawn from `seed`.
    fn build(&self, seed: u64, device: &Device) -> Result<(ModelSpec, Images, Model)> {
        let spec = self.spec()?;
        let images = self.images(&spec);
        let model = spec.init(images, seed, device)?;
        Ok((spec, images, model))
    }
}

/// Where to compute.
#[derive(Debug, Args)]
struct DeviceArgs {
    /// auto, flex, wgpu, vulkan, metal, cuda or rocm, with :INDEX for another than the first.
    #[arg(long, default_value = "flex")]
    device: String,
}

impl DeviceArgs {
    fn open(&self) -> Result<Device> {
        let id = match self.device.parse::<Choice>()? {
            Choice::Exact(id) => id,
            Choice::Auto => device::automatic(&device::list()).map(|found| found.id).ok_or_else(none)?,
        };
        Ok(device::open(id)?)
    }
}

fn none() -> anyhow::Error {
    anyhow::anyhow!("this machine shows no device that this build can use; `skipbench devices` lists them")
}

pub(crate) fn run(command: &WeightsCommand) -> Result<ExitCode> {
    match command {
        WeightsCommand::Import(arguments) => convert::import(arguments),
        WeightsCommand::Export(arguments) => convert::export(arguments),
        WeightsCommand::Check(arguments) => check::run(arguments),
        WeightsCommand::Evaluate(arguments) => evaluate::run(arguments),
    }
}

/// The file of weights that a command reads.
#[derive(Debug, Args)]
struct Weights {
    /// The weights: a file of torch.save under any name, .safetensors or .bpk.
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

/// What was loaded; what is worth telling of its file goes to standard error.
fn loaded<N>(loaded: Loaded<N>) -> N {
    note(&loaded.notes);
    loaded.model
}
