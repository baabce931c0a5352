//! Gates any two programs: their times become a judgment, and are kept where that was asked for.

use std::time::Instant;

use anyhow::{Context, Result};
use skipbench_ci::config::{CommandPair, Config};
use skipbench_ci::gate::{Judgment, judge_times};
use skipbench_ci::reproduce::HeadRun;

use super::super::versus::results::Results;
use super::{GateArgs, forget, note_processors, say};
use crate::gate::commands::{Measured, measure};
use crate::lockstep::session::Session;
use crate::system::interrupt::{self, STOP};

/// Seconds for which each set takes turns by default.
const USUAL_SECONDS: f64 = 10.0;

/// Measures and judges.
pub(super) fn judged(arguments: &GateArgs, config: &Config) -> Result<Judgment> {
    let pairs = arguments.commands.pairs(config)?;
    interrupt::listen(|_| {})?;
    let mut results = arguments.job.out.as_deref().map(Results::claim).transpose()?;
    forget(arguments)?;
    note_processors(arguments);
    let start = Instant::now();
    let tell = |what: &str| {
        if !arguments.turns.quiet {
            say(&format!("gate: {what}"));
        }
    };
    let mut count = 0;
    let keep = |session: &Session| {
        count += 1;
        let Some(results) = results.as_mut().filter(|_| session.sets > 0) else { return Ok(()) };
        results.keep_turns(&format!("turns-{count}.csv"), session, &["base", "head"].map(str::to_owned))
    };
    let Measured { times, restless } = measure(&pairs, arguments.turns.turns(USUAL_SECONDS), &STOP, tell, keep)?;
    let judgment = judge_times(times, config).reproducible(&origin(arguments, &pairs)?);
    let judgment = Judgment { seconds: Some(start.elapsed().as_secs_f64()), restless, ..judgment };
    if let Some(results) = &mut results {
        results.keep_result(&judgment)?;
    }
    Ok(judgment)
}

/// Returns how the programs are measured again.
fn origin(arguments: &GateArgs, pairs: &[CommandPair]) -> Result<HeadRun> {
    let turns = arguments.turns.turns(USUAL_SECONDS).words();
    let mut words = vec!["skipbench", "gate"];
    // Several come from a file, which says them again.
    if let [pair] = pairs {
        words.extend(["--base-command", &pair.base, "--head-command", &pair.head]);
    }
    let config = arguments.config.as_ref().map(|path| path.to_string_lossy().into_owned());
    words.extend(config.iter().flat_map(|path| ["--config", path]));
    words.extend(turns.iter().map(String::as_str));
    let turns = shlex::try_join(words).context("a command holds a zero byte")?;
    Ok(HeadRun { head: String::new(), planned: false, turns })
}
