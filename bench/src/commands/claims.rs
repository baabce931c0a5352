//! `skipbench claims`: what is said of skip connections, run and judged.
//!
//! Every claim is a suite, run as `run` runs one into a directory of its own below the claims' directory; the verdicts are
//! computed from the rows alone.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Result, ensure};
use clap::Args;
use serde_json::json;
use skipbench_reports::claims::{self as judged, CLAIMS, Claim, Finding};
use skipbench_reports::record::Status;
use skipbench_reports::store::{self, Run};
use skipbench_reports::table::{self, Style};

use super::run::{self, INTERRUPTED, RunArgs, Sat, SharedArgs};
use super::{print, print_json, rows};
use crate::claims::suites;
use crate::provenance::Host;
use crate::rundir::{self, Plan};

/// Arguments of `claims`.
#[derive(Debug, Args)]
#[command(after_help = after_help())]
pub(crate) struct ClaimsArgs {
    /// Claims to test. Default: all of them.
    #[arg(value_name = "NAME", value_parser = claim)]
    names: Vec<&'static str>,
    /// Also the depths that take far longer on a CPU: 166 and 1000 layers.
    #[arg(long, conflicts_with_all = ["resume", "from"])]
    deep: bool,
    /// Run nothing: judge the rows of these runs, and of every run below them. May be repeated.
    #[arg(long, value_name = "DIR", conflicts_with_all = ["list", "filter", "seeds", "device", "data", "out", "resume", "jobs", "threads", "quiet"])]
    from: Vec<PathBuf>,
    /// Print the verdicts as Markdown.
    #[arg(long, conflicts_with = "json")]
    markdown: bool,
    #[command(flatten)]
    shared: SharedArgs,
}

fn after_help() -> String {
    let claims: String = CLAIMS.iter().map(|claim| format!("  {:<12} {}\n", claim.name, claim.sentence)).collect();
    format!(
        "The claims:\n{claims}\n\
         A verdict is `supported`, `not supported` or `inconclusive`, by a rule that was stated beforehand (reports/README.md, Claims), \
         with the numbers, intervals and seeds that carry it. Small networks on small images: `--data cifar10 --seeds 1,2,3,4,5` weighs \
         more.\n\n\
         Examples:\n  \
         skipbench claims                          all of them on the embedded digits, in eight minutes on two cores\n  \
         skipbench claims depth --seeds 1,2,3,4,5  one of them, with more seeds\n  \
         skipbench claims --resume reports/out/…   go on after a Ctrl-C\n  \
         skipbench claims --from reports/out/…     the verdicts again, from the rows alone\n  \
         skipbench report reports/out/…            with every plot, as one HTML file\n  \
         skipbench suites claim-depth > mine.toml  change what is run; the analysis goes by the suite's name"
    )
}

/// The claim of that name.
fn claim(name: &str) -> Result<&'static str, String> {
    let names = || CLAIMS.map(|claim| claim.name).join(", ");
    let found = CLAIMS.iter().find(|claim| claim.name == name).map(|claim| claim.name);
    found.ok_or_else(|| format!("no claim has that name; those are {}", names()))
}

/// One suite of a claim, planned.
struct Part {
    claim: Claim,
    arguments: RunArgs,
    dir: PathBuf,
    plan: Plan,
}

pub(crate) fn run(arguments: &ClaimsArgs) -> Result<ExitCode> {
    if !arguments.from.is_empty() {
        let found = findings(arguments, &rows::read(&arguments.from)?)?;
        return told(arguments, &found, None).map(|()| ExitCode::SUCCESS);
    }
    let host = Host::read()?;
    let dir = arguments.shared.resume.clone().or_else(|| arguments.shared.out.clone());
    let dir = dir.unwrap_or_else(|| rundir::default_path("claims"));
    let parts =
        if arguments.shared.resume.is_some() { begun(arguments, &dir)? } else { planned(arguments, &dir, &host)? };
    if arguments.shared.list {
        return list(&parts, arguments.shared.json);
    }
    if arguments.shared.resume.is_none() {
        parts.iter().try_for_each(|part| rundir::create(&part.dir, &part.plan, &host))?;
    }
    run::listen()?;
    for part in parts {
        if !arguments.shared.quiet && !arguments.shared.json {
            eprintln!("{}: {} ({} cells)", part.claim.name, part.claim.sentence, part.plan.cells.len());
        }
        if let Sat::Left(left) = run::sit(&part.arguments, &part.dir, part.plan, &host)? {
            let (claim, dir) = (part.claim.name, dir.display());
            eprintln!("stopped with {left} cell(s) of {claim} to go; go on with: skipbench claims --resume {dir}");
            return Ok(ExitCode::from(INTERRUPTED));
        }
    }
    conclude(arguments, &dir)
}

