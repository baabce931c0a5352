//! Two programs that take turns, where their rows go, and what is never deleted for them.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use skipbench_reports::rows::record::RunRow;
use skipbench_reports::rows::store;

use super::{SUITE, folder};
use crate::{ends, refused, skipbench};

/// A job of this program with itself, in short sets.
fn job<'a>(suite: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let program = env!("CARGO_BIN_EXE_skipbench");
    let turns = ["--sets", "2", "--steps", "3", "--out", "job", "--json"];
    [&["gate", "--binaries", program, program, "--suite", suite][..], &turns, more].concat()
}

/// Ends as jobs of a few steps may, and gives their judgment.
fn judgment(dir: &Path, words: &[&str]) -> (serde_json::Value, String) {
    let output = skipbench(dir).args(words).output().expect("started");
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    // Whatever the machine makes of a few steps: nothing is broken.
    assert!(matches!(output.status.code(), Some(0 | 1 | 3)), "{errors}");
    (serde_json::from_slice(&output.stdout).expect("JSON"), errors)
}

#[test]
fn two_programs_take_turns() {
    let dir = folder();
    let program = env!("CARGO_BIN_EXE_skipbench");
    let (value, errors) = judgment(dir.path(), &job("small.toml", &["--relinked", program]));
    let findings = value["findings"].as_array().expect("a list");
    let times: Vec<_> = findings.iter().filter(|finding| finding["class"] == "time").collect();
    assert!(times.len() == 1 && times[0]["n"] == 2 && times[0]["layout"]["n"] == 2, "{value}");
    assert_ne!(times[0]["verdict"], "not judged");
    let others = findings.iter().filter(|finding| finding["class"] != "time");
    assert!(others.clone().count() > 3 && others.clone().all(|finding| finding["verdict"] == "pass"), "{value}");
    assert!(errors.contains("set 2 of 2 is done"), "{errors}");
    ends(dir.path(), &["compare", "job/head"], 0);
    let left: Vec<_> = fs::read_dir(dir.path().join("job")).expect("there").filter_map(Result::ok).collect();
    assert_eq!(left.len(), 6, "base, head, relinked, the suite, the lock and the mark: {left:?}");
    // The rows say the same again.
    let words = ["gate", "--base", "job/base", "--head", "job/head", "--relinked", "job/relinked", "--json"];
    let (again, _) = judgment(dir.path(), &words);
    let of_time = |value: &serde_json::Value| {
        let all = value["findings"].as_array().expect("a list").clone();
        let time = all.into_iter().find(|finding| finding["class"] == "time").expect("a time");
        (time["effect"].clone(), time["verdict"].clone(), time["noise_floor"].clone(), time["layout"].clone())
    };
    assert_eq!(of_time(&value), of_time(&again));
}

/// Names that hold each other must not be taken for each other, and a second seed is only a repetition.
#[test]
fn every_set_has_a_row_of_each_program_and_its_steps_in_their_order() {
    let dir = tempfile::tempdir().expect("a folder");
    let more = "\n[[group]]\nname = \"bone\"\nreference = \"resnet8-w4\"\nmodels = [\"plain8-w4\"]\n";
    let suite = SUITE.replace(", \"peak-memory-train\"", "").replace("seeds = [1]", "seeds = [7, 70]") + more;
    fs::write(dir.path().join("small.toml"), suite).expect("written");
    let (value, _) = judgment(dir.path(), &job("small.toml", &[]));
    let read = |side: &str| store::read(&dir.path().join("job").join(side)).expect("whole");
    let (base, head) = (read("base"), read("head"));
    assert_eq!((base.len(), head.len()), (3 * 2 * 2, 3 * 2), "three cells of one seed, in two sets");
    let all = || base.iter().chain(&head);
    assert!(all().all(|run| run.row.seed == 7 && run.row.set.is_some() && run.row.turns >= Some(1)));
    for run in all() {
        let reference = run.row.time_reference.is_empty();
        assert_eq!(reference, run.row.time_ratio.is_none(), "{:?}", run.row);
        assert!(run.row.time_reference == if reference { "" } else { "base" });
    }
    // Numbers of steps are those among all programs of a set: none has the same twice.
    let row = &head[0].row;
    let same = |other: &RunRow| (&other.group, &other.model, other.set) == (&row.group, &row.model, row.set);
    let mut steps: Vec<u64> = Vec::new();
    for run in all().filter(|run| same(&run.row)) {
        let own = run.samples.iter().filter(|sample| &*sample.series == "step_ns").map(|sample| sample.index);
        let before = steps.len();
        steps.extend(own);
        assert_eq!(Some((steps.len() - before) as u64), run.row.timed_steps);
    }
    let count = steps.len();
    steps.sort_unstable();
    steps.dedup();
    assert_eq!(steps.len(), count);
    // Its own way to do it again does, where it is needed.
    let open = value["findings"].as_array().expect("a list").iter().find(|finding| finding["reproduce"] != "");
    if let Some(again) = open.and_then(|finding| finding["reproduce"].as_str()) {
        assert!(again.starts_with("skipbench gate --binaries") && again.contains("--sets 2 --steps 3"), "{again}");
    }
}

