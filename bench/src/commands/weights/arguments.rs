//! Defines arguments that several of these commands take.

use std::path::PathBuf;

use anyhow::Result;
use burn::tensor::Device;
use clap::Args;
use skipbench_models::{Images, Model, ModelSpec, catalog};

use crate::commands::{ImageArgs, note};
use crate::device::{self, Choice};
use crate::files::weights::Loaded;

/// The network whose weights they are.
#[derive(Debug, Args)]
pub(super) struct Target {
    /// The network: a published name, or a description such as densenet-bc-22-26.
    #[arg(long, value_name = "NAME")]
    pub(super) model: String,
    #[command(flatten)]
    images: ImageArgs,
}

impl Target {
    fn spec(&self) -> Result<ModelSpec> {
        Ok(catalog::find(&self.model)?)
    }

    /// Returns the images' shape: what was given, or what the network was published for, or else CIFAR-10's.
    fn images(&self, spec: &ModelSpec) -> Images {
        self.images.or(catalog::entry_of(spec).map_or(Images::CIFAR10, |entry| entry.images))
    }

    /// Builds the network with weights drawn from `seed`.
    pub(super) fn build(&self, seed: u64, device: &Device) -> Result<(ModelSpec, Images, Model)> {
        let spec = self.spec()?;
        let images = self.images(&spec);
        let model = spec.init(images, seed, device)?;
        Ok((spec, images, model))
    }
}

/// Where to compute.
#[derive(Debug, Args)]
pub(super) struct DeviceArgs {
    /// auto, flex, wgpu, vulkan, metal, cuda or rocm, with :INDEX for another than the first.
    #[arg(long, default_value = "flex")]
    pub(super) device: String,
}

impl DeviceArgs {
    pub(super) fn open(&self) -> Result<Device> {
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

/// The file of weights that a command reads.
#[derive(Debug, Args)]
pub(super) struct Weights {
    /// The weights: a file of torch.save under any name, .safetensors or .bpk.
    #[arg(value_name = "FILE")]
    pub(super) file: PathBuf,
}

/// Returns what was loaded. Notes about its file go to standard error.
pub(super) fn loaded<N>(loaded: Loaded<N>) -> N {
    note(&loaded.notes);
    loaded.model
}
