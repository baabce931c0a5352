//! Runs `skipbench compare`: the comparison of finished runs, from their rows alone, with their sweeps.

use std::process::ExitCode;

use anyhow::Result;
use clap::Args;
use skipbench_reports::analyses::compare::rows;
use skipbench_reports::report::Compared;
use skipbench_reports::table::{self, Format};

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
    let (runs, superseded) = arguments.runs.runs()?;
    let compared = Compared::new(&runs, superseded);
    // Of a large run the rows are most of what is in memory; nothing below needs them.
    drop(runs);
    arguments.form.print(&rows(&compared.comparisons), |format| text(&compared, format))?;
    Ok(ExitCode::SUCCESS)
}

/// Formats comparisons, sweeps and notes for people.
pub(crate) fn text(report: &Compared, format: Format) -> String {
    let mut text = String::new();
    if !report.comparisons.is_empty() {
        text.push_str(&table::format_comparisons(&report.comparisons, format));
    }
    if !report.curves.is_empty() {
        text.push_str(&table::curves(&report.curves).format_titled(format));
        text.push_str(&table::format_origins(&report.origins, format));
    }
    text + &table::format_notes(&report.notes, format)
}
