//! `skipbench gate`: whether a change may land.

mod job;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, ensure};
use clap::Args;
use skipbench_ci::bless::bless;
use skipbench_ci::config::Config;
use skipbench_ci::gate::{Judgement, judge};
use skipbench_ci::reproduce::{Origin, commands};
use skipbench_ci::{benchmark, junit, markdown, table};
use skipbench_reports::store::{self, Run};
use skipbench_reports::table::Style;

use super::{print, print_json};
use crate::run::rundir;

/// The project's own limits, where they are kept.
const USUAL_CONFIG: &str = "ci/gate.toml";

/// Arguments of `gate`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    skipbench gate --base ci/baseline --head results/mine    counts, shapes, losses, peak memory, accuracy\n  \
    skipbench gate --against main                            builds main and this tree; both take turns: times, too\n  \
    skipbench gate --base ci/baseline --head results/mine --bless   the head becomes the base\n\n\
    Times are judged only where base and head took turns on one machine, and only above the noise floor of that very job.\n\
    Exit codes: 0 pass; 1 regressed; 2 broken, or nothing could be judged; 3 inconclusive (--config makes it 0 or 1).")]
pub(crate) struct GateArgs {
    /// Directory of the run to compare with.
    #[arg(long, value_name = "DIR", requires = "head", required_unless_present_any = ["against", "binaries"])]
    base: Option<PathBuf>,
    /// Directory of the run to judge.
    #[arg(long, value_name = "DIR", requires = "base")]
    head: Option<PathBuf>,
    #[command(flatten)]
    job: job::JobArgs,
    /// Limits, and what an inconclusive metric makes of the whole. Default ci/gate.toml where it is, else as `skipbench gate` has it.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Show what the head changes of the base, and make it the base.
    #[arg(long, requires = "head", conflicts_with_all = ["against", "binaries"])]
    bless: bool,
    /// Show every metric, not only those that changed or could not be told.
    #[arg(long)]
    all: bool,
    /// As Markdown, for a pull request.
    #[arg(long, conflicts_with = "json")]
    markdown: bool,
    /// As JSON.
    #[arg(long)]
    json: bool,
    /// Write JUnit XML.
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    /// Write the head's numbers as github-action-benchmark reads them (customSmallerIsBetter).
    #[arg(long, value_name = "FILE")]
    benchmark_json: Option<PathBuf>,
}

pub(crate) fn run(arguments: &GateArgs) -> Result<ExitCode> {
    forget([&arguments.junit, &arguments.benchmark_json])?;
    let config = config(arguments.config.as_deref())?;
    let (base, head, origin) = match (&arguments.base, &arguments.head) {
        (Some(base), Some(head)) if arguments.bless => return blessed(base, head, arguments.json),
        (Some(base), Some(head)) => (base.clone(), head.clone(), origin(head)),
        _ => {
            let done = arguments.job.take()?;
            let origin = done.origin();
            (done.base, done.head, origin)
        }
    };
    let read = |dir: &Path| store::read(dir).with_context(|| dir.display().to_string());
    let judgement = judge(&read(&base)?, &read(&head)?, &config)?.reproducible(&origin);
    show(arguments, &judgement)?;
    if let Some(path) = &arguments.junit {
        store::replace(path, &junit::junit(&judgement))?;
    }
    if let Some(path) = &arguments.benchmark_json {
        store::replace(path, &serde_json::to_string_pretty(&benchmark::benchmarks(&judgement))?)?;
    }
    Ok(ExitCode::from(judgement.exit_code()))
}

/// Where a head's numbers came from.
fn origin(head: &Path) -> Origin {
    Origin { head: head.display().to_string(), planned: rundir::is_begun(head), job: None }
}

/// An earlier job's files are not this one's, whatever becomes of it.
fn forget(files: [&Option<PathBuf>; 2]) -> Result<()> {
    for file in files.into_iter().flatten().filter(|file| file.is_file()) {
        fs::remove_file(file).with_context(|| file.display().to_string())?;
    }
    Ok(())
}

fn config(given: Option<&Path>) -> Result<Config> {
    let usual = Path::new(USUAL_CONFIG);
    match given.or_else(|| usual.is_file().then_some(usual)) {
        Some(path) => Ok(Config::read(path)?),
        None => Ok(Config::default()),
    }
}

fn show(arguments: &GateArgs, judgement: &Judgement) -> Result<()> {
    if arguments.json {
        return print_json(judgement);
    }
    if arguments.markdown {
        return print(&markdown::markdown(judgement));
    }
    let sheet = table::sheet(judgement, arguments.all);
    if !sheet.rows.is_empty() {
        print(&sheet.drawn(Style::Terminal))?;
    }
    let caption = if sheet.caption.is_empty() { String::new() } else { format!("{}\n", sheet.caption) };
    print(&format!("{caption}{}\n", sheet.title))?;
    commands(judgement).iter().try_for_each(|command| print(&format!("reproduce: {command}\n")))
}

fn blessed(base: &Path, head: &Path, json: bool) -> Result<ExitCode> {
    let old = if base.join(store::RUNS).exists() { store::read(base)? } else { Vec::new() };
    let blessing = bless(&old, &store::read(head)?)?;
    let (cells, changes) = (blessing.runs.len(), blessing.changes.len());
    if json {
        write(base, head, &blessing.runs)?;
        print_json(&serde_json::json!({ "base": base, "cells": cells, "changes": blessing.changes }))?;
        return Ok(ExitCode::SUCCESS);
    }
    // Before the base is another: whoever stops it here has seen what it would do.
    for change in &blessing.changes {
        print(&format!("{change}\n"))?;
    }
    write(base, head, &blessing.runs)?;
    print(&format!("{}: {cells} cells, {changes} changes; commit it with the change that makes it\n", base.display()))?;
    Ok(ExitCode::SUCCESS)
}

/// The rows last: a base is whole once they are there.
fn write(base: &Path, head: &Path, runs: &[Run]) -> Result<()> {
    let host = head.join("host.toml");
    ensure!(host.is_file(), "{}: a baseline says on which machine it was measured", host.display());
    fs::create_dir_all(base).with_context(|| base.display().to_string())?;
    store::replace(&base.join("host.toml"), &fs::read_to_string(&host)?)?;
    Ok(store::write(base, runs)?)
}
