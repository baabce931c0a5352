//! Explains the death of a process that gave no last message: a sentence, and the status of its row. Cells in their own
//! processes, programs that take turns, and the gate all use it.

use std::io::Read;
use std::process::ExitStatus;

use skipbench_reports::rows::record::Status;
use skipbench_reports::table::format_line;

use super::limits::Limits;
use crate::system::process::signal;

/// Largest number of bytes kept of what a process wrote to standard error. A backtrace must not push out its cause.
const KEPT: usize = 64 << 10;

/// Largest number of characters of them that a sentence repeats.
const QUOTED: usize = 2000;

/// Begins the message of an allocator that found no memory.
const NO_MEMORY: &str = "memory allocation of";

/// What a cell's process must give.
pub(crate) const RESULT: &str = "a result";

/// What a program must give in its turn.
pub(crate) const ANSWER: &str = "an answer";

/// A process that ended before it gave what was wanted of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Death<'a> {
    /// How it ended, or `None` where the system does not report it.
    pub(crate) status: Option<ExitStatus>,
    /// What it wrote to standard error.
    pub(crate) errors: &'a str,
    /// What it did not give: [`RESULT`] or [`ANSWER`].
    pub(crate) owed: &'static str,
    /// Memory that it was allowed, where that is known.
    pub(crate) memory_limit_bytes: Option<u64>,
}

impl Death<'_> {
    /// Returns how it ended and its last message, on one line.
    pub(crate) fn sentence(&self) -> String {
        let Self { errors, owed, .. } = self;
        if let Some(said) = no_memory(errors) {
            return format!("{}, or of the machine: {said}", self.describe_limit());
        }
        let how = match self.status.and_then(signal) {
            Some(9) => format!("killed by signal 9 without {owed}; {}", describe_kill()),
            Some(signal) => format!("died by signal {signal} without {owed}"),
            None => {
                let code = self.status.and_then(|status| status.code());
                let code = code.map_or_else(|| "unknown".to_owned(), |code| code.to_string());
                format!("ended with exit status {code} without {owed}")
            }
        };
        format!("{how}. {}", describe_errors(errors)).trim_end().to_owned()
    }

    fn describe_limit(&self) -> String {
        let limit = self.memory_limit_bytes.map(|bytes| Limits::read().heap_bytes(bytes) >> 20);
        limit.map_or_else(
            || "above its limit of memory".to_owned(),
            |limit| format!("above the memory limit of {limit} MiB"),
        )
    }
}

/// Returns the status of a row whose error is this sentence, if the sentence is of a death.
pub(crate) fn status(sentence: &str) -> Option<Status> {
    if sentence.contains(NO_MEMORY) {
        Some(Status::OutOfMemory)
    } else {
        let owed = [ANSWER, RESULT].map(|owed| format!(" without {owed}"));
        owed.iter().any(|owed| sentence.contains(owed)).then_some(Status::Crashed)
    }
}

/// Describes who most likely killed a process with signal 9.
fn describe_kill() -> String {
    let limit = Limits::read().memory_bytes.map(|bytes| format!(" (a control group allows {} MiB)", bytes >> 20));
    format!("unless someone did that, the system ran out of memory{}", limit.unwrap_or_default())
}

/// Returns the message of an allocator that found no memory, without what the runtime writes around it.
fn no_memory(errors: &str) -> Option<String> {
    errors.lines().find_map(|line| line.find(NO_MEMORY).map(|start| format_line(&line[start..])))
}

/// Describes what a process wrote to standard error, on one line. For a panic that is its message and place, without
/// what the runtime writes around them.
pub(crate) fn describe_errors(errors: &str) -> String {
    let mut lines = errors.lines().skip_while(|line| !line.contains(PANIC));
    let Some((_, place)) = lines.next().and_then(|line| line.split_once(PANIC)) else {
        return format_line(last(errors));
    };
    let own = |line: &&str| !["note: ", "stack backtrace:", "thread '"].iter().any(|start| line.starts_with(start));
    let message: Vec<&str> = lines.take_while(own).map(str::trim).filter(|line| !line.is_empty()).collect();
    let message = message.join(" ");
    let message = UNWRAPPED.iter().find_map(|start| message.strip_prefix(start)).unwrap_or(&message);
    format_line(&format!("It panicked: {message} ({})", short_place(place.trim_end_matches(':'))))
}

