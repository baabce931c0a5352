//! Where the source asks for one kind of system. Everything else compiles for all of them, because it never mentions
//! any: who needs something that only POSIX or Linux has puts it into one of these files, with what takes its place.

use std::fs;
use std::path::{Path, PathBuf};

/// Words that only a file which deals with systems needs.
const WORDS: [&str; 10] = [
    "#[cfg(unix)",
    "#[cfg(windows)",
    "#[cfg(not(unix))",
    "#[cfg(target_os",
    "#[cfg(not(target_os",
    "os::unix",
    "os::windows",
    "nix::",
    "signal_hook::",
    "perf_event::",
];

/// Those files, in `bench/src`.
const SYSTEM: [&str; 7] = [
    "lockstep/process/guard/",
    "lockstep/process/processors.rs",
    "system/files.rs",
    "system/interrupt.rs",
    "system/process.rs",
    "system/tree.rs",
    "tasks/meter/instructions.rs",
];

fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("listed").map(|entry| entry.expect("listed").path());
    let (folders, files): (Vec<_>, Vec<_>) = entries.partition(|path| path.is_dir());
    files.into_iter().chain(folders.iter().flat_map(|folder| sources(folder))).collect()
}

fn mentions_a_system(path: &Path) -> bool {
    let text = fs::read_to_string(path).expect("text");
    WORDS.iter().any(|word| text.contains(word))
}

#[test]
fn only_files_that_deal_with_systems_mention_one() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let place = |path: &PathBuf| path.strip_prefix(&root).expect("below").to_string_lossy().replace('\\', "/");
    let mentioning: Vec<String> = sources(&root).iter().filter(|path| mentions_a_system(path)).map(place).collect();
    let stray: Vec<&String> =
        mentioning.iter().filter(|path| !SYSTEM.iter().any(|known| path.starts_with(known))).collect();
    assert!(
        stray.is_empty(),
        "{stray:?}: put what differs between systems into bench/src/system, or list the file here"
    );
    let idle: Vec<&&str> =
        SYSTEM.iter().filter(|known| !mentioning.iter().any(|path| path.starts_with(**known))).collect();
    assert!(idle.is_empty(), "{idle:?}: no longer asks for a system, and needs no exception");
}
