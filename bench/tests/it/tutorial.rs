//! The tutorial: every command in it is run, in the order of the page, and prints what the page shows.
//!
//! `INSTA_UPDATE=always` writes into the page what the commands print, as it does with snapshots.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What ends the output of each block; no command prints it.
const END: char = '\u{1e}';

fn page() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../reports/TUTORIAL.md")
}

/// The page cut at its fences: every second part is a block that begins with its language.
fn parts(text: &str) -> Vec<String> {
    text.split("```").map(str::to_owned).collect()
}

/// Places of the blocks of commands, each with that of the block which shows what they print.
fn steps(parts: &[String]) -> Vec<(usize, Option<usize>)> {
    let is = |place: usize, language: &str| parts.get(place).is_some_and(|part| part.starts_with(language));
    let shown = |place: usize| Some(place + 2).filter(|next| is(*next, "text\n") && parts[place + 1].trim().is_empty());
    (1..parts.len()).step_by(2).filter(|place| is(*place, "sh\n")).map(|place| (place, shown(place))).collect()
}

/// What each block prints, where the page's commands are entered one after the other.
fn run(blocks: &[&str]) -> Vec<String> {
    let dir = tempfile::tempdir().expect("a folder");
    fs::create_dir(dir.path().join("reports")).expect("made");
    let records = Path::new(env!("CARGO_MANIFEST_DIR")).join("../reports/records");
    symlink(records.canonicalize().expect("records"), dir.path().join("reports/records")).expect("linked");
    let binary = Path::new(env!("CARGO_BIN_EXE_skipbench")).parent().expect("a folder");
    let path = std::env::var("PATH").unwrap_or_default();
    let script: String = blocks.iter().map(|block| format!("{block}\nprintf '\\036'\n")).collect();
    let mut command = Command::new("bash");
    command.args(["-euo", "pipefail", "-c", &script]).current_dir(dir.path()).env_remove("SKIPBENCH_DATA");
    command.env("PATH", format!("{}:{path}", binary.display())).env("LC_ALL", "C");
    let output = command.output().expect("bash");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let printed = String::from_utf8(output.stdout).expect("text");
    printed.split_terminator(END).map(str::to_owned).collect()
}

#[test]
fn every_command_of_the_tutorial_prints_what_the_page_shows() {
    // A package comes without the page and the records.
    let Ok(text) = fs::read_to_string(page()) else { return };
    let mut parts = parts(&text);
    let steps = steps(&parts);
    assert!(steps.len() > 8 && steps.iter().all(|(_, shown)| shown.is_some()), "{steps:?}");
    let blocks: Vec<&str> = steps.iter().map(|(block, _)| parts[*block].trim_start_matches("sh\n")).collect();
    let printed = run(&blocks);
    assert_eq!(printed.len(), steps.len(), "{printed:?}");
    for ((_, shown), printed) in steps.iter().zip(&printed) {
        parts[shown.expect("checked")] = format!("text\n{printed}");
    }
    let renewed = parts.join("```");
    if std::env::var("INSTA_UPDATE").is_ok_and(|update| update == "always") {
        fs::write(page(), &renewed).expect("written");
    }
    assert!(renewed == text, "reports/TUTORIAL.md is stale; INSTA_UPDATE=always renews it. It would be:\n{renewed}");
}

/// Nothing of the page stays unrun: what is entered stands in blocks of commands, and nothing else begins so.
#[test]
fn commands_stand_only_in_blocks_that_are_run() {
    let Ok(text) = fs::read_to_string(page()) else { return };
    let parts = parts(&text);
    let run: Vec<usize> = steps(&parts).into_iter().map(|(block, _)| block).collect();
    for (place, part) in parts.iter().enumerate().filter(|(place, _)| !run.contains(place)) {
        assert!(!part.lines().any(|line| line.starts_with("skipbench ")), "part {place} is not run: {part}");
    }
}
