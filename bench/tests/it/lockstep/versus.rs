//! `skipbench versus` with real processes: what it says and keeps.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::{ends, refused};

/// A program that sleeps for exactly so long a step, and the same with more.
pub(crate) fn sleeping(more: &str) -> String {
    let program = env!("CARGO_BIN_EXE_skipbench");
    format!("{program} steps --sleep 500us {more}")
}

/// Versus with short sets. Gives what it said.
pub(crate) fn versus(dir: &Path, commands: &[&str], more: &[&str], code: i32) -> (String, String) {
    let mut arguments = vec!["versus"];
    arguments.extend(commands);
    for usual in [["--sets", "2"], ["--seconds", "0.2"], ["--timeout", "20s"]] {
        arguments.extend(usual.iter().filter(|_| !more.contains(&usual[0])));
    }
    arguments.extend(more);
    ends(dir, &arguments, code)
}

pub(crate) fn outcome(said: &str) -> Value {
    serde_json::from_str::<Value>(said).expect("JSON")["outcome"].clone()
}

#[test]
fn a_planted_slowdown_is_found_and_the_table_says_so() {
    let dir = tempfile::tempdir().expect("temp");
    let (a, b) = (sleeping(""), sleeping("--plant 10%"));
    let (said, errors) = versus(dir.path(), &[&a, &b], &["--limit", "3%", "--out", "out", "--names", "old,new"], 1);
    for part in
        ["new has regressed: it takes 10.0 % longer than old", "old again", "the reference", "noise floor 0.0 %"]
    {
        assert!(said.contains(part), "{part}: {said}");
    }
    assert!(errors.contains("set 2 of 2 is done"), "{errors}");
    let turns = fs::read_to_string(dir.path().join("out/turns.csv")).expect("turns");
    let header =
        "set,order,program,again,counted_steps,step_ns,steal_ticks,waited_ns,involuntary_switches,asleep_cpu_ns";
    assert!(turns.starts_with(header) && turns.contains("500000 500000") && turns.contains("550000"), "{turns}");
    let result = fs::read_to_string(dir.path().join("out/result.json")).expect("result");
    let ratio = outcome(&result)["programs"][1]["ratio"]["value"].as_f64().expect("a ratio");
    assert!((ratio - 1.1).abs() < 1e-9, "{ratio}");
}

/// The processors that programs see.
#[cfg(target_os = "linux")]
fn processors(more: &[&str]) -> Vec<Value> {
    let dir = tempfile::tempdir().expect("temp");
    let (said, _) = versus(dir.path(), &[&sleeping(""), &sleeping("")], &[more, &["--json"]].concat(), 0);
    let facts = |program: &Value| program["introduction"]["facts"][0][1].clone();
    outcome(&said)["programs"].as_array().expect("programs").iter().map(facts).collect()
}

#[cfg(target_os = "linux")]
#[test]
fn programs_are_kept_to_as_many_processors_as_was_asked() {
    assert_eq!(processors(&["--cpus", "1"]), ["1", "1", "1"]);
    let all = std::thread::available_parallelism().expect("known").to_string();
    assert_eq!(processors(&[]), [all.as_str(); 3]);
    assert_eq!(processors(&["--cpus", "4096"]), [all.as_str(); 3], "no more than there are");
    let dir = tempfile::tempdir().expect("temp");
    let a = sleeping("");
    let (_, told) = versus(dir.path(), &[&a, &a], &["--cpus", "4096", "--quiet"], 0);
    assert!(told.contains("note: --cpus 4096: only ") && told.contains("may be used here"), "{told}");
    let gate = ["gate", "--base-command", &a, "--head-command", &a, "--sets", "2", "--steps", "20", "--cpus", "4096"];
    let (_, told) = ends(dir.path(), &[&gate[..], &["--quiet"]].concat(), 0);
    assert!(told.contains("note: --cpus 4096: only "), "{told}");
    assert!(refused(dir.path(), &["versus", &a, &a, "--cpus", "0"]).contains("a number of processors is needed"));
}

