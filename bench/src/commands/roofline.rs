//! `skipbench roofline`: the times of finished runs against the ceilings that their machine showed in the same processes.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Result, ensure};
use clap::Args;
use skipbench_reports::table::{origins, roofs};

use super::{Form, compare};

/// Arguments of `roofline`.
#[derive(Debug, Args)]
pub(crate) struct RooflineArgs {
    /// Directories of runs.
    #[arg(required = true)]
    dirs: Vec<PathBuf>,
    #[command(flatten)]
    form: Form,
}

pub(crate) fn run(arguments: &RooflineArgs) -> Result<ExitCode> {
    let report = compare::read(&arguments.dirs)?;
    let (found, origins) = (report.roofs, origins(&report.origins));
    ensure!(
        !found.is_empty(),
        "no timed cell in f32 with its machine's ceilings: the bytes that half precision moves are not counted; run a suite with train-step, train-epoch, infer or latency"
    );
    arguments.form.print(&found, |style| roofs(&found, style) + &origins)?;
    Ok(ExitCode::SUCCESS)
}
