//! What finished runs are asked, through the real binary: report, rank, frontier, diff, recommend, record.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use skipbench::internals::run::GIT_REVISION;
use skipbench_reports::rows::store;

use super::{TINY, ends, refused, skipbench};

/// A finished run of a tiny suite in `dir/NAME`.
fn finished(dir: &Path, name: &str) -> PathBuf {
    fs::write(dir.join("tiny.toml"), TINY).expect("written");
    ends(dir, &["run", "tiny.toml", "--out", name, "-q"], 0);
    dir.join(name)
}

fn json(dir: &Path, arguments: &[&str]) -> serde_json::Value {
    let (said, _) = ends(dir, &[arguments, &["--json"]].concat(), 0);
    serde_json::from_str(&said).unwrap_or_else(|error| panic!("{arguments:?}: {error}: {said}"))
}

#[test]
fn every_question_has_an_answer_for_people_and_for_scripts() {
    let dir = tempfile::tempdir().expect("a folder");
    let dir = dir.path();
    finished(dir, "a");
    for (question, least) in
        [(&["compare", "a"][..], 8), (&["rank", "a"], 4), (&["frontier", "a"], 4), (&["diff", "a", "a"], 8)]
    {
        let rows = json(dir, question);
        assert!(rows.as_array().is_some_and(|rows| rows.len() >= least), "{question:?}: {rows}");
        let (csv, _) = ends(dir, &[question, &["--csv"]].concat(), 0);
        assert_eq!(csv.lines().count(), rows.as_array().expect("rows").len() + 1, "{question:?}: {csv}");
        let (text, _) = ends(dir, question, 0);
        assert!(text.contains("resnet8-w4") || text.contains("add"), "{question:?}: {text}");
        assert!(!text.contains('\u{1b}'), "no color but on a terminal: {text}");
    }
    for (file, command) in [("comparison.csv", "compare"), ("frontier.csv", "frontier"), ("rank.csv", "rank")] {
        let (said, _) = ends(dir, &[command, "a", "--csv"], 0);
        assert_eq!(said, fs::read_to_string(dir.join("a").join(file)).expect(file), "{file} is what {command} says");
    }
}

#[test]
fn advice_keeps_limits_or_says_that_nothing_does() {
    let dir = tempfile::tempdir().expect("a folder");
    let dir = dir.path();
    finished(dir, "skipbench-results/a");
    let (text, _) = ends(dir, &["recommend", "--max-memory", "2GiB", "--min-throughput", "1", "--data", "digits"], 0);
    assert!(text.starts_with("digits on flex") && text.contains("\nTake "), "{text}");
    let (none, _) = ends(dir, &["recommend", "--max-params", "1k"], 1);
    assert!(none.contains("No measured network keeps these limits."), "{none}");
    let error = refused(dir, &["recommend", "--data", "cifar10"]);
    assert!(error.contains("digits on flex") && error.contains("skipbench run"), "{error}");
    assert!(refused(dir, &["recommend", "--max-memory", "much"]).contains("2GiB"));
    let empty = tempfile::tempdir().expect("a folder");
    assert!(refused(empty.path(), &["recommend"]).contains("no run below reports/records or skipbench-results"));
}

#[test]
fn a_limit_has_a_unit_of_its_own_quantity() {
    let dir = tempfile::tempdir().expect("a folder");
    let dir = dir.path();
    finished(dir, "a");
    for (option, wrong, right) in [
        ("--max-memory", "5ms", "such as 2GiB"),
        ("--max-infer-memory", "2k", "such as 2GiB"),
        ("--max-memory", "5", "5 of which unit?"),
        ("--max-infer-memory", "2000000000", "2000000000 of which unit?"),
        ("--max-latency", "2", "2 of which unit?"),
        ("--max-latency", "2GiB", "such as 2ms"),
        ("--max-latency", "2", "such as 2ms"),
        ("--max-params", "95%", "such as 300k"),
        ("--max-macs", "1s", "such as 300k"),
        ("--min-throughput", "1GiB", "such as 500"),
        ("--min-accuracy", "95", "95 percent is 95%"),
        ("--min-accuracy", "150%", "such as 95%"),
        ("--min-accuracy", "-1%", "such as 95%"),
    ] {
        let error = refused(dir, &["recommend", "a", &format!("{option}={wrong}")]);
        assert!(error.contains(option) && error.contains(right), "{option} {wrong}: {error}");
    }
    for limit in
        ["--max-memory=2000000000B", "--max-memory=2 GiB", "--max-params=1M", "--min-accuracy=0%", "--min-throughput=1"]
    {
        ends(dir, &["recommend", "a", limit], 0);
    }
    let error = refused(dir, &["frontier", "a", "--cost", "params", "--budget", "2ms"]);
    assert!(error.contains("--budget 2ms: params takes a count, such as 300k"), "{error}");
    ends(dir, &["frontier", "a", "--cost", "train_peak_bytes", "--budget", "2GiB"], 0);
}

