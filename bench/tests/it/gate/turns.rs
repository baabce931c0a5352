//! Two programs that take turns, where their rows go, and what is never deleted for them.

use std::fs;
use std::path::Path;
use std::process::Command;

use skipbench_reports::rows::record::RunRow;
use skipbench_reports::rows::store;

use super::{SUITE, folder};
use crate::{ends, skipbench};

#[test]
fn two_programs_take_turns() {
    let dir = folder();
    let program = env!("CARGO_BIN_EXE_skipbench");
    let words =
        ["gate", "--binaries", program, program, "--suite", "small.toml", "--rounds", "3", "--out", "job", "--json"];
    // Three rounds are too few for a verdict on times; all else is equal.
    let (json, errors) = ends(dir.path(), &words, 3);
    let value: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    let findings = value["findings"].as_array().expect("a list");
    let times: Vec<_> = findings.iter().filter(|finding| finding["class"] == "time").collect();
    assert!(
        times.len() == 1 && times[0]["n"] == 3 && times[0]["why"].as_str().is_some_and(|why| why.contains("3 pairs"))
    );
    let others = findings.iter().filter(|finding| finding["class"] != "time");
    assert!(others.clone().count() > 3 && others.clone().all(|finding| finding["verdict"] == "pass"), "{json}");
    assert!(errors.contains("round 3 of 3"), "{errors}");
    ends(dir.path(), &["compare", "job/head"], 0);
    let left: Vec<_> = fs::read_dir(dir.path().join("job")).expect("there").filter_map(Result::ok).collect();
    assert_eq!(left.len(), 5, "base, head, the suite, the lock and the mark: {left:?}");
}

/// Names that hold each other must not be taken for each other, and each cell waits for nothing but its own pair.
#[test]
fn base_and_head_take_turns_cell_by_cell() {
    let dir = tempfile::tempdir().expect("a folder");
    let more = "\n[[group]]\nname = \"bone\"\nreference = \"resnet8-w4\"\nmodels = [\"plain8-w4\"]\n";
    let suite = SUITE.replace(", \"peak-memory-train\"", "").replace("seeds = [1]", "seeds = [7, 70]") + more;
    fs::write(dir.path().join("small.toml"), suite).expect("written");
    let program = env!("CARGO_BIN_EXE_skipbench");
    let words =
        ["gate", "--binaries", program, program, "--suite", "small.toml", "--rounds", "2", "--out", "job", "--json"];
    let (json, _) = ends(dir.path(), &words, 3);
    let read = |side: &str| store::read(&dir.path().join("job").join(side)).expect("whole");
    let mut rows: Vec<_> = read("base").into_iter().chain(read("head")).map(|run| run.row).collect();
    rows.sort_by(|a, b| a.started.cmp(&b.started));
    assert_eq!(rows.len(), 3 * 3 * 2, "three cells of one seed, by base, head and base again, in two rounds");
    for turns in rows.chunks(3) {
        let first = &turns[0];
        let same = |row: &RunRow| {
            (&row.group, &row.model, row.round, row.seed) == (&first.group, &first.model, first.round, 7)
        };
        assert!(turns.iter().all(same), "{turns:?}");
        assert_eq!(turns.iter().filter(|row| row.twin).count(), 1);
    }
    // Its own way to do it again does.
    let told: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    let again = told["findings"][0]["reproduce"].as_str().expect("a command");
    let words: Vec<&str> = again.split(' ').skip(1).collect();
    ends(dir.path(), &words, 3);
}

/// Everything below a folder, with what is in it.
fn contents(dir: &Path) -> Vec<(std::path::PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).into_iter().flatten().map(|entry| entry.expect("read").path()) {
        if entry.is_dir() {
            found.extend(contents(&entry))
        } else {
            found.push((entry.clone(), fs::read(&entry).expect("read")))
        }
    }
    found.sort();
    found
}

#[test]
fn nothing_is_deleted_that_the_gate_did_not_make() {
    let dir = folder();
    let program = env!("CARGO_BIN_EXE_skipbench");
    let words = |suite, out| {
        let words = ["gate", "--binaries", program, program, "--rounds", "1", "--suite", suite, "--out", out];
        words.map(str::to_owned).to_vec()
    };
    let refused = |suite, out| {
        let before = contents(dir.path());
        let words = words(suite, out);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let (_, told) =
            ends(dir.path(), &[&words[..], &["--junit", "mine.xml", "--benchmark-json", "mine.json"]].concat(), 2);
        assert_eq!(contents(dir.path()), before, "{told}");
        told
    };
    let write = |path: &str, text: &str| {
        let path = dir.path().join(path);
        fs::create_dir_all(path.parent().expect("a file's")).expect("made");
        fs::write(path, text).expect("written");
    };
    write("mine.xml", "<mine/>");
    write("mine.json", "[{\"name\": \"mine\", \"unit\": \"s\", \"value\": 1}]");
    for path in ["base/precious", "head/runs.csv", "notes.txt", "suite.toml", "base/deep/er/file"] {
        write(&format!("foreign/{path}"), "precious");
        assert!(refused("small.toml", "foreign").contains("give another --out"), "{path}");
        fs::remove_dir_all(dir.path().join("foreign")).expect("removed");
    }
    // A run's directory, and one that is no directory.
    assert!(refused("small.toml", "a").contains("give another --out"));
    refused("small.toml", "mine.xml");

    let own = words("small.toml", "job");
    let own: Vec<&str> = own.iter().map(String::as_str).collect();
    ends(dir.path(), &own, 3);
    // The results of the job before, where the next one cannot begin.
    write("wrong.toml", "name = 1");
    refused("wrong.toml", "job");
    refused("mistyped.toml", "job");
    for path in ["job/head/mine.txt", "job/base/deep/er.txt"] {
        write(path, "precious");
        assert!(refused("small.toml", "job").contains("does not delete it"), "{path}");
        let top: std::path::PathBuf = Path::new(path).iter().take(3).collect();
        let top = dir.path().join(top);
        if top.is_dir() { fs::remove_dir_all(top).expect("removed") } else { fs::remove_file(top).expect("removed") }
    }
    fs::remove_file(dir.path().join("job/base/.skipbench-gate")).expect("removed");
    assert!(refused("small.toml", "job").contains("did not make it"));
    fs::write(dir.path().join("job/base/.skipbench-gate"), "").expect("written");
    ends(dir.path(), &own, 3);
}

#[test]
fn what_cannot_be_built_is_said() {
    let dir = tempfile::tempdir().expect("a folder");
    let (_, error) = ends(dir.path(), &["gate", "--against", "main"], 2);
    assert!(error.contains("checkout"), "{error}");
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let output = skipbench(&root).args(["gate", "--against", "no-such-revision"]).output().expect("started");
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    // Without git, or in a source archive, there is no revision at all.
    let git = Command::new("git").current_dir(&root).args(["rev-parse", "HEAD"]).output();
    if git.is_ok_and(|git| git.status.success()) {
        assert!(output.status.code() == Some(2) && error.contains("no commit no-such-revision"), "{error}");
    }
}
