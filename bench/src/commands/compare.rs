//! `skipbench compare`: the comparison of finished runs, from their rows alone; with it their sweeps.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Result, ensure};
use clap::Args;
use skipbench_reports::compare::{Comparison, compare, rows};
use skipbench_reports::group::{Origin, group};
use skipbench_reports::notes::notes;
use skipbench_reports::record::Status;
use skipbench_reports::roofline::{Roof, roofs};
use skipbench_reports::scaling::{Curve, curves};
use skipbench_reports::store;
use skipbench_reports::table::{self, Style};

use super::Form;

/// Arguments of `compare`.
#[derive(Debug, Args)]
pub(crate) struct CompareArgs {
    /// Directories of runs.
    #[arg(required = true)]
    dirs: Vec<PathBuf>,
    #[command(flatten)]
    form: Form,
}

pub(crate) fn run(arguments: &CompareArgs) -> Result<ExitCode> {
    let report = read(&arguments.dirs)?;
    arguments.form.print(&rows(&report.comparisons), |style| text(&report, style))?;
    Ok(ExitCode::SUCCESS)
}

/// Everything that rows say.
pub(crate) struct Report {
    /// Matched groups.
    pub(crate) comparisons: Vec<Comparison>,
    /// Sweeps.
    pub(crate) curves: Vec<Curve>,
    /// Times against ceilings.
    pub(crate) roofs: Vec<Roof>,
    /// Where they come from.
    pub(crate) origins: Vec<(String, Origin)>,
    /// What to know before believing them.
    pub(crate) notes: Vec<String>,
    /// Cells that could not be measured.
    pub(crate) broken: usize,
}

/// Reads the rows of several runs.
pub(crate) fn read(dirs: &[PathBuf]) -> Result<Report> {
    let mut runs = Vec::new();
    for dir in dirs {
        runs.extend(store::read(dir)?);
    }
    ensure!(!runs.is_empty(), "no rows yet: the run has not finished a cell");
    Ok(Report {
        comparisons: compare(&group(&runs)),
        curves: curves(&runs),
        roofs: roofs(&runs),
        origins: Origin::all(&runs),
        notes: notes(&runs),
        broken: runs.iter().filter(|run| run.row.status != Status::Ok).count(),
    })
}

/// Comparisons, sweeps and notes for people.
pub(crate) fn text(report: &Report, style: Style) -> String {
    let mut text = String::new();
    if !report.comparisons.is_empty() {
        text.push_str(&table::comparisons(&report.comparisons, style));
    }
    if !report.curves.is_empty() {
        text.push_str(&table::curves(&report.curves, style));
        text.push_str(&table::origins(&report.origins));
    }
    text + &table::notes(&report.notes, style)
}
