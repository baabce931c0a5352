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

use super::{print, print_json, terminal};
use crate::gate::job::{Job, origin};
use crate::gate::{baseline, interleave};
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
    let (base, head, origin) = match (&arguments.base, &arguments.head) {
        (Some(base), Some(head)) if arguments.bless => return blessed(base, head, arguments.json),
        (Some(base), Some(head)) => (base.clone(), head.clone(), origin(head)),
        _ => {
            let job = measure(&arguments.job)?;
            (job.base_dir(), job.head_dir(), job.origin()?)
        }
    };
    let read = |dir: &Path| store::read(dir).with_context(|| dir.display().to_string());
    let judgement = judge(&read(&base)?, &read(&head)?, &config)?.reproducible(&origin);
    show(arguments, &judgement)?;
    if let Some(path) = &arguments.junit {
        store::replace(path, &output::format_junit(&judgement))?;
    }
    if let Some(path) = &arguments.benchmark_json {
        store::replace(path, &serde_json::to_string_pretty(&output::benchmarks(&judgement))?)?;
    }
    Ok(ExitCode::from(judgement.exit_code()))
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
        print(&sheet.format(terminal()))?;
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
