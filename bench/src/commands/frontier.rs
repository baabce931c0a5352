//! Runs `skipbench frontier`: the Pareto frontier of accuracy and a cost.

use std::process::ExitCode;

use anyhow::{Result, anyhow, bail, ensure};
use clap::Args;
use skipbench_reports::analyses::frontier::{COSTS, Frontier, frontiers, rows};
use skipbench_reports::analyses::group::group;
use skipbench_reports::analyses::metric::Metric;
use skipbench_reports::table;

use super::Form;
use super::quantity::quantity;
use super::rows::RunDirs;

/// Arguments of `frontier`.
#[derive(Debug, Args)]
pub(crate) struct FrontierArgs {
    #[command(flatten)]
    runs: RunDirs,
    /// The cost: train_images_per_s, infer_images_per_s, latency_ns_p50, time_to_accuracy_ns, train_peak_bytes,
    /// infer_peak_bytes, params or macs. Default: every one that was measured.
    #[arg(long, value_parser = cost)]
    cost: Option<Metric>,
    /// Only networks within this budget, such as 300k (params), 20MiB (memory) or 500 (at least, images/s).
    #[arg(long, requires = "cost")]
    budget: Option<String>,
    #[command(flatten)]
    form: Form,
}

fn cost(word: &str) -> Result<Metric, String> {
    let known = COSTS.iter().copied().find(|cost| cost.word() == word);
    known.ok_or_else(|| format!("a cost is one of {}", COSTS.map(Metric::word).join(", ")))
}

impl FrontierArgs {
    /// Returns the budget in the unit of the cost.
    fn budget(&self) -> Result<Option<f64>> {
        let Some((cost, budget)) = self.cost.zip(self.budget.as_ref()) else { return Ok(None) };
        let read = quantity(cost, budget).map_err(|error| anyhow!("--budget {budget}: {} {error}", cost.word()))?;
        Ok(Some(read))
    }
}

pub(crate) fn run(arguments: &FrontierArgs) -> Result<ExitCode> {
    let budget = arguments.budget()?;
    let wanted = |frontier: &Frontier| arguments.cost.is_none_or(|cost| frontier.cost == cost);
    let mut frontiers = frontiers(&group(&arguments.runs.runs()?.0));
    frontiers.retain(wanted);
    ensure!(
        !frontiers.is_empty(),
        "no two networks of these runs have both a test accuracy and that cost; a run has both from the tasks `train` and, \
         say, `train-step`"
    );
    if let Some(budget) = budget {
        let keeps = |cost: Metric, value: f64| if cost.more_is_better() { value >= budget } else { value <= budget };
        frontiers.iter_mut().for_each(|one| one.points.retain(|point| keeps(one.cost, point.cost.value)));
        frontiers.retain(|one| !one.points.is_empty());
        if frontiers.is_empty() {
            bail!("no measured network is within that budget; without --budget all are listed");
        }
    }
    let text = |format| frontiers.iter().map(|one| table::frontier(one).format_titled(format)).collect();
    arguments.form.print(&rows(&frontiers), text)?;
    Ok(ExitCode::SUCCESS)
}