/// Returns the end of a long text.
fn last(text: &str) -> &str {
    text.char_indices().rev().nth(QUOTED - 1).map_or(text, |(start, _)| &text[start..])
}

/// Text that begins the line of a panic, before its place.
const PANIC: &str = " panicked at ";

/// Text that Rust writes before the error that was not expected.
const UNWRAPPED: [&str; 2] =
    ["called `Result::unwrap()` on an `Err` value: ", "called `Result::unwrap_err()` on an `Ok` value: "];

/// Shortens the place to begin at its crate, because the directory of the sources is particular to one machine.
fn short_place(place: &str) -> String {
    let parts: Vec<&str> = place.split(['/', '\\']).collect();
    let source = parts.iter().rposition(|part| *part == "src").unwrap_or(0);
    parts[source.saturating_sub(1)..].join("/")
}

/// Returns the last of what comes out of `pipe`, until it is closed.
pub(crate) fn last_words(mut pipe: impl Read) -> String {
    let (mut text, mut buffer) = (Vec::new(), [0; 4096]);
    while let Ok(count @ 1..) = pipe.read(&mut buffer) {
        text.extend_from_slice(&buffer[..count]);
        let excess = text.len().saturating_sub(KEPT);
        text.drain(..excess);
    }
    String::from_utf8_lossy(&text).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn died(errors: &str, memory_limit_bytes: Option<u64>) -> String {
        Death { status: None, errors, owed: ANSWER, memory_limit_bytes }.sentence()
    }

    #[test]
    fn of_a_panic_its_message_and_place_are_told() {
        let said = "Compiling\n\nthread 'main' (7) panicked at /sources/index-1/burn-0.22.1/src/a.rs:1:2:\n\
                    called `Result::unwrap()` on an `Err` value: no room\nfor it\nnote: run with `RUST_BACKTRACE=1`\n";
        assert_eq!(describe_errors(said), "It panicked: no room for it (burn-0.22.1/src/a.rs:1:2)");
        assert_eq!(describe_errors("thread 'x' panicked at a.rs:1:2:\nshort\n"), "It panicked: short (a.rs:1:2)");
        assert_eq!(describe_errors("killed\nby hand\n"), "killed by hand", "other words stay");
        assert_eq!(describe_errors("\u{1b}[31mred"), "\\u{1b}[31mred", "no code reaches a terminal");
    }

    /// A backtrace is longer than what is said, and hides it.
    #[test]
    fn memory_that_was_not_there_is_told_without_a_backtrace() {
        let frames: String = (0..200).map(|frame| format!("  {frame}: std::alloc::rust_oom\n")).collect();
        let errors = format!("x\nmemory allocation of 512 bytes failed\nstack backtrace:\n{frames}");
        let said = last_words(errors.as_bytes());
        let sentence = died(&said, None);
        assert_eq!(sentence, "above its limit of memory, or of the machine: memory allocation of 512 bytes failed");
        assert_eq!(status(&sentence), Some(Status::OutOfMemory));
        assert!(died(&said, Some(64 << 20)).starts_with("above the memory limit of 64 MiB, or of the machine: memory"));
    }

    #[test]
    fn every_other_death_is_a_crash_and_other_errors_are_none() {
        assert_eq!(died("gone\n", None), "ended with exit status unknown without an answer. gone");
        assert_eq!(status(&died("gone\n", None)), Some(Status::Crashed));
        assert_eq!(status("took more than 2 s for one turn"), None);
        assert_eq!(status("gave an error without a word"), None);
    }
}
