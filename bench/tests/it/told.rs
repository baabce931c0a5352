//! What is told to people never ends a run, however their ears are lost.

use std::fs::{self, File};
use std::io::{Read, pipe};
use std::path::Path;
use std::process::{Command, Stdio};

use skipbench_reports::rows::record::Status;

use super::run::{rows, suite};
use super::{TINY, ends, skipbench};

/// A folder with a suite, and the run of its two sets of inference into `out`.
fn run() -> (tempfile::TempDir, Command) {
    let dir = tempfile::tempdir().expect("temp");
    suite(dir.path(), TINY);
    let mut command = skipbench(dir.path());
    command.args(["run", "suite.toml", "--out", "out", "--filter", "/infer/"]).stdin(Stdio::null());
    (dir, command)
}

fn is_whole(dir: &Path) {
    let rows = rows(&dir.join("out"));
    assert!(rows.len() == 6 && rows.iter().all(|row| row.status == Status::Ok), "{rows:?}");
}

/// A pipe whose reader went away.
fn broken() -> std::io::PipeWriter {
    pipe().expect("a pipe").1
}

fn full() -> File {
    File::options().write(true).open("/dev/full").expect("Linux has it")
}

#[test]
fn a_run_goes_on_when_its_reader_goes() {
    let (dir, mut command) = run();
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("started");
    let mut first = [0];
    child.stderr.take().expect("piped").read_exact(&mut first).expect("it says something");
    assert_eq!(child.wait().expect("ends").code(), Some(0));
    is_whole(dir.path());
}

#[test]
fn a_run_goes_on_where_both_streams_are_closed_and_ends_quietly() {
    for json in [&[][..], &["--json"]] {
        let (dir, mut command) = run();
        let status = command.args(json).stdout(broken()).stderr(broken()).status().expect("started");
        assert_eq!(status.code(), Some(141), "all is measured, but nobody read the comparison");
        is_whole(dir.path());
        assert!(dir.path().join("out/comparison.csv").is_file());
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_run_goes_on_where_standard_error_is_on_a_full_disk() {
    let (dir, mut command) = run();
    let status = command.stdout(Stdio::null()).stderr(full()).status().expect("started");
    assert_eq!(status.code(), Some(0));
    is_whole(dir.path());
}

#[test]
fn a_run_goes_on_when_its_terminal_is_gone() {
    let (dir, mut command) = run();
    let terminal = nix::pty::openpty(None, None).expect("a terminal");
    let mut child = command.stdout(Stdio::null()).stderr(terminal.slave).spawn().expect("started");
    // Until it draws, so that it knows the terminal as one.
    File::from(terminal.master).read_exact(&mut [0]).expect("a bar");
    assert_eq!(child.wait().expect("ends").code(), Some(0));
    is_whole(dir.path());
}

/// What a terminal shows of `drawn`, line by line: without the sequences that move its cursor.
fn shown(drawn: &str) -> Vec<String> {
    let mut parts = drawn.split("\x1b[");
    let mut plain = parts.next().unwrap_or_default().to_owned();
    parts.for_each(|part| {
        plain.push_str(part.trim_start_matches(|c: char| !c.is_ascii_alphabetic()).get(1..).unwrap_or_default())
    });
    plain.split(['\r', '\n']).filter(|line| line.contains('%')).map(str::to_owned).collect()
}

#[test]
fn a_bar_fits_its_terminal() {
    for columns in [20, 40, 80] {
        let (_dir, mut command) = run();
        let size = nix::pty::Winsize { ws_row: 24, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
        let terminal = nix::pty::openpty(Some(&size), None).expect("a terminal");
        let mut child =
            command.env("TERM", "xterm").stdout(Stdio::null()).stderr(terminal.slave).spawn().expect("started");
        // The terminal ends with its last writer, which the command would be.
        drop(command);
        let mut drawn = Vec::new();
        // Linux calls that end an error; what came before it is here.
        let _ = File::from(terminal.master).read_to_end(&mut drawn);
        assert_eq!(child.wait().expect("ends").code(), Some(0));
        let bars = shown(&String::from_utf8_lossy(&drawn));
        let longest = bars.iter().map(|bar| bar.chars().count()).max();
        assert!(longest.is_some_and(|longest| longest <= usize::from(columns)), "{columns}: {bars:?}");
    }
}

#[test]
fn a_closed_standard_output_ends_every_command_quietly() {
    let dir = tempfile::tempdir().expect("temp");
    for words in [&["completions", "bash"][..], &["man"], &["models"], &["suites", "--json"], &["run", "--help"]] {
        let output = skipbench(dir.path()).args(words).stdout(broken()).output().expect("started");
        assert_eq!((output.status.code(), output.stderr.len()), (Some(141), 0), "{words:?}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_behind_standard_output_is_an_error() {
    let dir = tempfile::tempdir().expect("temp");
    for words in [&["completions", "zsh"][..], &["man"], &["models"], &["suites", "--json"], &["--help"], &["-V"]] {
        let output = skipbench(dir.path()).args(words).stdout(full()).stderr(Stdio::piped()).output().expect("started");
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{words:?}: {told}");
        assert!(told.starts_with("error: standard output: No space left"), "{words:?}: {told}");
        let silent = skipbench(dir.path()).args(words).stdout(full()).stderr(full()).status().expect("started");
        assert_eq!(silent.code(), Some(2), "{words:?}");
    }
}

/// A checkpoint that cannot be kept is no reason to lose the training that it was to spare.
#[test]
fn training_goes_on_without_checkpoints_where_the_disk_is_full_and_says_so_once() {
    use skipbench::internals::cell::Task;
    use skipbench::internals::recipe::Recipe;
    let dir = tempfile::tempdir().expect("temp");
    let mut cell = super::cell("resnet8-w4", Task::Train);
    cell.recipe = Recipe { epochs: 3, steps: None, batch: 64, ..Recipe::default() };
    let limited = "ulimit -f 4 && exec \"$0\" worker --checkpoints kept --checkpoint-every 0";
    let mut worker = Command::new("sh");
    worker.args(["-c", limited, env!("CARGO_BIN_EXE_skipbench")]).current_dir(dir.path());
    let mut worker = worker.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("started");
    let mut stdin = worker.stdin.take().expect("piped");
    std::io::Write::write_all(&mut stdin, (serde_json::to_string(&cell).expect("JSON") + "\n").as_bytes())
        .expect("heard");
    let mut said = String::new();
    worker.stdout.take().expect("piped").read_to_string(&mut said).expect("text");
    drop(stdin);
    worker.wait().expect("ends");
    let of = |kind: &str| said.lines().filter(|line| line.contains(&format!("\"message\":\"{kind}\""))).count();
    assert_eq!((of("note"), of("done"), of("failed")), (1, 1, 0), "{said}");
    let left = fs::read_dir(dir.path().join("kept")).expect("a folder").count();
    assert_eq!(left, 0, "what was half-written takes no space");
    let whole = ends(dir.path(), &["--version"], 0);
    assert!(whole.0.starts_with("skipbench"));
}
