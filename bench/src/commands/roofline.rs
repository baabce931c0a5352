//! Runs `skipbench roofline`: compares the times of finished runs with the ceilings that their machine showed in the
//! same processes.

use std::process::ExitCode;

use anyhow::{Result, ensure};
use clap::Args;
use skipbench_reports::analyses::{self, group::Origin};
use skipbench_reports::table::{format_origins, roofs};

use super::Form;
use super::rows::RunDirs;

/// Arguments of `roofline`.
#[derive(Debug, Args)]
pub(crate) struct RooflineArgs {
    #[command(flatten)]
    runs: RunDirs,
    #[command(flatten)]
    form: Form,
}

pub(crate) fn run(arguments: &RooflineArgs) -> Result<ExitCode> {
    let (runs, _) = arguments.runs.runs()?;
    let (found, origins) = (analyses::roofline::roofs(&runs), Origin::all(&runs));
    ensure!(
        !found.is_empty(),
        "no timed cell in f32 with its machine's ceilings: the bytes that half precision moves are not counted; run a suite with train-step, train-epoch, infer or latency"
    );
    arguments.form.print(&found, |format| roofs(&found).format_titled(format) + &format_origins(&origins, format))?;
    Ok(ExitCode::SUCCESS)
}
