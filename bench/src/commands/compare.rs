//! `skipbench compare`: the comparison of finished runs, from their rows alone.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Result, ensure};
use clap::Args;
use skipbench_reports::compare::{Comparison, compare, rows};
use skipbench_reports::group::group;
use skipbench_reports::table::{Style, comparisons};
use skipbench_reports::{render, store};

use super::{print, print_json};

/// Arguments of `compare`.
#[derive(Debug, Args)]
pub(crate) struct CompareArgs {
    /// Directories of runs.
    #[arg(required = true)]
    dirs: Vec<PathBuf>,
    /// As Markdown.
    #[arg(long, group = "form")]
    markdown: bool,
    /// As CSV: the columns of comparison.csv.
    #[arg(long, group = "form")]
    csv: bool,
    /// As JSON.
    #[arg(long, group = "form")]
    json: bool,
}

pub(crate) fn run(arguments: &CompareArgs) -> Result<ExitCode> {
    let compared = read(&arguments.dirs)?;
    match (arguments.csv, arguments.json, arguments.markdown) {
        (true, ..) => print(&render::csv(&rows(&compared))?)?,
        (_, true, _) => print_json(&rows(&compared))?,
        (.., true) => print(&comparisons(&compared, Style::Markdown))?,
        _ => print(&comparisons(&compared, Style::Terminal))?,
    }
    Ok(ExitCode::SUCCESS)
}

/// Compares the rows of several runs.
pub(crate) fn read(dirs: &[PathBuf]) -> Result<Vec<Comparison>> {
    let mut runs = Vec::new();
    for dir in dirs {
        runs.extend(store::read(dir)?);
    }
    ensure!(!runs.is_empty(), "no rows yet: the run has not finished a cell");
    Ok(compare(&group(&runs)))
}
