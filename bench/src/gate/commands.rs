//! Any programs that speak the step protocol, judged by the gate.

use anyhow::{Result, ensure};
use skipbench_ci::config::CommandPair;
use skipbench_ci::sets::SetTimes;

use super::sitting::{HEAD, Programs, Turns, sit, times};
use crate::lockstep::session::{MemberRecord, Session};
use crate::run::runner::Stop;

/// Lets both programs of each pair take turns, one pair after the other; `tell` hears how far that is, and `keep` gets
/// every session with its pair's name.
///
/// # Errors
/// If a program cannot be measured, with its last words; if the user ends it, or `keep` fails.
pub(crate) fn measure(
    pairs: &[CommandPair],
    turns: Turns,
    stop: &Stop,
    mut tell: impl FnMut(&str),
    mut keep: impl FnMut(&str, &Session) -> Result<()>,
) -> Result<Vec<(String, SetTimes)>> {
    let all: Vec<Programs> = pairs.iter().map(programs).collect::<Result<_>>()?;
    let mut measured = Vec::new();
    for (pair, programs) in pairs.iter().zip(all) {
        let mut told = |set, sets| tell(&format!("{}: set {set} of {sets} is done", pair.name));
        let sitting = sit(&programs, turns, stop, &mut told)?;
        keep(&pair.name, &sitting.session)?;
        ensure_whole(pair, &programs, &sitting.session)?;
        measured.push((pair.name.clone(), times(&sitting)));
    }
    Ok(measured)
}

fn programs(pair: &CommandPair) -> Result<Programs> {
    let [base, head] = pair.words().map_err(|(key, problem)| anyhow::anyhow!("{} of {}: {problem}", key, pair.name))?;
    Ok(Programs { base, head, relinked: None })
}

/// A verdict needs all of its programs.
fn ensure_whole(pair: &CommandPair, programs: &Programs, session: &Session) -> Result<()> {
    let broken = |(member, record): (usize, &MemberRecord)| {
        let command = if member == HEAD { &pair.head } else { &pair.base };
        let error = record.error.as_ref()?;
        Some(format!("{}: the {} ({command}) could not be measured: {error}", pair.name, programs.role(member)))
    };
    let broken: Vec<String> = session.members.iter().enumerate().filter_map(broken).collect();
    ensure!(broken.is_empty(), "{}", broken.join("\n"));
    Ok(())
}
