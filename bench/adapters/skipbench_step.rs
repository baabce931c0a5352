//! Lets skipbench drive the steps of a Rust program: `skipbench versus './mine --old' './mine --new'`.
//!
//! Copy this file into your program; it needs nothing but the standard library. Prepare everything, then call [`serve`]
//! with one step of your work:
//!
//! ```no_run
//! # use skipbench::internals::lockstep::serve::{Program, serve, timed};
//! let mut numbers = vec![3_u64; 1_000_000];
//! let program = Program { name: "sorting", units: (1_000_000, "numbers"), facts: &[("version", "1".to_owned())] };
//! serve(&program, timed(|| {
//!     numbers.reverse();
//!     numbers.sort_unstable();
//! }))?;
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! A step must end when its work has ended: wait for the GPU within it. Print nothing to standard output, which is for
//! the protocol (PROTOCOL.md), and let no thread go on working between steps.

#![allow(dead_code, unreachable_pub, reason = "a program that has a copy may use a part of it")]

use std::convert::Infallible;
use std::fmt::Display;
use std::io::{self, BufRead, Write};
use std::time::{Duration, Instant};

/// First line of both sides.
const HELLO: &str = "hello skipbench-steps 1";

/// Steps that the driver may ask for at once.
const MOST_STEPS: u32 = 1000;

/// What is said of a program before its first step.
#[derive(Debug, Clone, Copy)]
pub struct Program<'a> {
    /// What it is called.
    pub name: &'a str,
    /// What one step works through: `(64, "images")`.
    pub units: (u64, &'a str),
    /// What else should be recorded: a key without spaces and its value, on one line.
    pub facts: &'a [(&'a str, String)],
}

/// Answers on standard input and output until the driver goes away. `step` does one step and gives the time that it
/// took.
///
/// # Errors
/// If standard input or output fails, or the driver says what it may not say. An error of `step` is told to the driver.
pub fn serve<E: Display>(program: &Program<'_>, step: impl FnMut() -> Result<Duration, E>) -> io::Result<()> {
    converse(program, step, io::stdin().lock(), io::stdout().lock())
}

/// Work that cannot fail, with the time that it took.
pub fn timed(mut work: impl FnMut()) -> impl FnMut() -> Result<Duration, Infallible> {
    move || {
        let start = Instant::now();
        work();
        Ok(start.elapsed())
    }
}

/// [`serve`] on other pipes.
///
/// # Errors
/// As [`serve`].
pub fn converse<E: Display>(
    program: &Program<'_>,
    mut step: impl FnMut() -> Result<Duration, E>,
    requests: impl BufRead,
    mut answers: impl Write,
) -> io::Result<()> {
    let mut greeted = false;
    for line in requests.split(b'\n') {
        // Bytes that are no text are not understood; they are no reason to end without an answer.
        let line = String::from_utf8_lossy(&line?).into_owned();
        match (line.as_str(), asked(&line), greeted) {
            (HELLO, _, false) => {
                greeted = true;
                write!(answers, "{}", introduction(program))?;
            }
            (_, Some(count), true) => match steps(count, &mut step) {
                Ok(times) => writeln!(answers, "ns{times}")?,
                Err(error) => writeln!(answers, "error {}", one_line(&error))?,
            },
            ("quit", _, _) => return Ok(()),
            _ => return refuse(&line, answers),
        }
        answers.flush()?;
    }
    Ok(())
}

/// The number of a `step N`, written as the driver writes it, if it is one that may be asked for.
fn asked(line: &str) -> Option<u32> {
    let number = line.strip_prefix("step ")?;
    let count = number.parse().ok().filter(|count| (1..=MOST_STEPS).contains(count))?;
    (count.to_string() == number).then_some(count)
}

/// Ends with the protocol's error, on one line whatever the driver said.
fn refuse(line: &str, mut answers: impl Write) -> io::Result<()> {
    let said = one_line(line);
    writeln!(answers, "error not understood: {said}")?;
    answers.flush()?;
    Err(io::Error::other(format!("the driver said something unknown: {said}")))
}

fn introduction(Program { name, units: (count, unit), facts }: &Program<'_>) -> String {
    let known = facts.iter().filter(|(_, value)| !value.trim().is_empty());
    let facts: String = known.map(|(key, value)| format!("fact {key} {}\n", one_line(value))).collect();
    format!("{HELLO}\nname {}\nunits {count} {unit}\n{facts}ready\n", one_line(name))
}

/// Does `count` steps: the nanoseconds of each, with a space before each.
fn steps<E: Display>(count: u32, step: &mut impl FnMut() -> Result<Duration, E>) -> Result<String, E> {
    (0..count).map(|_| step().map(|time| format!(" {}", time.as_nanos()))).collect()
}

fn one_line(text: &(impl Display + ?Sized)) -> String {
    text.to_string().split_whitespace().collect::<Vec<_>>().join(" ")
}
