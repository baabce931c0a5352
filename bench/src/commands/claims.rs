//! Runs `skipbench claims`: what is said of skip connections, measured and judged.
//!
//! Every claim is a suite, run as `run` runs one, in its own directory below the claims' directory. The verdicts are
//! computed from the rows alone.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Result, ensure};
use clap::Args;
use serde_json::json;
use skipbench_reports::analyses::quantity::format_number_of;
use skipbench_reports::claims::{self as judged, CLAIMS, Claim, Finding};
use skipbench_reports::rows::record::Status;
use skipbench_reports::rows::store::{self, Run};
use skipbench_reports::table::{self, Format};

use super::run::{self, SharedArgs};
use super::{print, print_json, rows, say};
use crate::run::claims::{self, PlannedSuite};
use crate::run::provenance::Host;
use crate::run::rundir;
use crate::run::session::{self, Ending};
use crate::system::interrupt::{INTERRUPTED, STOP};

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
    #[arg(long, value_name = "DIR", conflicts_with_all = ["list", "filter", "seeds", "device", "data", "out", "resume", "retry_failed", "again", "jobs", "threads", "quiet"])]
    from: Vec<PathBuf>,
    /// Print the verdicts as Markdown.
    #[arg(long, conflicts_with_all = ["json", "list"])]
    markdown: bool,
    #[command(flatten)]
    shared: SharedArgs,
}

fn after_help() -> String {
    let claims: String = CLAIMS.iter().map(|claim| format!("  {:<12} {}\n", claim.name, claim.sentence)).collect();
    format!(
        "The claims:\n{claims}\n\
         A verdict is `supported`, `not supported` or `inconclusive`, by a rule that was stated beforehand (reports/README.md, Claims), \
         with the numbers, intervals and seeds behind it. The networks and images are small: \
         `--data cifar10 --seeds 1,2,3,4,5` says more.\n\n\
         Examples:\n  \
         skipbench claims\n  \
         \x20   all of them on the embedded digits, in eight minutes on two cores\n  \
         skipbench claims depth --seeds 1,2,3,4,5\n  \
         \x20   one of them, with more seeds\n  \
         skipbench claims --resume skipbench-results/…\n  \
         \x20   continue after a Ctrl-C\n  \
         skipbench claims --from skipbench-results/…\n  \
         \x20   the verdicts again, from the rows alone\n  \
         skipbench report skipbench-results/…\n  \
         \x20   with every plot, as one HTML file\n  \
         skipbench suites claim-depth > mine.toml\n  \
         \x20   change what is run; the analysis depends on the suite's name"
    )
}

/// Returns the claim with that name.
fn claim(name: &str) -> Result<&'static str, String> {
    let names = || CLAIMS.map(|claim| claim.name).join(", ");
    let found = CLAIMS.iter().find(|claim| claim.name == name).map(|claim| claim.name);
    found.ok_or_else(|| format!("no claim has that name; those are {}", names()))
}

pub(crate) fn run(arguments: &ClaimsArgs) -> Result<ExitCode> {
    if !arguments.from.is_empty() {
        let found = findings(arguments, &rows::read(&arguments.from)?)?;
        return show(arguments, &found, None).map(|()| ExitCode::SUCCESS);
    }
    let (host, shared) = (Host::read()?, &arguments.shared);
    run::listen()?;
    let mut suites = match &shared.resume {
        Some(dir) => claims::begun(chosen(arguments), dir)?,
        None => claims::planned(chosen(arguments), arguments.deep, &shared.request("")?, &host, &say)?,
    };
    if shared.list {
        return list(&suites, shared.json);
    }
    let given = shared.resume.clone().or_else(|| shared.out.clone());
    let dir = given.map_or_else(|| rundir::create_free("claims"), Ok)?;
    let _locks = match &shared.resume {
        Some(dir) => claims::reopen(&mut suites, dir, &shared.again)?,
        None => claims::create(&suites, &dir, &host)?,
    };
    for PlannedSuite { claim, name, plan } in suites {
        if !shared.quiet && !shared.json {
            say(&format!("{}: {} ({})", claim.name, claim.sentence, format_number_of(plan.cells.len(), "cell")));
        }
        let suite = claims::dir_of(&dir, name);
        if let Ending::Interrupted(left) = session::run(&suite, plan, &host, shared.options(), &STOP, &say)? {
            let (claim, dir) = (claim.name, dir.display());
            say(&format!(
                "stopped with {} of {claim} left; continue with: skipbench claims --resume {dir}",
                format_number_of(left, "cell")
            ));
            return Ok(ExitCode::from(INTERRUPTED));
        }
    }
    conclude(arguments, &dir)
}

fn chosen(arguments: &ClaimsArgs) -> impl Iterator<Item = Claim> {
    let wanted = arguments.names.clone();
    CLAIMS.into_iter().filter(move |claim| wanted.is_empty() || wanted.contains(&claim.name))
}

fn list(suites: &[PlannedSuite], json: bool) -> Result<ExitCode> {
    if json {
        let cells: Vec<_> = suites.iter().flat_map(|suite| &suite.plan.cells).collect();
        return print_json(&cells).map(|()| ExitCode::SUCCESS);
    }
    for PlannedSuite { claim, plan, .. } in suites {
        print(&format!("{}: {}\n", claim.name, claim.sentence))?;
        run::list(plan, false)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Returns the verdicts of the claims that are wanted.
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
    show(arguments, &found, Some(dir))?;
    if broken > 0 {
        let dir = dir.display();
        say(&format!(
            "{} could not be measured; try again with: skipbench claims --resume {dir} --retry-failed",
            format_number_of(broken, "cell")
        ));
    }
    Ok(ExitCode::from(u8::from(broken > 0)))
}

/// Shows the verdicts. After a run that reports everything as JSON lines, they are one line.
fn show(arguments: &ClaimsArgs, found: &[Finding], dir: Option<&Path>) -> Result<()> {
    match (arguments.shared.json, dir) {
        (true, Some(dir)) => print(&format!("{}\n", json!({"event": "done", "dir": dir, "claims": found}))),
        (true, None) => print_json(&found),
        (false, _) => {
            let format = if arguments.markdown { Format::Markdown } else { super::terminal() };
            print(&table::format_claims(found, format))?;
            print(&dir.map_or(String::new(), |dir| format!("rows: {}\n", dir.display())))
        }
    }
}