/// The columns of a row that hold something, and the series of its samples.
fn written(run: &store::Run) -> (BTreeSet<String>, BTreeSet<String>) {
    let row = serde_json::to_value(&run.row).expect("plain data");
    let holds = |value: &serde_json::Value| !value.is_null() && value != "";
    // Percentiles need so many steps, which each set has as many of as fit.
    let columns = row.as_object().expect("columns").iter();
    let columns = columns.filter(|(name, value)| holds(value) && !name.starts_with("step_ns_p"));
    let series = run.samples.iter().map(|sample| sample.series.to_string());
    (columns.map(|(name, _)| name.clone()).collect(), series.collect())
}

/// What a set gives is the same, whoever asks for it.
#[test]
fn sets_of_a_job_are_written_as_those_of_a_run() {
    let dir = folder();
    judgment(dir.path(), &job("small.toml", &[]));
    let of = |place: &str, twin: bool| {
        let runs = store::read(&dir.path().join(place)).expect("whole");
        let is_it = |run: &store::Run| run.row.task == "train-step" && run.row.twin == twin && run.row.set == Some(1);
        runs.into_iter().find(is_it).expect(place)
    };
    // A run also measures what the device reaches at best, and counts its sets beforehand.
    let only_runs = ["ceiling_bytes_per_s", "ceiling_flops_per_s", "pilot_sets"].map(str::to_owned);
    let ratio = ["time_ratio", "time_reference"].map(str::to_owned);
    let (reference, series) = written(&of("a", false));
    let others: BTreeSet<String> = reference.difference(&only_runs.into()).cloned().collect();
    let (base, base_series) = written(&of("job/base", false));
    assert_eq!((&base, &base_series), (&others, &series));
    let compared: BTreeSet<String> = others.into_iter().chain(ratio).collect();
    for place in ["job/base", "job/head"] {
        assert_eq!(written(&of(place, place == "job/base")), (compared.clone(), series.clone()), "{place}");
    }
    for expected in ["warmup_ns", "step_ns", "turn_waited_ns", "turn_steal_ticks", "turn_asleep_cpu_ns"] {
        assert!(series.contains(expected), "{series:?}");
    }
    // Steps are numbered from the first turn on, and not from the warm-up, which has more of them than the first turns.
    let base = of("job/base", false);
    let first = base.samples.iter().filter(|sample| &*sample.series == "step_ns").map(|sample| sample.index).min();
    assert!(first <= base.row.warmup_steps, "{first:?}");
}

/// What it says to do again does the same again, whatever the files are called.
#[cfg(unix)]
#[test]
fn a_printed_command_runs_and_keeps_every_choice() {
    let dir = tempfile::tempdir().expect("a folder");
    let place = dir.path().join("it's here");
    fs::create_dir(&place).expect("made");
    fs::write(place.join("small.toml"), SUITE.replace(", \"peak-memory-train\"", "")).expect("written");
    fs::write(place.join("my limits.toml"), "[limits]\ntime = 0.2\n").expect("written");
    let program = env!("CARGO_BIN_EXE_skipbench");
    let slow = script(&place, "it's slow", &format!("exec {program} \"$@\" --plant 900%"));
    let choices = ["--seed", "7", "--timeout", "50s", "--config", "my limits.toml", "--steps", "20", "--sets", "4"];
    let words = ["gate", "--binaries", program, &slow, "--suite", "small.toml", "--out", "job", "--json"];
    let (json, _) = ends(&place, &[&words[..], &choices].concat(), 1);
    let value: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    let again = value["findings"][0]["reproduce"].as_str().expect("a command");
    let again = shlex::split(again).expect("words a shell takes");
    for pair in choices.chunks(2) {
        assert!(again.windows(2).any(|two| two == pair), "{pair:?}: {again:?}");
    }
    ends(&place, &again[1..].iter().map(String::as_str).collect::<Vec<_>>(), 1);
    assert!(place.join("again/head/runs.csv").is_file(), "beside the first job");
}

