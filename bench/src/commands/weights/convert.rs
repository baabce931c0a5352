use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Result, ensure};
use clap::Args;
use serde_json::json;
use skipbench_models::{Model, Network, State};

use super::arguments::{DeviceArgs, Target, Weights, loaded};
use crate::commands::{format_count, print, print_json};
use crate::files::weights::{self, Format};

/// Arguments of `weights import`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  skipbench weights import resnet50.pth --model resnet50 --out resnet50.bpk")]
pub(crate) struct ImportArgs {
    #[command(flatten)]
    weights: Weights,
    #[command(flatten)]
    target: Target,
    #[command(flatten)]
    written: Written,
}

/// Arguments of `weights export`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    skipbench weights export resnet20.bpk --model resnet20 --out resnet20.pth\n  \
    skipbench weights export --seed 1 --model resnet20 --out fresh.safetensors")]
pub(crate) struct ExportArgs {
    /// The weights: .bpk, or a file of PyTorch's to be written in another form.
    #[arg(value_name = "FILE", required_unless_present = "seed")]
    file: Option<PathBuf>,
    /// Fresh weights of this seed instead of a file's.
    #[arg(long, conflicts_with = "file")]
    seed: Option<u64>,
    #[command(flatten)]
    target: Target,
    #[command(flatten)]
    written: Written,
}

/// What is written.
#[derive(Debug, Args)]
struct Written {
    /// The file to write. It must not exist yet.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

pub(super) fn import(arguments: &ImportArgs) -> Result<ExitCode> {
    let (out, file) = (&arguments.written.out, &arguments.weights.file);
    ensure!(Format::of_ending(out)? == Format::Burnpack, "{}: a checkpoint of skipbench ends in .bpk", out.display());
    let (spec, _, model) = arguments.target.build(0, &cpu()?)?;
    let model = loaded(weights::load(file, &spec, model)?);
    weights::save(out, &spec, &model)?;
    arguments.written.show(&arguments.target, &model)
}

pub(super) fn export(arguments: &ExportArgs) -> Result<ExitCode> {
    let out = &arguments.written.out;
    let ours = Format::of_ending(out)? == Format::Burnpack;
    ensure!(!ours, "{}: a file for PyTorch ends in .safetensors, .pt or .pth", out.display());
    let (spec, _, model) = arguments.target.build(arguments.seed.unwrap_or_default(), &cpu()?)?;
    let model = match &arguments.file {
        Some(file) => loaded(weights::load(file, &spec, model)?),
        None => model,
    };
    weights::save(out, &spec, &model)?;
    arguments.written.show(&arguments.target, &model)
}

/// Returns a device. Nothing is computed, so any will do.
fn cpu() -> Result<burn::tensor::Device> {
    DeviceArgs { device: "auto".to_owned() }.open()
}

impl Written {
    fn show(&self, target: &Target, model: &Model) -> Result<ExitCode> {
        let (tensors, params) = (State::of(model).len(), model.count_trainable());
        let (name, out) = (&target.model, self.out.display());
        if self.json {
            print_json(&json!({"model": name, "tensors": tensors, "params": params, "file": self.out}))?;
        } else {
            print(&format!("{name}: {tensors} tensors, {} parameters -> {out}\n", format_count(params)))?;
        }
        Ok(ExitCode::SUCCESS)
    }
}
