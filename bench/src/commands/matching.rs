//! Runs `skipbench match`: finds members of a family at a reference's budget.

use std::process::ExitCode;

use anyhow::{Result, ensure};
use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use serde_json::json;
use skipbench_models::matching::{Budget, Candidate, Query, search};
use skipbench_models::{Cost, Family, Fixed, Images, catalog};
use skipbench_reports::analyses::quantity::format_number_of;

use super::{ImageArgs, format_count, format_table, print, print_json};

/// Arguments of `match`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  skipbench match resnet56 --family densenet-bc --budget macs")]
pub(crate) struct MatchArgs {
    /// The network whose cost the others must match.
    reference: String,
    /// The family to search.
    #[arg(long, value_parser = one_of(Family::ALL, Family::word))]
    family: Family,
    /// The cost that must be equal. Repeat it to match two costs at once.
    #[arg(long, required = true, value_parser = one_of(Budget::ALL, Budget::word))]
    budget: Vec<Budget>,
    /// The largest difference that counts as equal.
    #[arg(long, value_name = "PERCENT", default_value_t = 2.0)]
    tolerance_percent: f64,
    /// Only this depth.
    #[arg(long)]
    depth: Option<usize>,
    /// Only this width.
    #[arg(long)]
    width: Option<usize>,
    /// Only this growth rate.
    #[arg(long)]
    growth: Option<usize>,
    /// Only this compression.
    #[arg(long)]
    compression: Option<f64>,
    #[command(flatten)]
    images: ImageArgs,
    /// Candidates to print.
    #[arg(long, default_value_t = 10)]
    most: usize,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// Reads one of `all`, each called by its `word`; help lists the words.
fn one_of<T: Copy + Send + Sync + 'static, const N: usize>(
    all: [T; N],
    word: fn(T) -> &'static str,
) -> impl TypedValueParser<Value = T> {
    let find = move |given: String| all.into_iter().find(|value| word(*value) == given);
    PossibleValuesParser::new(all.map(word)).map(move |given| find(given).expect("the parser lets only these through"))
}

pub(crate) fn run(arguments: &MatchArgs) -> Result<ExitCode> {
    let tolerance = arguments.tolerance_percent;
    ensure!(tolerance.is_finite() && tolerance >= 0.0, "--tolerance-percent {tolerance}: a number from 0 up is needed");
    let reference = catalog::find(&arguments.reference)?;
    let usual = catalog::entry_of(&reference).map_or(Images::CIFAR10, |entry| entry.images);
    let images = arguments.images.or(usual);
    let target = reference.cost(images)?;
    let MatchArgs { depth, width, growth, compression, .. } = *arguments;
    let query = Query {
        fixed: Fixed { depth, width, growth, compression },
        tolerance: tolerance / 100.0,
        ..Query::new(arguments.family, arguments.budget.clone())
    };
    let found = search(&reference, images, &query)?;
    let shown = &found[..found.len().min(arguments.most)];
    if arguments.json {
        let value = |candidate: &Candidate| json!({"name": catalog::name(&candidate.spec), "spec": candidate.spec, "cost": candidate.cost, "error": candidate.error});
        print_json(&shown.iter().map(value).collect::<Vec<_>>())?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut rows = vec![row(&catalog::name(&reference), &target, &target)];
    rows.extend(shown.iter().map(|candidate| row(&catalog::name(&candidate.spec), &candidate.cost, &target)));
    print(&format_table(&["model", "parameters", "error", "MACs", "error", "activation bytes", "error"], rows, 1))?;
    print(&format!(
        "{} within {tolerance} % of {} on images of {images}; the nearest in depth come first.\n",
        format_number_of(found.len(), "member"),
        catalog::name(&reference)
    ))?;
    Ok(ExitCode::SUCCESS)
}

fn row(name: &str, cost: &Cost, target: &Cost) -> Vec<String> {
    let mut row = vec![name.to_owned()];
    for budget in Budget::ALL {
        row.push(format_count(budget.of(cost)));
        row.push(format!("{:+.2} %", budget.error(cost, target) * 100.0));
    }
    row
}
