//! Where rows go: never over what is there, and never from two runs at once.

use std::fs;
use std::path::Path;
use std::process::Stdio;

use super::run::{rows, suite};
use super::{TINY, ends, refused, skipbench};

#[test]
fn of_two_runs_that_start_at_once_one_has_the_directory() {
    let dir = tempfile::tempdir().expect("temp");
    suite(dir.path(), TINY);
    for attempt in 0..5 {
        let out = format!("out{attempt}");
        let start = |seed: &str| {
            let words = ["run", "suite.toml", "--out", &out, "--filter", "/infer/", "--seeds", seed];
            let mut command = skipbench(dir.path());
            command.args(words).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("started")
        };
        let both = [(1, start("1")), (2, start("2"))];
        let ended = both.map(|(seed, run)| (seed, run.wait_with_output().expect("ends")));
        let won: Vec<u64> =
            ended.iter().filter(|(_, end)| end.status.code() == Some(0)).map(|(seed, _)| *seed).collect();
        assert_eq!(won.len(), 1, "{ended:?}");
        let (_, lost) = ended.iter().find(|(seed, _)| *seed != won[0]).expect("two ran");
        let told = String::from_utf8_lossy(&lost.stderr);
        assert!(lost.status.code() == Some(2), "{told}");
        assert!(told.contains("another skipbench") || told.contains("holds a run already"), "{told}");
        let rows = rows(&dir.path().join(&out));
        assert!(rows.len() == 6 && rows.iter().all(|row| row.seed == won[0]), "{rows:?}");
        ends(dir.path(), &["run", "--resume", &out, "--quiet"], 0);
    }
}

fn runs(dir: &Path) -> Vec<String> {
    let entries = fs::read_dir(dir.join("skipbench-results")).expect("made").map(|entry| entry.expect("read"));
    let mut names: Vec<String> = entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[test]
fn names_that_the_program_chooses_are_free_ones() {
    let dir = tempfile::tempdir().expect("temp");
    suite(dir.path(), TINY);
    let start = || {
        let mut command = skipbench(dir.path());
        command.args(["run", "suite.toml", "--filter", "resnet8-w4/infer/flex/seed=1", "-q"]);
        command.stdout(Stdio::null()).spawn().expect("started")
    };
    let started: Vec<_> = (0..4).map(|_| start()).collect();
    for mut run in started {
        assert_eq!(run.wait().expect("ends").code(), Some(0));
    }
    let names = runs(dir.path());
    assert!(names.len() == 4 && names.iter().all(|name| name.starts_with("tiny-2")), "{names:?}");
    ends(dir.path(), &["run", "suite.toml", "--list"], 0);
    assert_eq!(runs(dir.path()).len(), 4, "a list makes no directory");
}

#[test]
fn a_run_writes_over_nothing() {
    let dir = tempfile::tempdir().expect("temp");
    suite(dir.path(), TINY);
    for name in ["samples.csv", "runs.csv", "plan.json", "host.toml", "comparison.csv", "claims.csv"] {
        let out = dir.path().join("mine");
        fs::create_dir(&out).expect("made");
        fs::write(out.join(name), "precious").expect("written");
        let message = refused(dir.path(), &["run", "suite.toml", "--out", "mine", "--filter", "/infer/"]);
        assert!(message.contains("give another --out"), "{name}: {message}");
        assert_eq!(fs::read_to_string(out.join(name)).expect("there"), "precious");
        fs::remove_dir_all(&out).expect("removed");
    }
    let message = refused(dir.path(), &["run", "--resume", "nowhere"]);
    assert!(message.contains("no run to resume") && !dir.path().join("nowhere").exists(), "{message}");
}
