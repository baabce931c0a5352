//! Files that are none: pipes would be waited for, devices read without end, folders hold no text.

use std::fs;
use std::io::Read;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::{TINY, ends, skipbench};

/// What a refused command says; one that waits is ended, and fails the test.
fn refused_at_once(dir: &Path, arguments: &[&str]) -> String {
    let mut command = skipbench(dir);
    let mut child = command.args(arguments).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("started");
    let deadline = Instant::now() + Duration::from_secs(60);
    let status = loop {
        match child.try_wait().expect("it lives or not") {
            Some(status) => break status,
            None if Instant::now() > deadline => {
                child.kill().expect("killed");
                panic!("{arguments:?}: it waits");
            }
            None => std::thread::sleep(Duration::from_millis(5)),
        }
    };
    let mut said = String::new();
    child.stderr.take().expect("piped").read_to_string(&mut said).expect("text");
    assert_eq!(status.code(), Some(2), "{arguments:?}: {said}");
    said
}

/// Puts something that is no file in place of `path`, and gives what it is called.
type Replacement = fn(&Path) -> &'static str;

const REPLACEMENTS: [Replacement; 3] = [
    |path| {
        let made = Command::new("mkfifo").arg(path).status();
        assert!(made.is_ok_and(|status| status.success()), "mkfifo");
        "a pipe"
    },
    |path| {
        symlink("/dev/zero", path).expect("linked");
        "a device"
    },
    |path| {
        fs::create_dir(path).expect("made");
        "a folder"
    },
];

/// Each kind takes the place of `name` while `check` runs.
fn replaced(dir: &Path, name: &str, commands: &[&[&str]]) {
    let (path, aside) = (dir.join(name), dir.join("aside"));
    let _ = fs::rename(&path, &aside);
    for replacement in REPLACEMENTS {
        let what = replacement(&path);
        for command in commands {
            let said = refused_at_once(dir, command);
            let file = Path::new(name).file_name().and_then(|name| name.to_str()).expect("a name");
            assert!(said.contains(file) && said.contains(&format!("it is {what}")), "{command:?}: {said}");
        }
        if what == "a folder" { fs::remove_dir(&path) } else { fs::remove_file(&path) }.expect("removed");
    }
    let _ = fs::rename(&aside, &path);
}

#[test]
fn what_is_no_file_is_refused_at_once_by_what_it_is() {
    let dir = tempfile::tempdir().expect("temp");
    let dir = dir.path();
    fs::write(dir.join("suite.toml"), TINY).expect("written");
    ends(dir, &["run", "suite.toml", "--out", "out", "--filter", "peak-memory-infer", "-q"], 0);
    replaced(dir, "suite.toml", &[&["run", "suite.toml", "--list"]]);
    let gate = &["gate", "--base", "out", "--head", "out"][..];
    replaced(dir, "gate.toml", &[&["gate", "--config", "gate.toml"], &[gate, &["--config", "gate.toml"]].concat()]);
    let resume = &["run", "--resume", "out", "-q"][..];
    replaced(dir, "out/runs.csv", &[&["compare", "out"], gate, resume]);
    replaced(dir, "out/samples.csv", &[&["compare", "out"], gate, resume]);
    replaced(dir, "out/plan.json", &[gate, resume, &["replay", "out", "0"]]);
    replaced(dir, "out/host.toml", &[gate, resume]);
    replaced(dir, "page.md", &[&["report", "out", "--splice", "page.md"]]);
    replaced(dir, "cell.json", &[&["steps", "--cell", "cell.json"]]);
    let program = env!("CARGO_BIN_EXE_skipbench");
    replaced(dir, "program", &[&["gate", "--binaries", program, "program"]]);
    ends(dir, gate, 0);
}

#[test]
fn standard_input_and_what_is_too_long_are_refused_with_words() {
    let dir = tempfile::tempdir().expect("temp");
    let said = refused_at_once(dir.path(), &["gate", "--config", "-"]);
    assert!(said.contains("standard input is not read here; give the name of a file"), "{said}");
    let said = refused_at_once(dir.path(), &["run", "-", "--list"]);
    assert!(said.contains("standard input is not read here"), "{said}");
    // No byte of it is on the disk, or read.
    fs::File::create(dir.path().join("long.toml")).and_then(|file| file.set_len(1 << 33)).expect("made");
    let said = refused_at_once(dir.path(), &["gate", "--config", "long.toml"]);
    assert!(said.contains("it has 8192 MiB, and a file of its kind has at most 1 MiB"), "{said}");
}

#[test]
fn a_missing_file_of_samples_and_a_wrong_word_are_named_with_the_way_out() {
    let dir = tempfile::tempdir().expect("temp");
    let dir = dir.path();
    fs::write(dir.join("suite.toml"), TINY).expect("written");
    ends(dir, &["run", "suite.toml", "--out", "out", "--filter", "peak-memory-infer seed=1", "-q"], 0);
    let (runs, samples) = (dir.join("out/runs.csv"), dir.join("out/samples.csv"));
    let whole = fs::read_to_string(&runs).expect("there");
    for (from, to, column) in [(",ok,", ",fine,", "status"), ("plain8-w4,", "plain8-w4,\"", "")] {
        fs::write(&runs, whole.replacen(from, to, 1)).expect("written");
        let said = refused_at_once(dir, &["compare", "out"]);
        let named = column.is_empty() || said.contains(&format!("line 2, column {column}: unknown variant `fine`"));
        assert!(named && said.contains("`skipbench run --resume out --retry-failed`"), "{said}");
    }
    fs::write(&runs, whole.replacen(",ok,", ",fine,", 1)).expect("written");
    ends(dir, &["run", "--resume", "out", "--retry-failed", "-q"], 0);
    fs::remove_file(&samples).expect("there");
    let said = refused_at_once(dir, &["compare", "out"]);
    assert!(said.contains("samples.csv: not found, though there are rows; restore it, or measure"), "{said}");
    refused_at_once(dir, &["run", "--resume", "out", "-q"]);
    ends(dir, &["run", "--resume", "out", "--retry-failed", "-q"], 0);
    ends(dir, &["compare", "out"], 0);
}
