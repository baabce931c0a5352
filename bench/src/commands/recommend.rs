//! Runs `skipbench recommend`: recommends a network under limits, from what was measured.

use std::collections::BTreeSet;
use std::process::ExitCode;

use anyhow::{Result, ensure};
use clap::Args;
use skipbench_reports::analyses::group::Group;
use skipbench_reports::analyses::metric::Metric;
use skipbench_reports::analyses::recommend::{Advice, Limit, recommend, rows};
use skipbench_reports::table;

use super::Form;
use super::quantity::quantity;
use super::rows::AnyRunDirs;

/// Arguments of `recommend`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    skipbench recommend --max-memory 2GiB --min-throughput 500 --data cifar10\n  \
    skipbench recommend results/mine --max-params 300k --max-latency 2ms\n\n\
    Only measured networks are recommended: first run those that you consider, on your data and machine. Exit code 1: \
    no measured network keeps the limits.")]
pub(crate) struct RecommendArgs {
    #[command(flatten)]
    runs: AnyRunDirs,
    /// Only rows on this data set.
    #[arg(long)]
    data: Option<String>,
    /// Only rows on this device, such as flex.
    #[arg(long)]
    device: Option<String>,
    /// Most memory that a training step may need at the measured batch, such as 2GiB.
    #[arg(long, value_parser = limit(Metric::TrainMemory), value_name = "BYTES")]
    max_memory: Option<f64>,
    /// Most memory that inference may need.
    #[arg(long, value_parser = limit(Metric::InferMemory), value_name = "BYTES")]
    max_infer_memory: Option<f64>,
    /// Fewest training images per second.
    #[arg(long, value_parser = limit(Metric::TrainThroughput), value_name = "IMAGES")]
    min_throughput: Option<f64>,
    /// Fewest inference images per second.
    #[arg(long, value_parser = limit(Metric::InferThroughput), value_name = "IMAGES")]
    min_infer_throughput: Option<f64>,
    /// Longest median time of one image's inference, such as 2ms.
    #[arg(long, value_parser = limit(Metric::Latency), value_name = "TIME")]
    max_latency: Option<f64>,
    /// Most parameters, such as 300k.
    #[arg(long, value_parser = limit(Metric::Params), value_name = "COUNT")]
    max_params: Option<f64>,
    /// Most multiply-accumulates per image, such as 50M.
    #[arg(long, value_parser = limit(Metric::Macs), value_name = "COUNT")]
    max_macs: Option<f64>,
    /// Least test accuracy, such as 95%.
    #[arg(long, value_parser = limit(Metric::TestAccuracy), value_name = "SHARE")]
    min_accuracy: Option<f64>,
    #[command(flatten)]
    form: Form,
}

/// Returns a reader of the limits of a metric.
fn limit(metric: Metric) -> impl Fn(&str) -> Result<f64, String> + Clone {
    move |word| quantity(metric, word).map_err(|error| format!("it {error}"))
}

impl RecommendArgs {
    fn limits(&self) -> Vec<Limit> {
        let given = [
            (Metric::TrainMemory, self.max_memory),
            (Metric::InferMemory, self.max_infer_memory),
            (Metric::TrainThroughput, self.min_throughput),
            (Metric::InferThroughput, self.min_infer_throughput),
            (Metric::Latency, self.max_latency),
            (Metric::Params, self.max_params),
            (Metric::Macs, self.max_macs),
            (Metric::TestAccuracy, self.min_accuracy),
        ];
        given.into_iter().filter_map(|(metric, bound)| bound.map(|bound| Limit { metric, bound })).collect()
    }

    fn wants(&self, group: &Group) -> bool {
        let is = |given: &Option<String>, found: &str| given.as_deref().is_none_or(|given| given == found);
        is(&self.data, &group.identity.data) && is(&self.device, &group.identity.device)
    }
}

pub(crate) fn run(arguments: &RecommendArgs) -> Result<ExitCode> {
    let mut groups = arguments.runs.report()?.groups;
    let measured = measured(&groups);
    groups.retain(|group| arguments.wants(group));
    let advice = recommend(&groups, &arguments.limits());
    ensure!(
        !advice.is_empty(),
        "no row has a test accuracy on that data and device; rows that have one: {measured}; measure yours with `skipbench run SUITE --data SET`"
    );
    let text = |format| advice.iter().map(|one| table::format_advice(one, format)).collect::<Vec<String>>().join("\n");
    arguments.form.print(&rows(&advice), text)?;
    let fits = |advice: &Advice| !advice.fitting.is_empty();
    Ok(ExitCode::from(u8::from(!advice.iter().any(fits))))
}

/// Describes on what a test accuracy was measured.
fn measured(groups: &[Group]) -> String {
    let has = |group: &&Group| group.members.iter().any(|member| member.mean(Metric::TestAccuracy).is_some());
    let named = |group: &Group| format!("{} on {}", group.identity.data, group.identity.device);
    let names: BTreeSet<String> = groups.iter().filter(has).map(named).collect();
    if names.is_empty() { "none".to_owned() } else { names.into_iter().collect::<Vec<String>>().join(", ") }
}
