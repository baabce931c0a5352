//! Formats sentences below tables: where numbers come from, and what to know before believing them.

use super::format::{Format, bullet};
use super::plain::format_sentence;
use crate::analyses::group::Origin;

/// Formats sentences below a table.
pub fn format_notes(notes: &[String], format: Format) -> String {
    notes.iter().map(|note| format!("{}note: {}\n", bullet(format), format_sentence(note, format))).collect()
}

/// Formats where numbers come from, one line each: day, device, machine, versions, command.
pub fn format_origins(origins: &[(String, Origin)], format: Format) -> String {
    let line = |(device, origin): &(String, Origin)| {
        let Origin { device_name, host, skipbench, burn, date, command } = origin;
        let name = if device_name.is_empty() { String::new() } else { format!(" ({device_name})") };
        let said = format!("{date}, {device}{name}, machine {host}, skipbench {skipbench}, Burn {burn}: {command}");
        format_sentence(&said, format) + "\n"
    };
    origins.iter().map(line).collect()
}