#[test]
fn advice_names_only_what_has_an_accuracy() {
    let dir = tempfile::tempdir().expect("a folder");
    let dir = dir.path();
    let mut runs = store::read(&finished(dir, "a")).expect("whole");
    for row in runs.iter_mut().map(|run| &mut run.row) {
        (row.data, row.test_correct) = ("generated".into(), None);
    }
    fs::create_dir(dir.join("b")).expect("a folder");
    store::write(&dir.join("b"), &runs).expect("written");
    let error = refused(dir, &["recommend", "a", "b", "--data", "generated"]);
    assert!(error.contains("digits on flex") && !error.contains("generated on flex"), "{error}");
}

#[test]
fn wrong_questions_are_refused_with_a_way_out() {
    let dir = tempfile::tempdir().expect("a folder");
    let dir = dir.path();
    finished(dir, "a");
    assert!(refused(dir, &["frontier", "a", "--cost", "beauty"]).contains("train_peak_bytes"));
    assert!(refused(dir, &["frontier", "a", "--cost", "params", "--budget", "1"]).contains("within that budget"));
    assert!(refused(dir, &["frontier", "a", "--budget", "1"]).contains("--cost"));
    assert!(refused(dir, &["diff", "a"]).contains("AFTER"));
    assert!(refused(dir, &["rank", "b"]).contains("b/runs.csv"));
}

#[test]
fn reports_are_written_checked_and_spliced() {
    let dir = tempfile::tempdir().expect("a folder");
    let dir = dir.path();
    finished(dir, "a");
    fs::write(dir.join("README.md"), "# Mine\n<!-- skipbench:comparison -->\n<!-- /skipbench:comparison -->\n")
        .expect("written");
    let words = ["report", "a", "--out", "r.html", "--csv", "csv", "--splice", "README.md"];
    ends(dir, &[&words[..], &["--check"]].concat(), 1);
    assert!(!dir.join("r.html").exists(), "a check writes nothing");
    ends(dir, &words, 0);
    ends(dir, &[&words[..], &["--check"]].concat(), 0);
    for file in ["comparison.csv", "frontier.csv", "rank.csv", "roofline.csv"] {
        assert_eq!(fs::read(dir.join("csv").join(file)).expect(file), fs::read(dir.join("a").join(file)).expect(file));
    }
    let (markdown, _) = ends(dir, &["report", "a", "--markdown"], 0);
    let readme = fs::read_to_string(dir.join("README.md")).expect("there");
    let table = |text: &str| text.lines().find(|line| line.starts_with("| resnet8-w4 | add ")).map(str::to_owned);
    assert!(table(&readme).is_some() && table(&readme) == table(&markdown), "{readme}");
    ends(dir, &["report", "a"], 0);
    assert!(dir.join("a/report.html").exists(), "beside the rows, unless said otherwise");
    fs::write(dir.join("bare.md"), "# Nothing\n").expect("written");
    let error = refused(dir, &["report", "a", "--splice", "bare.md"]);
    assert!(error.contains("bare.md") && error.contains("<!-- skipbench:comparison -->"), "{error}");
    assert!(json(dir, &["report", "a"])["comparison"].as_array().is_some_and(|rows| !rows.is_empty()));
}

/// Another run of the suite on that day is kept beside the first, and taken in its place.
fn again(dir: &Path, first: &Path) {
    let runs = store::read(&finished(dir, "b")).expect("whole");
    let mut clean = runs.clone();
    clean.iter_mut().for_each(|run| run.row.git_dirty = Some(false));
    store::write(&dir.join("b"), &clean).expect("written");
    let kept = json(dir, &["record", "b", "--into", "records"]);
    let second = kept["record"].as_str().expect("a path");
    assert!(second.ends_with("-2-tiny"), "{second}, after {}", first.display());
    assert_eq!((kept["cells"].as_u64(), kept["broken"].as_u64()), (Some(runs.len() as u64), Some(0)));
    assert!(refused(dir, &["record", "b", "--into", "records"]).contains("never changed"));
    let notes = json(dir, &["report", "records"])["notes"].to_string();
    assert!(notes.contains("-tiny is left out") && notes.contains("-2-tiny measured the same later"), "{notes}");
    let compared = |dirs: &[&str]| json(dir, &[&["compare"], dirs].concat());
    assert_eq!(compared(&["records"]), compared(&[second]));
}

