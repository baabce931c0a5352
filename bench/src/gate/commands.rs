//! Any programs that speak the step protocol, judged by the gate.

use anyhow::Result;
use skipbench_ci::config::CommandPair;
use skipbench_ci::restless::Restless;
use skipbench_ci::sets::SetTimes;

use super::sitting::{HEAD, Programs, Sitting, Turns, sit, times};
use crate::lockstep::result::asleep_share;
use crate::lockstep::session::{MemberRecord, REFERENCE, Session};
use crate::run::runner::Stop;

/// What was measured of the pairs.
#[derive(Debug, Default)]
pub(crate) struct Measured {
    /// Of each pair its times, or why there are none.
    pub(crate) times: Vec<(String, Result<SetTimes, String>)>,
    /// Programs that were at work between their turns.
    pub(crate) restless: Vec<Restless>,
}

/// Lets both programs of each pair take turns, one pair after the other; `tell` hears how far that is, and `keep` gets
/// every session. A pair that breaks says why, and the others go on.
///
/// # Errors
/// If the user ends it, or `keep` fails.
pub(crate) fn measure(
    pairs: &[CommandPair],
    turns: Turns,
    stop: &Stop,
    mut tell: impl FnMut(&str),
    mut keep: impl FnMut(&Session) -> Result<()>,
) -> Result<Measured> {
    let all: Vec<Programs> = pairs.iter().map(programs).collect::<Result<_>>()?;
    let mut measured = Measured::default();
    for (pair, programs) in pairs.iter().zip(all) {
        let mut told = |set, sets| tell(&format!("{}: set {set} of {sets} is done", pair.name));
        let sitting = sit(&programs, turns, stop, &mut told)?;
        keep(&sitting.session)?;
        sitting.ensure_whole()?;
        measured.restless.extend(restless(pair, &sitting));
        let times = broken(pair, &programs, &sitting.session).map_or_else(|| Ok(times(&sitting)), Err);
        measured.times.push((pair.name.clone(), times));
    }
    Ok(measured)
}

fn programs(pair: &CommandPair) -> Result<Programs> {
    let [base, head] = pair.words().map_err(|(key, problem)| anyhow::anyhow!("{} of {}: {problem}", key, pair.name))?;
    Ok(Programs { base, head, relinked: None, memory_limit_bytes: None })
}

/// Why there is no verdict, which needs all of the programs.
fn broken(pair: &CommandPair, programs: &Programs, session: &Session) -> Option<String> {
    let broken = |(member, record): (usize, &MemberRecord)| {
        let command = if member == HEAD { &pair.head } else { &pair.base };
        let error = record.error.as_ref()?;
        Some(format!("the {} ({command}) could not be measured: {error}", programs.role(member)))
    };
    let broken: Vec<String> = session.members.iter().enumerate().filter_map(broken).collect();
    (!broken.is_empty()).then(|| broken.join("; "))
}

/// Which of the two was at work between its turns; the base by both of its starts.
fn restless(pair: &CommandPair, Sitting { session, .. }: &Sitting) -> Vec<Restless> {
    let of = |word: &str, members: &[usize]| {
        let share = asleep_share(session.turns.iter().filter(|turn| members.contains(&turn.member)))?;
        Restless::of(&pair.name, word, share)
    };
    [of("base", &[REFERENCE, session.twin()]), of("head", &[HEAD])].into_iter().flatten().collect()
}
