//! A share that an engine ends, and that goes on later or elsewhere.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use super::super::run::{rows, suite};
use super::super::{TINY, ends, skipbench};

/// One training cell of some seconds, whose epochs are long.
fn long(dir: &Path) {
    let text =
        TINY.replace("\nsteps = 2", "").replace("epochs = 1", "epochs = 20").replace("seeds = [1, 2]", "seeds = [1]");
    suite(dir, &text.replace("batch = 16", "batch = 4\nlr = 0.002\neval_every = 100"));
}

const SHARE: [&str; 10] =
    ["run", "suite.toml", "--shard", "1/1", "--threads", "1", "--filter", "resnet8-w4/train/", "--out", "out"];

/// Sends a SIGTERM once so many steps are done; gives how it ended.
fn terminated(dir: &Path, steps: u64) -> Output {
    let mut command = skipbench(dir);
    command.args(SHARE).arg("--json").stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("started");
    let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines().map_while(Result::ok);
    let far_enough = |line: String| {
        let told: serde_json::Value = serde_json::from_str(&line).expect("JSON");
        told["progress"]["done"].as_u64() >= Some(steps)
    };
    assert!(lines.any(far_enough), "ended before {steps} steps");
    Command::new("kill").args(["-TERM", &child.id().to_string()]).status().expect("kill");
    child.wait_with_output().expect("ends")
}

/// The folder of the one checkpoint, if there is one.
fn checkpoint(dir: &Path) -> Option<String> {
    let cells = fs::read_dir(dir.join("out/1-of-1/checkpoints")).ok()?;
    cells.flatten().find_map(|cell| fs::read_to_string(cell.path().join("latest")).ok())
}

#[test]
fn a_share_that_is_ended_twice_goes_on_to_the_same_bits() {
    let dir = tempfile::tempdir().expect("temp");
    long(dir.path());
    let whole = tempfile::tempdir().expect("temp");
    long(whole.path());
    ends(whole.path(), &SHARE, 0);
    let expected = &rows(&whole.path().join("out/1-of-1"))[0];

    for steps in [50, 700] {
        let output = terminated(dir.path(), steps);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(75), "{said}");
        assert!(said.contains("the same command goes on"), "{said}");
        assert!(
            checkpoint(dir.path()).is_some_and(|name| name.contains("-step-")),
            "it left between two steps: {said}"
        );
    }
    ends(dir.path(), &SHARE, 0);
    let row = &rows(&dir.path().join("out/1-of-1"))[0];
    assert_eq!(
        (row.loss, row.test_correct, row.train_correct),
        (expected.loss, expected.test_correct, expected.train_correct)
    );
    let samples = |dir: &Path| fs::read(dir.join("out/1-of-1/samples.csv")).expect("samples");
    assert_eq!(samples(dir.path()), samples(whole.path()), "every epoch's loss and counts");
    assert!(!dir.path().join("out/1-of-1/checkpoints").exists());
}

/// What an engine does: a signal to every process of the task at once, as soon as a child process named so lives.
#[cfg(target_os = "linux")]
fn signaled(dir: &Path, name: &str) -> Output {
    let mut command = skipbench(dir);
    let child = command.args(SHARE).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("started");
    let children = || {
        let threads = fs::read_dir(format!("/proc/{}/task", child.id())).expect("alive").flatten();
        let list = |thread: fs::DirEntry| fs::read_to_string(thread.path().join("children")).unwrap_or_default();
        let lists: Vec<String> = threads.map(list).collect();
        lists.join(" ").split_whitespace().map(str::to_owned).collect::<Vec<String>>()
    };
    let is_named = |id: &String| fs::read_to_string(format!("/proc/{id}/cmdline")).unwrap_or_default().contains(name);
    let deadline = Instant::now() + Duration::from_secs(60);
    let found = loop {
        if let Some(found) = children().into_iter().find(is_named) {
            break found;
        }
        assert!(Instant::now() < deadline, "no {name}");
        std::thread::sleep(Duration::from_millis(1));
    };
    // The child first, and the parent twice: it hears from the engine, and once more from its script.
    let parent = child.id().to_string();
    Command::new("kill").args(["-TERM", &found, &parent]).status().expect("kill");
    Command::new("kill").args(["-TERM", &parent]).status().expect("kill");
    child.wait_with_output().expect("ends")
}

