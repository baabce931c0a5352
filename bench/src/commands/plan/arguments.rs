//! What `skipbench plan` takes.

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;

use super::engine::Engine;
use crate::commands::quantity;
use crate::commands::run::Selection;
use crate::run::request::Request;
use crate::suite::check::MOST_SETS;

/// Arguments of `plan`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    skipbench plan mine.toml\n  \
    \x20   every cell, its identity, expected seconds and memory\n  \
    skipbench plan mine.toml --shards 40\n  \
    \x20   and which of forty shares it is of\n  \
    skipbench plan mine.toml --shards 40 --for slurm | bash\n  \
    \x20   an array of forty jobs, and one that merges\n  \
    skipbench plan quick --against results/quick\n  \
    \x20   what was expected beside what was measured")]
pub(crate) struct PlanArgs {
    /// A built-in suite (`skipbench suites`) or a TOML file.
    #[arg(default_value = "quick")]
    pub(super) suite: String,
    /// Cut the plan into so many shares. Every machine cuts it alike.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub(super) shards: Option<u16>,
    /// Print a script or manifest that starts the shares and merges them.
    #[arg(long = "for", value_name = "ENGINE", value_enum, conflicts_with_all = ["json", "against"])]
    pub(super) engine: Option<Engine>,
    /// Where the script's shares write, each into a folder of its own. Default: results/SUITE.
    #[arg(long, value_name = "DIR", requires = "engine")]
    pub(super) out: Option<PathBuf>,
    /// Hold what is expected against the rows of this run.
    #[arg(long, value_name = "RUN", conflicts_with = "shards")]
    pub(super) against: Option<PathBuf>,
    /// Multiply-accumulates that a thread does per second, such as 10G, by which seconds are expected. Shares are cut
    /// by the default, 10G, whatever is given here.
    #[arg(long, value_name = "RATE", value_parser = rate)]
    pub(super) rate: Option<f64>,
    /// As `run --aa`.
    #[arg(long)]
    pub(super) aa: bool,
    /// As `run --sets`.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=MOST_SETS))]
    pub(super) sets: Option<u64>,
    #[command(flatten)]
    pub(super) selection: Selection,
    /// As JSON.
    #[arg(long)]
    pub(super) json: bool,
}

impl PlanArgs {
    /// What they ask for: cells can be planned before a published data set is here.
    pub(super) fn request(&self) -> Result<Request> {
        let list = self.engine.is_none();
        Ok(Request { aa: self.aa, sets: self.sets, ..self.selection.request(&self.suite, list)? })
    }
}

fn rate(word: &str) -> Result<f64, String> {
    let rate = quantity::count(word).filter(|rate| *rate >= 1.0);
    rate.ok_or_else(|| "multiply-accumulates per second are needed, such as 10G".to_owned())
}