fn chosen(arguments: &ClaimsArgs) -> impl Iterator<Item = Claim> {
    let wanted = arguments.names.clone();
    CLAIMS.into_iter().filter(move |claim| wanted.is_empty() || wanted.contains(&claim.name))
}

/// All suites of the claims that are wanted, but for those in which `--filter` leaves no cell.
fn planned(arguments: &ClaimsArgs, dir: &Path, host: &Host) -> Result<Vec<Part>> {
    let mut shared = arguments.shared.clone();
    if shared.device.is_empty() {
        // Once for all of them, so that what `auto` takes is said once.
        shared.device = run::devices(&["auto".to_owned()])?.iter().map(ToString::to_string).collect();
    }
    let mut parts = Vec::new();
    for claim in chosen(arguments) {
        for suite in suites(claim.name, arguments.deep) {
            let own = dir.join(suite.name.trim_start_matches("claim-"));
            let arguments = RunArgs::of(suite.name, SharedArgs { out: Some(own), ..shared.clone() });
            let (dir, plan) = run::prepare(&arguments, host)?;
            parts.push(Part { claim, arguments, dir, plan });
        }
    }
    parts.retain(|part| !part.plan.cells.is_empty());
    let filter = arguments.shared.filter.as_deref().unwrap_or_default();
    ensure!(!parts.is_empty(), "--filter '{filter}' leaves no cell of any claim; `skipbench claims --list` shows all");
    Ok(parts)
}

/// The suites that an earlier sitting planned.
fn begun(arguments: &ClaimsArgs, dir: &Path) -> Result<Vec<Part>> {
    let mut parts = Vec::new();
    for claim in chosen(arguments) {
        for suite in suites(claim.name, true) {
            let own = dir.join(suite.name.trim_start_matches("claim-"));
            if !rundir::is_begun(&own) {
                continue;
            }
            let arguments =
                RunArgs::of(suite.name, SharedArgs { resume: Some(own.clone()), ..arguments.shared.clone() });
            parts.push(Part { claim, arguments, plan: rundir::open(&own)?, dir: own });
        }
    }
    ensure!(!parts.is_empty(), "{}: no claims to go on with; start them with `skipbench claims --out`", dir.display());
    Ok(parts)
}

fn list(parts: &[Part], json: bool) -> Result<ExitCode> {
    if json {
        let cells: Vec<_> = parts.iter().flat_map(|part| &part.plan.cells).collect();
        return print_json(&cells).map(|()| ExitCode::SUCCESS);
    }
    for part in parts {
        print(&format!("{}: {}\n", part.claim.name, part.claim.sentence))?;
        run::list(&part.plan, false)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The verdicts of the claims that are wanted.
fn findings(arguments: &ClaimsArgs, runs: &[Run]) -> Result<Vec<Finding>> {
    let wanted: Vec<&str> = chosen(arguments).map(|claim| claim.name).collect();
    let mut found = judged::findings(runs);
    found.retain(|finding| wanted.contains(&finding.claim));
    ensure!(
        !found.is_empty(),
        "no measured row of {}: rows of a claim are those whose suite is named claim-NAME; `skipbench claims` makes them",
        wanted.join(", ")
    );
    Ok(found)
}

fn conclude(arguments: &ClaimsArgs, dir: &Path) -> Result<ExitCode> {
    let runs = rows::read(&[dir.to_owned()])?;
    let broken = runs.iter().filter(|run| run.row.status != Status::Ok).count();
    let found = findings(arguments, &runs)?;
    store::write_atomically(&dir.join("claims.csv"), &judged::rows(&found))?;
    told(arguments, &found, Some(dir))?;
    if broken > 0 {
        let dir = dir.display();
        eprintln!(
            "{broken} cell(s) could not be measured; try them again with: skipbench claims --resume {dir} --retry-failed"
        );
    }
    Ok(ExitCode::from(u8::from(broken > 0)))
}

/// Tells the verdicts; after a run, of which everything is told as JSON lines, in one line.
fn told(arguments: &ClaimsArgs, found: &[Finding], dir: Option<&Path>) -> Result<()> {
    match (arguments.shared.json, dir) {
        (true, Some(dir)) => print(&format!("{}\n", json!({"event": "done", "dir": dir, "claims": found}))),
        (true, None) => print_json(&found),
        (false, _) => {
            let style = if arguments.markdown { Style::Markdown } else { Style::Terminal };
            print(&table::claims(found, style))?;
            print(&dir.map_or(String::new(), |dir| format!("rows: {}\n", dir.display())))
        }
    }
}