#[cfg(target_os = "linux")]
#[test]
fn a_signal_to_every_process_is_no_failure_whatever_they_do() {
    for name in ["--check", "worker"] {
        let dir = tempfile::tempdir().expect("temp");
        long(dir.path());
        let output = signaled(dir.path(), name);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(75), "{name}: {said}");
        assert!(rows(&dir.path().join("out/1-of-1")).is_empty(), "{name}: {said}");
        assert_eq!(said.matches("leaving:").count(), 1, "{name}: {said}");
    }
}

#[test]
fn a_share_that_another_one_works_on_is_tried_again() {
    let dir = tempfile::tempdir().expect("temp");
    long(dir.path());
    let mut first =
        skipbench(dir.path()).args(SHARE).stderr(Stdio::null()).stdout(Stdio::null()).spawn().expect("started");
    let deadline = Instant::now() + Duration::from_secs(60);
    while !dir.path().join("out/1-of-1/runs.csv").exists() {
        assert!(Instant::now() < deadline, "not begun");
        std::thread::sleep(Duration::from_millis(5));
    }
    let (_, said) = ends(dir.path(), &SHARE, 75);
    first.kill().expect("killed");
    first.wait().expect("dead");
    assert!(said.contains("another skipbench is at work"), "{said}");
}

/// The machine of the first half is another one: what it timed in part is of no use.
#[test]
fn what_another_machine_timed_in_part_is_measured_anew() {
    let dir = tempfile::tempdir().expect("temp");
    suite(dir.path(), TINY);
    let share = ["run", "suite.toml", "--shard", "1/1", "--threads", "1", "--seeds", "1", "--out", "out", "--quiet"];
    ends(dir.path(), &share, 0);
    let out = dir.path().join("out/1-of-1");
    let mut runs = skipbench_reports::rows::store::read(&out).expect("rows");
    // The first set of all was elsewhere, and the last cell of all is still to do.
    let is_timed = |task: &str| ["train-step", "infer"].contains(&task);
    let last = runs.iter().rposition(|run| is_timed(&run.row.task)).expect("timed");
    let set = (runs[last].row.set, runs[last].row.task.clone());
    runs.retain(|run| (run.row.set, run.row.task.clone()) != set);
    runs.iter_mut().for_each(|run| run.row.host = "elsewhere".into());
    skipbench_reports::rows::store::write(&out, &runs).expect("written");
    let host = fs::read_to_string(out.join("host.toml")).expect("there");
    let id =
        host.lines().find_map(|line| line.strip_prefix("id = ")).expect("an identity").trim_matches('"').to_owned();
    fs::write(out.join("host.toml"), host.replace(&id, "elsewhere")).expect("written");
    fs::write(out.join("hosts/elsewhere.toml"), host.replace(&id, "elsewhere")).expect("written");

    ends(dir.path(), &share, 0);
    let rows = rows(&out);
    assert_eq!(rows.len(), 18);
    for row in &rows {
        let expected = if is_timed(&row.task) { &id } else { "elsewhere" };
        assert_eq!(row.host, expected, "{} {}", row.model, row.task);
    }
    ends(dir.path(), &["merge", "out", "--out", "merged"], 0);
    assert!(dir.path().join("merged/hosts/elsewhere.toml").exists() && !dir.path().join("merged/host.toml").exists());
    let (compared, _) = ends(dir.path(), &["compare", "merged"], 0);
    assert_eq!(
        compared.matches("pair: digits").count(),
        1,
        "accuracy and memory of any machine, times of one: {compared}"
    );
    let record = super::super::refused(dir.path(), &["record", "merged", "--into", "records"]);
    assert!(record.contains("measured on 2 machines"), "{record}");
}
