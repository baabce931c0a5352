//! `skipbench roofline`: the times of finished runs against the ceilings that their machine showed in the same processes.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Result, ensure};
use clap::Args;
use skipbench_reports::render;
use skipbench_reports::table::{Style, origins, roofs};

use super::{compare, print, print_json};

/// Arguments of `roofline`.
#[derive(Debug, Args)]
pub(crate) struct RooflineArgs {
    /// Directories of runs.
    #[arg(required = true)]
    dirs: Vec<PathBuf>,
    /// As Markdown.
    #[arg(long, group = "form")]
    markdown: bool,
    /// As CSV: the columns of roofline.csv, a line a cell.
    #[arg(long, group = "form")]
    csv: bool,
    /// As JSON.
    #[arg(long, group = "form")]
    json: bool,
}

pub(crate) fn run(arguments: &RooflineArgs) -> Result<ExitCode> {
    let report = compare::read(&arguments.dirs)?;
    let (found, origins) = (report.roofs, origins(&report.origins));
    ensure!(
        !found.is_empty(),
        "no timed cell with its machine's ceilings: run a suite with train-step, infer or latency"
    );
    match (arguments.csv, arguments.json, arguments.markdown) {
        (true, ..) => print(&render::csv(&found)?)?,
        (_, true, _) => print_json(&found)?,
        (.., true) => print(&(roofs(&found, Style::Markdown) + &origins))?,
        _ => print(&(roofs(&found, Style::Terminal) + &origins))?,
    }
    Ok(ExitCode::SUCCESS)
}
