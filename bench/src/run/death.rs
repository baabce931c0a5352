//! Explains the death of a cell's process for its row, from how it ended and what it wrote to standard error.

use std::process::ExitStatus;

use skipbench_reports::rows::record::Status;

use super::limits::Limits;
use super::runner::CellFailure;
use crate::cell::Cell;

/// Explains a death without a last message.
pub(super) fn explain_death(cell: &Cell, status: Option<ExitStatus>, errors: &str) -> CellFailure {
    let (group, said) = (Limits::read(), describe_errors(errors));
    let limit = group.heap_bytes(cell.memory_limit_bytes) >> 20;
    if errors.contains("memory allocation of") {
        // Without what the runtime says around it.
        let said = errors.lines().find(|line| line.contains("memory allocation of")).unwrap_or_default();
        let said = said.find("memory allocation of").map_or(said, |start| &said[start..]);
        return CellFailure::new(
            Status::OutOfMemory,
            format!("above the memory limit of {limit} MiB, or of the machine: {said}"),
        );
    }
    match status.and_then(signal) {
        Some(9) => {
            let limit = group.memory_bytes.map(|bytes| format!(" (a control group allows {} MiB)", bytes >> 20));
            let limit = limit.unwrap_or_default();
            let guess = format!("killed by signal 9; unless someone did that, the system ran out of memory{limit}");
            CellFailure::new(Status::Crashed, format!("{guess}. {said}"))
        }
        Some(signal) => CellFailure::new(Status::Crashed, format!("died by signal {signal}. {said}")),
        None => {
            let code = status.and_then(|status| status.code());
            let code = code.map_or_else(|| "unknown".to_owned(), |code| code.to_string());
            CellFailure::new(Status::Crashed, format!("ended with exit status {code} and no result. {said}"))
        }
    }
}

#[cfg(unix)]
fn signal(status: ExitStatus) -> Option<i32> {
    std::os::unix::process::ExitStatusExt::signal(&status)
}

#[cfg(not(unix))]
fn signal(_status: ExitStatus) -> Option<i32> {
    None
}

/// Describes what a child wrote to standard error. For a panic that is its message and place, without what the runtime
/// writes around them.
fn describe_errors(errors: &str) -> String {
    let mut lines = errors.lines().skip_while(|line| !line.contains(PANIC));
    let Some((_, place)) = lines.next().and_then(|line| line.split_once(PANIC)) else { return errors.to_owned() };
    let own = |line: &&str| !["note: ", "stack backtrace:", "thread '"].iter().any(|start| line.starts_with(start));
    let message: Vec<&str> = lines.take_while(own).map(str::trim).filter(|line| !line.is_empty()).collect();
    let message = message.join(" ");
    let message = UNWRAPPED.iter().find_map(|start| message.strip_prefix(start)).unwrap_or(&message);
    format!("It panicked: {message} ({})", short_place(place.trim_end_matches(':')))
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

#[cfg(test)]
mod tests {
    use super::describe_errors;

    #[test]
    fn of_a_panic_its_message_and_place_are_told() {
        let said = "Compiling\n\nthread 'main' (7) panicked at /sources/index-1/burn-0.22.1/src/a.rs:1:2:\n\
                    called `Result::unwrap()` on an `Err` value: no room\nfor it\nnote: run with `RUST_BACKTRACE=1`\n";
        assert_eq!(describe_errors(said), "It panicked: no room for it (burn-0.22.1/src/a.rs:1:2)");
        assert_eq!(describe_errors("thread 'x' panicked at a.rs:1:2:\nshort\n"), "It panicked: short (a.rs:1:2)");
        assert_eq!(describe_errors("killed\n"), "killed\n", "other words stay");
    }
}
