//! `skipbench compare`: the comparison of finished runs, from their rows alone; with it their sweeps.

use std::process::ExitCode;

use anyhow::Result;
use clap::Args;
use skipbench_reports::compare::rows;
use skipbench_reports::report::Report;
use skipbench_reports::table::{self, Style};

use super::Form;
use super::rows::RunDirs;

/// Arguments of `compare`.
#[derive(Debug, Args)]
pub(crate) struct CompareArgs {
    #[command(flatten)]
    runs: RunDirs,
    #[command(flatten)]
    form: Form,
}

pub(crate) fn run(arguments: &CompareArgs) -> Result<ExitCode> {
    let report = arguments.runs.report()?;
    arguments.form.print(&rows(&report.comparisons), |style| text(&report, style))?;
    Ok(ExitCode::SUCCESS)
}

/// Comparisons, sweeps and notes for people.
pub(crate) fn text(report: &Report, style: Style) -> String {
    let mut text = String::new();
    if !report.comparisons.is_empty() {
        text.push_str(&table::comparisons(&report.comparisons, style));
    }
    if !report.curves.is_empty() {
        text.push_str(&table::curves(&report.curves).titled(style));
        text.push_str(&table::origins(&report.origins, style));
    }
    text + &table::notes(&report.notes, style)
}
