//! `skipbench gate`: whether a change may land.

mod arguments;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result};
use skipbench_ci::config::Config;
use skipbench_ci::gate::{Judgement, judge};
use skipbench_ci::output;
use skipbench_ci::reproduce::commands;
use skipbench_reports::rows::store;
use skipbench_reports::table::Format;

use super::{print, print_json};
use crate::gate::job::{Job, origin};
use crate::gate::{baseline, evidence, interleave};
use crate::run::runner::Stop;

pub(crate) use arguments::GateArgs;
use arguments::JobArgs;

/// What a Ctrl-C raises.
static STOP: Stop = Stop::new();

/// The project's own limits, where they are kept.
const USUAL_CONFIG: &str = "ci/gate.toml";

pub(crate) fn run(arguments: &GateArgs) -> Result<ExitCode> {
    forget([&arguments.junit, &arguments.benchmark_json])?;
    let config = config(arguments.config.as_deref())?;
    let judgement = match (&arguments.base, &arguments.head) {
        (Some(base), Some(head)) if arguments.bless => return blessed(base, head, arguments.json),
        (Some(base), Some(head)) => finished(base, head, &config)?,
        _ => {
            let job = measure(&arguments.job)?;
            let (base, head) = (evidence::base(&job.base_dir(), note)?, evidence::head(&job.head_dir())?);
            judge(&base, &head, &config)?.reproducible(&job.origin()?)
        }
    };
    show(arguments, &judgement)?;
    if let Some(path) = &arguments.junit {
        store::replace(path, &output::format_junit(&judgement))?;
    }
    if let Some(path) = &arguments.benchmark_json {
        store::replace(path, &serde_json::to_string_pretty(&output::benchmarks(&judgement))?)?;
    }
    Ok(ExitCode::from(judgement.exit_code()))
}

/// Judges two runs that are there.
fn finished(base: &Path, head: &Path, config: &Config) -> Result<Judgement> {
    let (base_runs, head_runs) = (evidence::base(base, note)?, evidence::head(head)?);
    let judgement = judge(&base_runs, &head_runs, config)?.reproducible(&origin(head));
    evidence::ensure_finished(base, base_runs.len())?;
    evidence::ensure_finished(head, head_runs.len())?;
    Ok(judgement)
}

fn note(text: &str) {
    eprintln!("{text}");
}

/// Lets base and head take turns, until a Ctrl-C.
fn measure(arguments: &JobArgs) -> Result<Job> {
    let job = Job::prepare(&arguments.request()?)?;
    ctrlc::set_handler(|| {
        STOP.raise();
    })?;
    interleave::run(&job, &STOP, |what| eprintln!("gate: {what}"))?;
    Ok(job)
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
        return print(&output::format_markdown(judgement));
    }
    let sheet = output::findings(judgement, arguments.all);
    if !sheet.rows.is_empty() {
        print(&sheet.format(Format::Terminal))?;
    }
    let caption = if sheet.caption.is_empty() { String::new() } else { format!("{}\n", sheet.caption) };
    print(&format!("{caption}{}\n", sheet.title))?;
    commands(judgement).iter().try_for_each(|command| print(&format!("reproduce: {command}\n")))
}

fn blessed(base: &Path, head: &Path, json: bool) -> Result<ExitCode> {
    let blessing = baseline::blessing(base, head)?;
    let (cells, changes) = (blessing.runs.len(), blessing.changes.len());
    if json {
        baseline::write(base, head, &blessing.runs)?;
        print_json(&serde_json::json!({ "base": base, "cells": cells, "changes": blessing.changes }))?;
        return Ok(ExitCode::SUCCESS);
    }
    // Before the base is another: whoever stops it here has seen what it would do.
    for change in &blessing.changes {
        print(&format!("{change}\n"))?;
    }
    baseline::write(base, head, &blessing.runs)?;
    print(&format!("{}: {cells} cells, {changes} changes; commit it with the change that makes it\n", base.display()))?;
    Ok(ExitCode::SUCCESS)
}