#[test]
fn equal_programs_pass_and_without_a_limit_nothing_is_judged() {
    let dir = tempfile::tempdir().expect("temp");
    let a = sleeping("");
    let (said, errors) = versus(dir.path(), &[&a, &a, &a], &["--limit", "3%", "--quiet"], 0);
    assert!(said.contains("B passes") && said.contains("C passes") && errors.is_empty(), "{said}{errors}");
    let (said, _) = versus(dir.path(), &[&a, &sleeping("--plant 50%")], &["--json"], 0);
    assert_eq!(outcome(&said)["programs"][1]["verdict"], "slower");
}

#[test]
fn where_it_cannot_be_told_the_exit_code_says_so() {
    let dir = tempfile::tempdir().expect("temp");
    // Each process of one program has another speed than the one before, far more than the limit apart.
    let script = "echo >> starts; exec \"$0\" steps --sleep $((300 + $(wc -l < starts) % 3 * 200))us";
    let varying = format!("sh -c '{script}' {}", env!("CARGO_BIN_EXE_skipbench"));
    let (said, _) = versus(dir.path(), &[&sleeping(""), &varying], &["--limit", "1%", "--sets", "3"], 3);
    assert!(said.contains("It is not known whether B is slower than A by more than 1.0 %"), "{said}");
}

/// A reference that differs from itself by much, most likely because its threads move.
#[cfg(target_os = "linux")]
#[test]
fn a_high_noise_floor_is_told_with_what_lowers_it() {
    let dir = tempfile::tempdir().expect("temp");
    let script = "echo >> starts; exec \"$0\" steps --sleep $((300 + $(wc -l < starts) % 3 * 200))us";
    let varying = format!("sh -c '{script}' {}", env!("CARGO_BIN_EXE_skipbench"));
    let (said, _) = versus(dir.path(), &[&varying, &varying], &[], 0);
    assert!(said.contains("keep the programs to one processor with --cpus 1"), "{said}");
    // Two sets of such programs could have detected nothing that anybody asks for.
    assert!(said.contains("2 sets of fresh processes") && said.contains("too few to say what difference"), "{said}");
    assert!(!said.contains("four cases of five"), "{said}");
    let (said, _) = versus(dir.path(), &[&varying, &varying], &["--cpus", "1"], 0);
    assert!(!said.contains("keep the programs to one processor"), "{said}");
    let (said, _) = versus(dir.path(), &[&sleeping(""), &sleeping("")], &[], 0);
    assert!(!said.contains("--cpus 1"), "a low one needs no hint: {said}");
}

#[test]
fn bad_arguments_are_refused_with_the_way_out() {
    let dir = tempfile::tempdir().expect("temp");
    assert!(refused(dir.path(), &["versus", "true"]).contains("2 values required"));
    assert!(refused(dir.path(), &["versus", "a 'b", "c"]).contains("a quotation mark is not closed"));
    assert!(refused(dir.path(), &["versus", "a", "b", "--names", "x"]).contains("2 programs need 2 names"));
    assert!(refused(dir.path(), &["versus", "a", "b", "--names", "x,x"]).contains("is listed twice"));
    assert!(refused(dir.path(), &["versus", "a", "b", "--names", "x,"]).contains("name 2 is empty"));
    assert!(refused(dir.path(), &["versus", "a", "b", "--sets", "1"]).contains("2..=1000"));
    let fewer = ["versus", "a", "b", "--sets", "5", "--precision", "2%", "--max-sets", "3"];
    let said = refused(dir.path(), &fewer);
    assert!(said.contains("--max-sets 3 is fewer than the 5") && said.contains("--sets"), "{said}");
    assert!(refused(dir.path(), &["versus", "a", "b", "--limit", "much"]).contains("such as 3%"));
    let (help, _) = ends(dir.path(), &["versus", "--help"], 0);
    assert!(help.contains("skipbench versus 'python3 old.py' 'python3 new.py' --limit 3%"), "{help}");
}

