//! Runs `skipbench diff`: two runs of the same work, over time or over machines.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Result;
use clap::Args;
use skipbench_reports::analyses::diff::{diff, rows};
use skipbench_reports::analyses::group::{Group, group};
use skipbench_reports::table;

use super::Form;
use super::rows::read;

/// Arguments of `diff`.
#[derive(Debug, Args)]
pub(crate) struct DiffArgs {
    /// Directory of the first run.
    before: PathBuf,
    /// Directory of the second run.
    after: PathBuf,
    #[command(flatten)]
    form: Form,
}

pub(crate) fn run(arguments: &DiffArgs) -> Result<ExitCode> {
    let found = diff(&groups(&arguments.before)?, &groups(&arguments.after)?);
    arguments.form.print(&rows(&found), |format| table::format_diff(&found, format))?;
    Ok(ExitCode::SUCCESS)
}

fn groups(dir: &Path) -> Result<Vec<Group>> {
    Ok(group(&read(&[dir.to_owned()])?))
}
