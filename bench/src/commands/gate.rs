//! `skipbench gate`: the verdict over two runs.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::Args;
use skipbench_ci::gate::{Finding, Verdict, judge};
use skipbench_reports::store;

use super::{grouped, print, print_json, table};

/// Arguments of `gate`.
#[derive(Debug, Args)]
pub(crate) struct GateArgs {
    /// Directory of the run to compare with.
    #[arg(long)]
    base: PathBuf,
    /// Directory of the run to judge.
    #[arg(long)]
    head: PathBuf,
    /// As JSON.
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(arguments: &GateArgs) -> Result<ExitCode> {
    let findings = judge(&store::read(&arguments.base)?, &store::read(&arguments.head)?)?;
    let regressed = findings.iter().any(|finding| finding.verdict == Verdict::Regressed);
    if arguments.json {
        print_json(&findings)?;
    } else {
        show(&findings)?;
    }
    Ok(ExitCode::from(u8::from(regressed)))
}

fn show(findings: &[Finding]) -> Result<()> {
    let number = |value: Option<u64>| value.map(grouped).unwrap_or_default();
    let changes = |finding: &&Finding| matches!(finding.verdict, Verdict::Regressed | Verdict::Improved);
    let changed: Vec<&Finding> = findings.iter().filter(changes).collect();
    let row = |finding: &&Finding| {
        let verdict = if finding.verdict == Verdict::Regressed { "regressed" } else { "improved" };
        let cells = [finding.cell.clone(), finding.metric.to_owned(), number(finding.base), number(finding.head)];
        [cells.to_vec(), vec![verdict.to_owned()]].concat()
    };
    if !changed.is_empty() {
        print(&table(&["cell", "metric", "base", "head", "verdict"], changed.iter().map(row).collect(), 2))?;
    }
    let left = findings.iter().filter(|finding| finding.verdict == Verdict::Inconclusive).count();
    let judged = findings.len() - left;
    print(&format!("{judged} metrics judged, {} changed; times are not judged\n", changed.len()))?;
    match left {
        0 => Ok(()),
        _ => print(&format!("{left} heap peaks not judged: base and head were measured on two machines\n")),
    }
}
