//! Runs `skipbench weights`: weights from PyTorch and back, one file per action.

mod arguments;
mod check;
mod convert;
mod evaluate;

use std::process::ExitCode;

use anyhow::Result;
use clap::Subcommand;

/// Commands on weights.
#[derive(Debug, Subcommand)]
pub(crate) enum WeightsCommand {
    /// Turn weights from PyTorch (any file of torch.save or .safetensors) into a checkpoint of skipbench (.bpk).
    Import(convert::ImportArgs),
    /// Turn a checkpoint of skipbench, or fresh weights, into a file for PyTorch (.safetensors, .pt, .pth).
    Export(convert::ExportArgs),
    /// Show tensor by tensor whether a file fits a network, and whether the network computes what PyTorch did.
    Check(check::CheckArgs),
    /// Count the test images that a network with these weights classifies correctly.
    Evaluate(evaluate::EvaluateArgs),
}

pub(crate) fn run(command: &WeightsCommand) -> Result<ExitCode> {
    match command {
        WeightsCommand::Import(arguments) => convert::import(arguments),
        WeightsCommand::Export(arguments) => convert::export(arguments),
        WeightsCommand::Check(arguments) => check::run(arguments),
        WeightsCommand::Evaluate(arguments) => evaluate::run(arguments),
    }
}
