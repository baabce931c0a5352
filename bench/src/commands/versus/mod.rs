//! `skipbench versus`: any programs, step by step.

mod arguments;
mod format;
mod progress;
pub(super) mod results;
mod text;
mod turns;

use std::process::ExitCode;

use anyhow::Result;
use serde_json::json;
use skipbench_reports::stats::lockstep::TimeVerdict;

use super::{note, print, print_json, say};
use crate::lockstep::process::{Commands, shortfall};
use crate::lockstep::result::Outcome;
use crate::lockstep::session;
use crate::system::executable;
use crate::system::interrupt::{self, INTERRUPTED, STOP};

pub(crate) use arguments::VersusArgs;
use results::Results;

pub(crate) fn run(arguments: &VersusArgs) -> Result<ExitCode> {
    let (names, words, plan) = (arguments.names()?, arguments.words()?, arguments.plan()?);
    note(&arguments.cpus.and_then(shortfall).into_iter().collect::<Vec<_>>());
    interrupt::listen(|_| {})?;
    let mut results = arguments.out.as_deref().map(Results::claim).transpose()?;
    let guard = Some(executable::own()?.path()?.to_owned());
    let timeout = arguments.timeout;
    let (cpus, memory_limit_bytes) = (arguments.cpus, None);
    let mut launcher = Commands { words: &words, guard, cpus, timeout, memory_limit_bytes, stop: &STOP };
    let session = session::run(&plan, &mut launcher, &mut *progress::observer(arguments.quiet));
    if session.sets == 0 && session.interrupted_of.is_some() {
        say("interrupted; no set was done, so there is no result");
        return Ok(ExitCode::from(INTERRUPTED));
    }
    let outcome = Outcome::of(&session, &names, arguments.limit);
    let value = json!({"seed": arguments.seed, "commands": arguments.commands, "outcome": outcome});
    if let Some(results) = &mut results {
        results.keep_turns("turns.csv", &session, &names)?;
        results.keep_result(&value)?;
    }
    if arguments.json {
        print_json(&value)?;
    } else {
        print(&text::text(&outcome, &arguments.commands, arguments.cpus))?;
    }
    Ok(ExitCode::from(exit_code(&outcome)))
}

fn exit_code(outcome: &Outcome) -> u8 {
    if outcome.interrupted_of.is_some() {
        INTERRUPTED
    } else if outcome.is_broken() {
        2
    } else if outcome.any(TimeVerdict::Regressed) {
        1
    } else if outcome.any(TimeVerdict::CannotTell) {
        3
    } else {
        0
    }
}
