//! What a program writes: lines of the protocol, and what it prints beside them.

use std::io::{BufRead, BufReader, Read};
use std::sync::mpsc::{Receiver, channel, sync_channel};
use std::time::Duration;

use skipbench_reports::analyses::quantity::format_number_of;

use crate::lockstep::protocol::{Answer, HELLO};
use crate::run::death::last_words;

/// Longest line that is read: a thousand times of twenty digits take a fiftieth of it.
const LONGEST: u64 = 1 << 20;

/// What the first line of any version begins with.
const OTHER_VERSION: &str = "hello skipbench-steps ";

/// Most of a line that an error quotes.
const QUOTED: usize = 80;

/// Lines that are read before anyone asks for them. A program that writes more has to wait.
const AHEAD: usize = 16;

/// The lines that come out of `pipe`, read by a thread that sleeps meanwhile.
pub(super) fn lines(pipe: impl Read + Send + 'static) -> Receiver<String> {
    let (sender, receiver) = sync_channel(AHEAD);
    std::thread::spawn(move || {
        let mut pipe = BufReader::new(pipe);
        loop {
            let mut line = Vec::new();
            match pipe.by_ref().take(LONGEST).read_until(b'\n', &mut line) {
                Ok(1..) => {}
                _ => return,
            }
            let line = String::from_utf8_lossy(&line);
            if sender.send(line.trim_end_matches(['\n', '\r']).to_owned()).is_err() {
                return;
            }
        }
    });
    receiver
}

/// The last of what comes out of `pipe`, once it is closed.
pub(super) fn tail(pipe: impl Read + Send + 'static) -> Receiver<String> {
    let (sender, receiver) = channel();
    // Nobody may wait for it any more.
    std::thread::spawn(move || drop(sender.send(last_words(pipe))));
    receiver
}

/// What is said of a line that is not of the protocol.
pub(super) fn stray(line: &str, number: u64) -> String {
    if line.starts_with(OTHER_VERSION) {
        return format!("speaks another version of the protocol, \"{line}\"; this driver speaks \"{HELLO}\"");
    }
    let mut quoted: String = line.chars().take(QUOTED).collect();
    if quoted.len() < line.len() {
        quoted.push('…');
    }
    format!(
        "its line {number} on standard output is not an answer: \"{quoted}\". Only the protocol may be printed there; print \
         everything else to standard error"
    )
}

/// The times of a turn, if they can be true.
pub(super) fn checked(answer: Answer, steps: u32, wall: Duration) -> Result<Vec<u64>, String> {
    let times = match answer {
        Answer::Times(times) => times,
        Answer::Error(error) => return Err(error),
        _ => return Err("answered a turn with a line of its introduction, not with times".to_owned()),
    };
    if times.len() as u64 != u64::from(steps) {
        let (asked, given) = (format_number_of(steps as usize, "step"), format_number_of(times.len(), "time"));
        return Err(format!("answered {asked} with {given}"));
    }
    let claimed: u128 = times.iter().map(|time| u128::from(*time)).sum();
    // Clocks may differ by a little.
    let most = wall + wall / 100 + Duration::from_millis(1);
    if times.contains(&0) || claimed > most.as_nanos() {
        return Err(format!("answered {claimed} ns in a turn that lasted {} ns", wall.as_nanos()));
    }
    Ok(times)
}
