//! `skipbench run --shard`: one share of a plan, begun or gone on with.

use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Error, Result, ensure};
use skipbench_reports::analyses::quantity::format_number_of;
use skipbench_reports::rows::record::Status;
use skipbench_reports::rows::store;

use super::arguments::{RunArgs, SharedArgs};
use super::{list, plan};
use crate::commands::{print, say};
use crate::run::provenance::Host;
use crate::run::rundir::{Busy, Plan, RESULTS};
use crate::run::session::{self, Ending};
use crate::run::shard::place::{Asked, Place};
use crate::run::shard::{dir, share};
use crate::system::interrupt::{INTERRUPTED, STOP, TRY_AGAIN};
use crate::system::text::describe_error;

/// Does the share that is asked for.
pub(super) fn run(arguments: &RunArgs, asked: Asked, host: &Host) -> Result<ExitCode> {
    STOP.let_go_if_terminated();
    retried(begin(arguments, asked, host))
}

fn begin(arguments: &RunArgs, asked: Asked, host: &Host) -> Result<ExitCode> {
    let (shared, place) = (&arguments.shared, asked.place(&|name| std::env::var(name).ok())?);
    let plan = plan(&arguments.request()?, host)?;
    let identity = plan.identity();
    ensure!(
        arguments.plan.as_ref().is_none_or(|expected| *expected == identity),
        "--plan {}: the plan here is {identity}; the suite, its data, the device, --threads or another option differs from where that one was made",
        arguments.plan.as_deref().unwrap_or_default()
    );
    let usual = || PathBuf::from(RESULTS).join(format!("{}-{identity}", plan.suite));
    let folder = shared.out.clone().unwrap_or_else(usual).join(place.folder());
    let own = share(plan, place);
    if shared.list {
        return list(&own, shared.json);
    }
    let (_lock, own) = dir::enter(&folder, own)?;
    work(&folder, own, place, host, shared)
}

/// Goes on with the share in `dir`, which is held locked.
pub(super) fn session(dir: &Path, plan: Plan, place: Place, host: &Host, shared: &SharedArgs) -> Result<ExitCode> {
    STOP.let_go_if_terminated();
    retried(work(dir, plan, place, host, shared))
}

fn work(dir: &Path, plan: Plan, place: Place, host: &Host, shared: &SharedArgs) -> Result<ExitCode> {
    let cells = plan.cells.len();
    match session::run(dir, plan, host, shared.options(), &STOP, &say)? {
        Ending::Complete(_) => conclude(dir, place, cells, shared.json),
        Ending::Interrupted(left) => {
            say(&format!(
                "share {place} stopped with {} left; the same command goes on",
                format_number_of(left, "cell")
            ));
            let asked = STOP.soon() && !STOP.was_terminated();
            Ok(ExitCode::from(if asked { INTERRUPTED } else { TRY_AGAIN }))
        }
    }
}

/// What another try may not meet ends with [`TRY_AGAIN`]: a signal, a machine that lacks something, a lock that another
/// one holds.
fn retried(result: Result<ExitCode>) -> Result<ExitCode> {
    let may_pass = |error: &Error| {
        error.is::<Busy>()
            || STOP.reason().is_some()
            || error.chain().any(|cause| cause.downcast_ref::<io::Error>().is_some_and(is_of_machine))
    };
    match result {
        // A child process may have died of the signal before this one heard of it.
        Err(error) if may_pass(&error) || STOP.explains_failure() => {
            say(&format!("error: {}; try again", describe_error(&error)));
            Ok(ExitCode::from(TRY_AGAIN))
        }
        result => result,
    }
}

/// Not of a file that is wrong or missing, which it is on every machine.
fn is_of_machine(error: &io::Error) -> bool {
    use io::ErrorKind::{InvalidData, InvalidInput, NotADirectory, NotFound};
    !matches!(error.kind(), NotFound | InvalidData | InvalidInput | NotADirectory)
}

/// Says what became of the share. Comparisons are for when all are together.
fn conclude(dir: &Path, place: Place, cells: usize, json: bool) -> Result<ExitCode> {
    let runs = store::read(dir)?;
    let broken = runs.iter().filter(|run| run.row.status != Status::Ok).count();
    if json {
        let value = serde_json::json!({"event": "done", "dir": dir, "shard": place, "cells": cells, "broken": broken});
        print(&format!("{value}\n"))?;
    } else {
        let (all, measured) = (format_number_of(cells, "cell"), cells - broken);
        print(&format!("share {place}: {measured} of {all} measured\nrows: {}\n", dir.display()))?;
    }
    if broken > 0 {
        let (broken, dir) = (format_number_of(broken, "cell"), dir.display());
        say(&format!("{broken} could not be measured; try again with: skipbench run --resume {dir} --retry-failed"));
    }
    Ok(ExitCode::from(u8::from(broken > 0)))
}
