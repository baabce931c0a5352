//! `skipbench match`: members of a family at a reference's budget.

use std::process::ExitCode;

use anyhow::{Result, ensure};
use serde_json::json;
use skipbench_models::matching::{Budget, Candidate, Query, search};
use skipbench_models::{Cost, Fixed, Images, catalog};

use super::{grouped, print, print_json, table};
use crate::cli::MatchArgs;

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
    print(&table(&["model", "parameters", "error", "MACs", "error", "activation bytes", "error"], rows, 1))?;
    print(&format!(
        "{} member(s) within {tolerance} % of {} on images of {images}; the nearest in depth come first.\n",
        found.len(),
        catalog::name(&reference)
    ))?;
    Ok(ExitCode::SUCCESS)
}

fn row(name: &str, cost: &Cost, target: &Cost) -> Vec<String> {
    let mut row = vec![name.to_owned()];
    for budget in Budget::ALL {
        row.push(grouped(budget.of(cost)));
        row.push(format!("{:+.2} %", budget.error(cost, target) * 100.0));
    }
    row
}
