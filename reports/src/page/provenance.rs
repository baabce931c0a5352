//! Shows where every number comes from: the commands, the machines, and one line for each row.

use maud::{Markup, html};

use crate::analyses::quantity::format_number_of;
use crate::report::Report;
use crate::rows::command;
use crate::rows::record::{RunRow, Status};
use crate::table::{self, Format};

/// Shows the commands that made the rows once each, with where they ran.
pub(super) fn commands(report: &Report) -> Markup {
    let mut commands: Vec<String> =
        report.runs.iter().map(|run| command::format_without_output(&run.row.command)).collect();
    commands.sort_unstable();
    commands.dedup();
    html! {
        @for command in commands { pre { code { (command) } } }
        ul.origins { @for line in table::format_origins(&report.origins, Format::Terminal).lines() { li { (line) } } }
        (recipes(report))
    }
}

/// Shows every recipe once, with the number by which rows refer to it.
fn recipes(report: &Report) -> Markup {
    html! {
        @for (index, recipe) in distinct(report, |row| &row.recipe).iter().enumerate() {
            details {
                summary { "Recipe " (index + 1) }
                pre { code { (recipe) } }
            }
        }
    }
}

fn distinct<'a>(report: &'a Report, of: impl Fn(&'a RunRow) -> &'a str) -> Vec<&'a str> {
    let mut found: Vec<&str> = Vec::new();
    for run in &report.runs {
        let value = of(&run.row);
        if !found.contains(&value) {
            found.push(value);
        }
    }
    found
}

const HEADER: [&str; 16] = [
    "cell", "status", "group", "model", "task", "seed", "round", "set", "data", "device", "threads", "machine",
    "started", "source", "features", "recipe",
];

/// Shows one line for each row, in the order of the files.
pub(super) fn rows(report: &Report) -> Markup {
    let recipes = distinct(report, |row| &row.recipe);
    html! {
        details {
            summary { (format_number_of(report.runs.len(), "row")) }
            div.scroll.rows tabindex="0" role="region" aria-label="Every row" {
                table {
                    thead { tr { @for title in HEADER { th scope="col" { (title) } } } }
                    tbody { @for run in &report.runs { tr { @for cell in format_row(&run.row, &recipes) { td { (cell) } } } } }
                }
            }
        }
    }
}

fn format_row(row: &RunRow, recipes: &[&str]) -> [String; 16] {
    let dirty = if row.git_dirty == Some(true) { "+" } else { "" };
    let revision: String = row.git_revision.chars().take(8).collect();
    let hash: String = row.data_sha256.chars().take(12).collect();
    let source = format!("{} {revision}{dirty}, Burn {}", row.skipbench_version, row.burn_version);
    let status = match row.status {
        Status::Ok => "ok",
        Status::Failed => "failed",
        Status::Crashed => "crashed",
        Status::Timeout => "timeout",
        Status::OutOfMemory => "out of memory",
    };
    let recipe = recipes.iter().position(|recipe| row.recipe == *recipe).map_or(0, |index| index + 1);
    let task = if row.twin { format!("{} (A/A)", row.task) } else { row.task.clone() };
    [
        row.cell.clone(),
        status.to_owned(),
        row.group.clone(),
        row.model.clone(),
        task,
        row.seed.to_string(),
        row.round.to_string(),
        row.set.map_or(String::new(), |set| set.to_string()),
        format!("{} {hash}", row.data),
        row.device.clone(),
        row.threads.to_string(),
        row.host.clone(),
        row.started.chars().take(19).collect(),
        source,
        row.features.clone(),
        recipe.to_string(),
    ]
}