/// Of the cell in hand, too.
#[cfg(unix)]
#[test]
fn an_interrupted_job_keeps_the_sets_that_are_done() {
    use std::io::{BufRead, BufReader};
    let dir = tempfile::tempdir().expect("a folder");
    let suite = SUITE.replace(", \"peak-memory-train\"", "");
    fs::write(dir.path().join("small.toml"), suite).expect("written");
    let program = env!("CARGO_BIN_EXE_skipbench");
    let words = ["gate", "--binaries", program, program, "--suite", "small.toml", "--sets", "500", "--out", "job"];
    let mut command = skipbench(dir.path());
    command.args(words).args(["--seconds", "0.2"]).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut gate = command.spawn().expect("started");
    let mut told = BufReader::new(gate.stderr.take().expect("piped")).lines().map_while(Result::ok);
    assert!(told.any(|line| line.contains("set 2 of 500 is done")));
    Command::new("kill").args(["-INT", &gate.id().to_string()]).status().expect("kill");
    let rest: Vec<String> = told.collect();
    assert_eq!(gate.wait().expect("ended").code(), Some(130));
    assert!(rest.iter().any(|line| line.contains("what was measured so far is kept in")), "{rest:?}");
    let read = |side: &str| store::read(&dir.path().join("job").join(side)).expect("whole");
    let (base, head) = (read("base"), read("head"));
    assert!(head.len() >= 2 && base.len() == 2 * head.len(), "{} and {}", base.len(), head.len());
    assert!((1..).zip(&head).all(|(set, run)| run.row.set == Some(set)));
    // They can be judged as they are.
    judgment(dir.path(), &["gate", "--base", "job/base", "--head", "job/head", "--json"]);
}

/// Neither what measures alone nor what takes turns.
#[cfg(target_os = "linux")]
#[test]
fn a_killed_job_leaves_no_process_behind() {
    use crate::lockstep::processes::{left, processes, wait_until};
    let dir = folder();
    for begun in [" worker ", " steps --cell "] {
        let mut command = skipbench(dir.path());
        command.args(job("small.toml", &[])).stdout(Stdio::null()).stderr(Stdio::null());
        let mut gate = command.spawn().expect("started");
        wait_until(begun, || processes(dir.path()).iter().any(|process| process.contains(begun)));
        gate.kill().expect("killed");
        gate.wait().expect("dead");
        wait_until("nothing is left", || left(dir.path()) == 0);
    }
}

#[cfg(unix)]
#[test]
fn a_program_that_is_no_skipbench_is_named_with_its_side() {
    let dir = folder();
    let program = env!("CARGO_BIN_EXE_skipbench");
    let told =
        |base: &str, head: &str| refused(dir.path(), &["gate", "--binaries", base, head, "--suite", "small.toml"]);
    let error = told(program, "/bin/true");
    assert!(error.contains("the head, /") && error.contains("true: no skipbench program"), "{error}");
    let error = told("/bin/false", program);
    assert!(error.contains("the base, /") && error.contains("false: it cannot list the suite's cells"), "{error}");
    let numbers = executable(dir.path(), "numbers", "#!/bin/sh\necho '[1, 2]'\n");
    assert!(told(program, &numbers).contains("no skipbench program"));
    let error = told("./is-not-there", program);
    assert!(error.contains("the base, ./is-not-there: a built skipbench program is needed"), "{error}");
}

/// A program that begins like skipbench and ends otherwise.
#[cfg(unix)]
fn script(dir: &Path, name: &str, steps: &str) -> String {
    let program = env!("CARGO_BIN_EXE_skipbench");
    let text = format!("#!/bin/sh\nif [ \"$1\" = steps ]; then {steps}; fi\nexec {program} \"$@\"\n");
    executable(dir, name, &text)
}

#[cfg(unix)]
fn executable(dir: &Path, name: &str, text: &str) -> String {
    let path = dir.join(name);
    fs::write(&path, text).expect("written");
    fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o755)).expect("set");
    path.to_string_lossy().into_owned()
}

#[cfg(unix)]
#[test]
fn a_base_from_before_the_protocol_has_no_times_and_a_head_that_breaks_has_regressed() {
    let dir = folder();
    let program = env!("CARGO_BIN_EXE_skipbench");
    let old = script(dir.path(), "old", "exit 2");
    let words = ["--suite", "small.toml", "--sets", "2", "--steps", "3", "--out", "job"];
    let (said, _) = ends(dir.path(), &[&["gate", "--binaries", &old, program][..], &words].concat(), 0);
    assert!(said.contains("before the step protocol") && said.contains("gate: pass."), "{said}");
    let broken = script(dir.path(), "broken", "[ \"$2\" = --help ] || { echo no more GPU >&2; exit 3; }");
    let (said, _) = ends(dir.path(), &[&["gate", "--binaries", program, &broken][..], &words].concat(), 1);
    assert!(said.contains("regressed") && said.contains("no more GPU"), "{said}");
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
        let words =
            ["gate", "--binaries", program, program, "--sets", "2", "--steps", "3", "--suite", suite, "--out", out];
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
    judgment(dir.path(), &[&own[..], &["--json"]].concat());
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
    judgment(dir.path(), &[&own[..], &["--json"]].concat());
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
