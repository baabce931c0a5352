//! Runs `skipbench gate`: decides whether a change may land.

mod arguments;
mod forms;
mod given;

use std::fs;
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context, Result};
use skipbench_ci::config::Config;
use skipbench_ci::gate::{JobRows, Judgment, judge_rows};
use skipbench_ci::output;
use skipbench_ci::reproduce::{self, commands};
use skipbench_ci::restless::{Restless, restless};
use skipbench_ci::series::RunSeries;
use skipbench_reports::analyses::quantity::format_number_of;
use skipbench_reports::input;
use skipbench_reports::rows::store::{self, Run};
use skipbench_reports::table::format_line;

use super::{note, print, print_json, say, terminal};
use crate::gate::job::{Job, origin};
use crate::gate::thin::Thin;
use crate::gate::{baseline, evidence, interleave};
use crate::lockstep::process::shortfall;
use crate::run::rundir;
use crate::system::interrupt::{self, Interrupted, STOP};

pub(crate) use arguments::GateArgs;

/// Path of the project's own limits, where they are kept.
const USUAL_CONFIG: &str = "ci/gate.toml";

/// Seconds for which each set of a cell takes turns by default.
const USUAL_SECONDS: f64 = 2.0;

pub(crate) fn run(arguments: &GateArgs) -> Result<ExitCode> {
    forms::ensure_used(arguments)?;
    let config = config(arguments.config.as_deref())?;
    let judgment = match (&arguments.base, &arguments.head) {
        (Some(base), Some(head)) if arguments.bless => return blessed(base, head, arguments.json),
        (Some(base), Some(head)) => {
            forget(arguments)?;
            finished(base, head, arguments.relinked.as_deref(), &config)?
        }
        _ if arguments.job.is_asked() => {
            let start = Instant::now();
            let job = measure(arguments)?;
            let both = both(&job.base_dir(), &job.head_dir())?;
            let relinked = relinked(job.relinked_dir().as_deref())?;
            let judgment = judge_rows(both.rows(&relinked), &config)?.reproducible(&job.origin()?);
            Judgment { seconds: Some(start.elapsed().as_secs_f64()), restless: both.restless, ..judgment }
        }
        _ => given::judged(arguments, &config)?,
    };
    if let Some(path) = &arguments.junit {
        store::replace(path, &output::format_junit(&judgment))?;
    }
    if let Some(path) = &arguments.benchmark_json {
        store::replace(path, &serde_json::to_string_pretty(&output::benchmarks(&judgment))?)?;
    }
    show(arguments, &judgment)?;
    Ok(ExitCode::from(judgment.exit_code()))
}

/// Judges two finished runs.
fn finished(base: &Path, head: &Path, other: Option<&Path>, config: &Config) -> Result<Judgment> {
    let both = both(base, head)?;
    let origin = origin(head, reproduce::turns(&both.base, &both.head));
    let judgment = judge_rows(both.rows(&relinked(other)?), config)?.reproducible(&origin);
    evidence::ensure_finished(base, both.base.len())?;
    evidence::ensure_finished(head, both.head.len())?;
    Ok(Judgment { restless: both.restless, ..judgment })
}

/// Holds base and head as rules need them. Of samples it keeps only what they hold, because in a large run their
/// numbers are much of what would be in memory. What samples say of programs that did not sleep is kept beside the
/// rules.
struct Both {
    base: Vec<Run>,
    head: Vec<Run>,
    series: [RunSeries; 2],
    restless: Vec<Restless>,
}

impl Both {
    fn rows<'a>(&'a self, relinked: &'a [Run]) -> JobRows<'a> {
        let [base, head] = &self.series;
        JobRows { base: &self.base, head: &self.head, relinked, series: [base, head] }
    }
}

fn both(base: &Path, head: &Path) -> Result<Both> {
    let [mut of_base, mut of_head] = [Thin::default(), Thin::default()];
    // One after the other: of two large runs not both have their samples at once.
    let base = evidence::base(base, say, |run| of_base.keep(run))?;
    let head = evidence::head(head, |run| of_head.keep(run))?;
    let restless = [restless(&base, "base"), restless(&head, "head")].concat();
    Ok(Both { base, head, series: [of_base.series, of_head.series], restless })
}