/// Copies of a run that differ in their rows.
fn differing(dir: &Path, count: usize) -> Vec<String> {
    let run = finished(dir, "a");
    let mut runs = store::read(&run).expect("whole");
    let copy = |number: usize| {
        let name = format!("copy{number}");
        fs::create_dir(dir.join(&name)).expect("made");
        for file in ["host.toml", "plan.json"] {
            fs::copy(run.join(file), dir.join(&name).join(file)).expect("copied");
        }
        runs.iter_mut().for_each(|run| {
            run.row.git_dirty = Some(false);
            run.row.wall_ns = number as u64;
        });
        store::write(&dir.join(&name), &runs).expect("written");
        name
    };
    (0..count).map(copy).collect()
}

#[test]
fn runs_that_are_kept_at_once_take_names_of_their_own() {
    let dir = tempfile::tempdir().expect("a folder");
    let dir = dir.path();
    if GIT_REVISION.is_empty() {
        return;
    }
    let copies = differing(dir, 6);
    for attempt in 0..5 {
        let records = format!("records{attempt}");
        let keep = |name: &String| {
            let mut command = skipbench(dir);
            command.args(["record", name, "--into", &records]);
            command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("started")
        };
        for keeping in copies.iter().map(keep).collect::<Vec<_>>() {
            let ended = keeping.wait_with_output().expect("ends");
            assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
        }
        let machine = fs::read_dir(dir.join(&records)).expect("made").next().expect("one").expect("read").path();
        assert_eq!(fs::read_dir(machine).expect("read").count(), copies.len());
    }
}

#[test]
fn records_are_whole_traceable_and_never_changed() {
    let dir = tempfile::tempdir().expect("a folder");
    let dir = dir.path();
    let run = finished(dir, "a");
    let runs = store::read(&run).expect("whole");
    let traced = |dirty: bool| {
        let mut runs = runs.clone();
        runs.iter_mut().for_each(|run| run.row.git_dirty = Some(dirty));
        store::write(&run, &runs).expect("written");
    };
    traced(true);
    assert!(refused(dir, &["record", "a", "--into", "records"]).contains("clean commit"));
    if !GIT_REVISION.is_empty() {
        traced(false);
        let (path, _) = ends(dir, &["record", "a", "--into", "records"], 0);
        let record = dir.join(path.trim());
        assert!(record.join("host.toml").is_file() && record.join("runs.csv").is_file());
        assert!(refused(dir, &["record", "a", "--into", "records"]).contains("never changed"));
        again(dir, &record);
        ends(dir, &["compare", path.trim()], 0);
        let cell = &runs[0].row.cell;
        ends(dir, &["replay", path.trim(), cell], 0);
    }
    store::write(&run, &runs[1..]).expect("written");
    assert!(refused(dir, &["record", "a", "--into", "other"]).contains("finish the run first"));
}

/// What holds a part of a suite is not kept under the suite's name.
#[test]
fn a_run_that_was_filtered_is_no_record() {
    let dir = tempfile::tempdir().expect("a folder");
    let dir = dir.path();
    fs::write(dir.join("tiny.toml"), TINY).expect("written");
    ends(dir, &["run", "tiny.toml", "--filter", "peak-memory seed=1", "--out", "part", "-q"], 0);
    let runs = store::read(&dir.join("part")).expect("whole");
    let clean = runs.into_iter().map(|mut run| {
        run.row.git_dirty = Some(false);
        run
    });
    store::write(&dir.join("part"), &clean.collect::<Vec<_>>()).expect("written");
    let error = refused(dir, &["record", "part", "--into", "records"]);
    let words = ["part: ", "20 of the suite's 24 cells", "pair/resnet8-w4/train-step/flex/seed=1/set=1", "--filter"];
    assert!(words.iter().all(|word| error.contains(word)), "{error}");
    assert!(!dir.join("records").exists());
}
