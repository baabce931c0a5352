//! The gate over any two programs: what they give becomes a judgment, and is kept where that was asked for.

use std::fs;
use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result};
use skipbench_ci::config::{CommandPair, Config};
use skipbench_ci::gate::{Judgment, judge_times};
use skipbench_ci::reproduce::HeadRun;
use skipbench_reports::rows::{render, store};

use super::super::versus::turns;
use super::{GateArgs, forget, note_processors, say};
use crate::gate::commands::measure;
use crate::lockstep::session::Session;
use crate::system::interrupt::{self, STOP};

/// Seconds for which each set takes turns, where nothing else was asked.
const USUAL_SECONDS: f64 = 10.0;

/// Measures and judges.
pub(super) fn judged(arguments: &GateArgs, config: &Config) -> Result<Judgment> {
    let pairs = arguments.commands.pairs(config)?;
    interrupt::listen(|_| {})?;
    forget(arguments)?;
    note_processors(arguments);
    let (start, out) = (Instant::now(), arguments.job.out.as_deref());
    let tell = |what: &str| {
        if !arguments.turns.quiet {
            say(&format!("gate: {what}"));
        }
    };
    let mut count = 0;
    let keep = |_: &str, session: &Session| {
        count += 1;
        out.map_or(Ok(()), |dir| keep(dir, count, session))
    };
    let times = measure(&pairs, arguments.turns.turns(USUAL_SECONDS), &STOP, tell, keep)?;
    let judgment = Judgment { seconds: Some(start.elapsed().as_secs_f64()), ..judge_times(times, config) };
    let judgment = judgment.reproducible(&origin(arguments, &pairs)?);
    if let Some(dir) = out {
        store::replace(&dir.join("result.json"), &serde_json::to_string_pretty(&judgment)?)?;
    }
    Ok(judgment)
}

/// Every turn of a session, as `versus` keeps them.
fn keep(dir: &Path, number: u64, session: &Session) -> Result<()> {
    fs::create_dir_all(dir).with_context(|| dir.display().to_string())?;
    let names = ["base", "head"].map(str::to_owned);
    Ok(store::replace(&dir.join(format!("turns-{number}.csv")), &render::csv(&turns::rows(session, &names))?)?)
}

/// How the programs are measured again.
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
