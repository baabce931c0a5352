//! Runs `skipbench rank`: ranks over all groups.

use std::process::ExitCode;

use anyhow::{Result, ensure};
use clap::Args;
use skipbench_reports::analyses::group::group;
use skipbench_reports::analyses::rank::{By, rankings, rows};
use skipbench_reports::table;

use super::Form;
use super::rows::RunDirs;

/// Arguments of `rank`.
#[derive(Debug, Args)]
pub(crate) struct RankArgs {
    #[command(flatten)]
    runs: RunDirs,
    /// What is ranked.
    #[arg(long, value_enum, default_value_t)]
    by: Ranked,
    #[command(flatten)]
    form: Form,
}

#[derive(Debug, Clone, Copy, Default, clap::ValueEnum)]
enum Ranked {
    /// Skip styles: none, add and concat. Transformers are ranked apart.
    #[default]
    Style,
    /// Families.
    Family,
    /// Single networks.
    Model,
}

pub(crate) fn run(arguments: &RankArgs) -> Result<ExitCode> {
    let by = match arguments.by {
        Ranked::Style => By::Style,
        Ranked::Family => By::Family,
        Ranked::Model => By::Model,
    };
    let ranked = rankings(&group(&arguments.runs.runs()?.0), by);
    ensure!(
        !ranked.is_empty(),
        "nothing to rank: no two were measured in every group; try --by style, --by family or --by model, or name runs of one suite"
    );
    arguments.form.print(&rows(&ranked, by), |format| table::rankings(&ranked).format_titled(format))?;
    Ok(ExitCode::SUCCESS)
}