/// Returns the rows of the base in another layout, if there are any.
fn relinked(dir: Option<&Path>) -> Result<Vec<Run>> {
    dir.map_or(Ok(Vec::new()), |dir| evidence::head(dir, |run| Thin::default().keep(run)))
}

/// Lets base and head take turns, until a Ctrl-C.
fn measure(arguments: &GateArgs) -> Result<Job> {
    interrupt::listen(|_| {})?;
    let mut tell = |what: &str| {
        if !arguments.turns.quiet {
            say(&format!("gate: {what}"));
        }
    };
    note_processors(arguments);
    let turns = arguments.turns.turns(USUAL_SECONDS);
    let request = arguments.job.request(turns, arguments.relinked.as_deref(), arguments.config.as_deref())?;
    let job = Job::prepare(&request, &mut tell).map_err(|error| {
        // Cargo and Git hear a Ctrl-C too, and fail.
        if STOP.soon() { Interrupted.into() } else { error }
    })?;
    forget(arguments)?;
    interleave::run(&job, &STOP, tell).inspect_err(|error| {
        if error.is::<Interrupted>() && rundir::is_begun(&job.base_dir()) {
            say(&format!("gate: what was measured so far is kept in {}", job.dir().display()));
        }
    })?;
    Ok(job)
}

/// Says if fewer processors are used than were asked for.
fn note_processors(arguments: &GateArgs) {
    note(&shortfall(arguments.turns.cpus()).into_iter().collect::<Vec<_>>());
}

/// Removes an earlier job's files, which are not this one's. Others are left alone until there is a verdict to replace
/// them.
fn forget(arguments: &GateArgs) -> Result<()> {
    forget_file(arguments.junit.as_deref(), output::is_junit)?;
    forget_file(arguments.benchmark_json.as_deref(), are_benchmarks)
}

fn forget_file(file: Option<&Path>, is_ours: fn(&str) -> bool) -> Result<()> {
    match file.filter(|file| input::text(file, input::PLAN).is_ok_and(|text| is_ours(&text))) {
        Some(file) => fs::remove_file(file).with_context(|| file.display().to_string()),
        None => Ok(()),
    }
}

/// Returns whether `text` is a list of [`output::benchmarks`], and not one of another program in the same form.
fn are_benchmarks(text: &str) -> bool {
    let all: Result<Vec<serde_json::Value>, _> = serde_json::from_str(text);
    all.is_ok_and(|all| {
        !all.is_empty() && all.iter().all(|one| one["extra"].as_str().is_some_and(|extra| extra.contains(", n = ")))
    })
}

fn config(given: Option<&Path>) -> Result<Config> {
    let usual = Path::new(USUAL_CONFIG);
    match given.or_else(|| usual.exists().then_some(usual)) {
        Some(path) => Ok(Config::read(path)?),
        None => Ok(Config::default()),
    }
}

fn show(arguments: &GateArgs, judgment: &Judgment) -> Result<()> {
    if arguments.json {
        return print_json(judgment);
    }
    if arguments.markdown {
        return print(&output::format_markdown(judgment));
    }
    let sheet = output::findings(judgment, arguments.all);
    if !sheet.rows.is_empty() {
        print(&sheet.format(terminal()))?;
    }
    let caption = if sheet.caption.is_empty() { String::new() } else { format!("{}\n", sheet.caption) };
    print(&format!("{caption}{}\n", sheet.title))?;
    commands(judgment).iter().try_for_each(|command| print(&format!("reproduce: {command}\n")))
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
    let shown = blessing.changes.iter().try_for_each(|change| print(&format!("{}\n", format_line(change))));
    baseline::write(base, head, &blessing.runs)?;
    shown?;
    let (cells, changes) = (format_number_of(cells, "cell"), format_number_of(changes, "change"));
    print(&format!("{}: {cells}, {changes}; commit it together with the change that causes it\n", base.display()))?;
    Ok(ExitCode::SUCCESS)
}