/// Two networks of skipbench's own, through every layer.
#[test]
fn networks_are_compared() {
    let dir = tempfile::tempdir().expect("temp");
    let program = env!("CARGO_BIN_EXE_skipbench");
    let command = |more: &str| format!("{program} steps resnet8-w4 --batch 8 --threads 1 {more}");
    let (small, large) = (command("--memory recompute"), format!("{program} steps resnet20 --batch 8 --threads 1"));
    let (said, _) = versus(dir.path(), &[&small, &large, &command("--plant 100%")], &["--json"], 0);
    let outcome = outcome(&said);
    assert_eq!(
        (&outcome["unit"], &outcome["programs"][0]["introduction"]["name"]),
        (&"images".into(), &"resnet8-w4".into())
    );
    let facts = &outcome["programs"][0]["introduction"]["facts"];
    for fact in [["params", "4934"], ["memory", "recompute"]] {
        assert!(facts.as_array().is_some_and(|facts| facts.contains(&fact.as_slice().into())), "{fact:?}: {facts}");
    }
    assert!(outcome["programs"][1]["ratio"]["value"].as_f64() > Some(1.3), "{said}");
    let planted = outcome["programs"][2]["ratio"]["value"].as_f64().expect("a ratio");
    assert!((1.4..4.0).contains(&planted), "twice as long, on a machine that is as busy as it likes: {planted}");
    let told = |fact: &Value| fact[0] == "measured";
    assert!(!facts.as_array().expect("facts").iter().any(told), "only who asks for a cell has rows to write");
    assert!(
        outcome["programs"]
            .as_array()
            .expect("programs")
            .iter()
            .all(|program| program["asleep_cpu_share"].as_f64() < Some(0.05)),
        "{said}"
    );
}

#[test]
fn steps_and_images_are_not_compared() {
    let dir = tempfile::tempdir().expect("temp");
    let network = format!("{} steps resnet8-w4 --batch 8 --threads 1", env!("CARGO_BIN_EXE_skipbench"));
    let (said, _) = versus(dir.path(), &[&network, &sleeping(""), &network], &["--out", "out"], 2);
    assert!(said.contains("B could not be measured: counts steps, but the reference counts images"), "{said}");
    let result = fs::read_to_string(dir.path().join("out/result.json")).expect("result");
    let programs = &outcome(&result)["programs"];
    assert!(programs[1]["units_per_s"].is_null() && programs[1]["ratio"].is_null(), "{programs}");
    assert!(programs[2]["units_per_s"].is_number() && programs[2]["ratio"].is_object(), "{programs}");
}

/// Files of a folder, with what is in them.
fn files(dir: &Path) -> Vec<(String, String)> {
    let entries = fs::read_dir(dir).into_iter().flatten().map(|entry| entry.expect("read"));
    let read = |entry: fs::DirEntry| {
        let text = fs::read_to_string(entry.path()).unwrap_or_default();
        (entry.file_name().to_string_lossy().into_owned(), text)
    };
    let mut files: Vec<(String, String)> = entries.map(read).collect();
    files.sort();
    files
}

#[test]
fn a_comparison_is_kept_over_nothing_that_is_there() {
    let dir = tempfile::tempdir().expect("temp");
    let (a, out) = (sleeping(""), dir.path().join("out"));
    fs::create_dir(&out).expect("made");
    for (name, text) in [("notes.txt", "precious"), ("plan.json", "{}"), ("turns.csv", "mine"), ("lock", "")] {
        fs::write(out.join(name), text).expect("written");
        let message = refused(dir.path(), &["versus", &a, &a, "--out", "out"]);
        assert!(
            message.contains("something that is not part of a comparison") && message.contains("another --out"),
            "{message}"
        );
        assert_eq!(files(&out), [(name.to_owned(), text.to_owned())]);
        fs::remove_file(out.join(name)).expect("removed");
    }
    versus(dir.path(), &[&a, &a], &["--out", "out", "-q"], 0);
    let kept = files(&out);
    let message = refused(dir.path(), &["versus", &a, &a, "--out", "out"]);
    assert!(message.contains("holds an earlier comparison") && message.contains("another --out"), "{message}");
    assert_eq!(files(&out), kept);
    // What broke off before there was anything to keep leaves nothing in the way.
    refused(dir.path(), &["versus", &a, &a, "--out", "notes/deep", "--names", "x"]);
    assert!(!dir.path().join("notes").exists());
}
