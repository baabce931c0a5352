//! The gate over any two programs: real processes whose times are known.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::lockstep::versus::{left, sleeping};
use crate::{ends, refused};

/// The gate with short sets. Gives what it said.
fn gate(dir: &Path, base: &str, head: &str, more: &[&str], code: i32) -> (String, String) {
    let mut arguments = vec!["gate", "--base-command", base, "--head-command", head];
    for usual in [["--sets", "2"], ["--seconds", "0.2"], ["--timeout", "20"]] {
        arguments.extend(usual.iter().filter(|_| !more.contains(&usual[0])));
    }
    arguments.extend(more);
    ends(dir, &arguments, code)
}

fn finding(json: &str) -> Value {
    serde_json::from_str::<Value>(json).expect("JSON")["findings"][0].clone()
}

#[test]
fn a_planted_slowdown_regresses_and_the_finding_holds_what_was_measured() {
    let dir = tempfile::tempdir().expect("temp");
    let (base, head) = (sleeping(""), sleeping("--plant 10%"));
    let words = ["--json", "--out", "out", "--junit", "j.xml", "--benchmark-json", "b.json"];
    let (json, errors) = gate(dir.path(), &base, &head, &words, 1);
    assert!(errors.contains("step: set 2 of 2 is done"), "{errors}");
    let finding = finding(&json);
    let number = |value: &Value| value.as_f64().expect("a number");
    assert_eq!(
        (&finding["cell"], &finding["verdict"], &finding["n"]),
        (&"step".into(), &"regressed".into(), &2.into())
    );
    assert!((number(&finding["effect"]) - 1.1).abs() < 1e-9, "{json}");
    assert!(
        number(&finding["low"]) > 1.09 && number(&finding["high"]) < 1.11 && number(&finding["noise_floor"]) < 1e-6
    );
    let sets = &finding["sets"];
    for key in ["head_ratios", "again_ratios"] {
        assert_eq!(sets[key].as_array().map(Vec::len), Some(2), "{key}: {json}");
    }
    assert!(number(&sets["steps"]) > number(&sets["turns"]) && number(&sets["turns"]) > number(&sets["dropped_turns"]));
    assert!(number(&sets["seconds"]) > 0.4 && finding["layout"].is_null(), "{json}");
    assert!(number(&serde_json::from_str::<Value>(&json).expect("JSON")["seconds"]) >= number(&sets["seconds"]));
    let written = |name: &str| fs::read_to_string(dir.path().join(name)).expect(name);
    assert!(written("j.xml").contains("<failure") && written("b.json").contains("step step_ns_median"));
    assert_eq!(written("out/result.json").trim(), json.trim());
    assert!(written("out/turns-1.csv").contains("550000"));
    // What it says to do again does.
    let again = finding["reproduce"].as_str().expect("a command");
    let words = shlex::split(again).expect("words");
    ends(dir.path(), &words[1..].iter().map(String::as_str).collect::<Vec<_>>(), 1);
}

#[test]
fn what_is_equal_passes_and_what_is_faster_improves() {
    let dir = tempfile::tempdir().expect("temp");
    let (base, slower) = (sleeping(""), sleeping("--plant 10%"));
    let (said, errors) = gate(dir.path(), &base, &base, &["--all", "--quiet"], 0);
    assert!(said.contains("gate: pass.") && said.contains("noise floor") && errors.is_empty(), "{said}{errors}");
    let (said, _) = gate(dir.path(), &slower, &base, &["--markdown"], 0);
    assert!(said.contains("✅") && said.contains("| improved"), "{said}");
}

#[test]
fn where_nobody_can_tell_the_exit_code_and_the_reason_say_so() {
    let dir = tempfile::tempdir().expect("temp");
    // Each process of the head has another speed than the one before, far more than the limit apart.
    let script = "echo >> starts; exec \"$0\" steps --sleep $((300 + $(wc -l < starts) % 3 * 200))us";
    let varying = format!("sh -c '{script}' {}", env!("CARGO_BIN_EXE_skipbench"));
    let (said, _) = gate(dir.path(), &sleeping(""), &varying, &["--sets", "3"], 3);
    assert!(said.contains("inconclusive") && said.contains("--sets"), "{said}");
    fs::write(dir.path().join("gate.toml"), "inconclusive = \"pass\"\n").expect("written");
    gate(dir.path(), &sleeping(""), &varying, &["--sets", "3", "--config", "gate.toml"], 0);
}

#[test]
fn a_broken_program_is_an_error_with_its_last_words() {
    let dir = tempfile::tempdir().expect("temp");
    let (whole, gone) = (sleeping(""), "sh -c 'echo no GPU is here >&2; exit 1'");
    for (base, head, named) in [(whole.as_str(), gone, "the head"), (gone, whole.as_str(), "the base")] {
        let (said, _) = gate(dir.path(), base, head, &["--json"], 2);
        let (finding, why) = (finding(&said), finding(&said)["why"].as_str().expect("a reason").to_owned());
        assert!(finding["verdict"] == "broken" && why.contains(named) && why.contains("no GPU is here"), "{said}");
    }
    let (said, _) = gate(dir.path(), &whole, "sh -c 'echo Loading; sleep 60'", &[], 2);
    assert!(said.contains("gate: broken. 1 broken, 0 regressed") && said.contains("\"Loading\""), "{said}");
    let (said, _) = gate(dir.path(), &whole, "sleep 60", &["--timeout", "1", "--markdown"], 2);
    assert!(said.contains("took more than 1 s until it was ready"), "{said}");
    assert_eq!(left(dir.path()), 0);
}

#[test]
fn a_pair_that_breaks_takes_no_verdict_from_the_others() {
    let dir = tempfile::tempdir().expect("temp");
    let pair = |name: &str, head: &str| {
        format!("[[command]]\nname = \"{name}\"\nbase = \"{}\"\nhead = \"{head}\"\n", sleeping(""))
    };
    let pairs = [pair("gone", "./is-not-there"), pair("same", &sleeping("")), pair("slow", &sleeping("--plant 10%"))];
    fs::write(dir.path().join("gate.toml"), pairs.concat()).expect("written");
    let words = ["gate", "--config", "gate.toml", "--sets", "2", "--seconds", "0.2", "--json", "--junit", "j.xml"];
    let (json, _) = ends(dir.path(), &words, 2);
    let judged: Value = serde_json::from_str(&json).expect("JSON");
    let findings = judged["findings"].as_array().expect("findings").iter();
    let verdicts: Vec<[&str; 2]> =
        findings.map(|one| ["cell", "verdict"].map(|key| one[key].as_str().expect("a word"))).collect();
    assert_eq!(verdicts, [["gone", "broken"], ["slow", "regressed"], ["same", "pass"]]);
    assert_eq!((&judged["verdict"], &judged["due"], &judged["judged"]), (&"broken".into(), &3.into(), &2.into()));
    let why = judged["findings"][0]["why"].as_str().expect("a reason");
    assert!(why.contains("the head (./is-not-there) could not be measured") && why.contains("could not be started"));
    assert_eq!(fs::read_to_string(dir.path().join("j.xml")).expect("written").matches("<failure").count(), 2);
}

#[cfg(target_os = "linux")]
#[test]
fn a_program_that_does_not_sleep_is_told_in_every_form() {
    let dir = tempfile::tempdir().expect("temp");
    let spinning = crate::lockstep::versus::spinning();
    let lax = lax(dir.path());
    let told = |form: &str| gate(dir.path(), &sleeping(""), &spinning, &["--config", &lax, form], 0).0;
    let line = "step: the head works between its turns, for ";
    assert!(told("--all").contains(line) && told("--markdown").contains(&format!("- {line}")));
    let judged: Value = serde_json::from_str(&told("--json")).expect("JSON");
    let restless = judged["restless"].as_array().expect("a list");
    assert_eq!(restless.len(), 1, "the base sleeps: {judged}");
    assert!(restless[0]["program"] == "head" && restless[0]["cpu_share"].as_f64() > Some(0.01), "{judged}");
    assert!(judged["turns"].as_u64() >= judged["dropped_turns"].as_u64() && judged["turns"].as_u64() > Some(0));
}

#[test]
fn turns_are_kept_over_nothing_that_is_there() {
    let dir = tempfile::tempdir().expect("temp");
    let a = sleeping("");
    fs::create_dir(dir.path().join("out")).expect("made");
    fs::write(dir.path().join("out/plan.json"), "precious").expect("written");
    let (_, error) = gate(dir.path(), &a, &a, &["--out", "out"], 2);
    assert!(error.contains("something that is not part of a comparison") && error.contains("another --out"), "{error}");
    assert_eq!(fs::read_dir(dir.path().join("out")).expect("there").count(), 1);
    gate(dir.path(), &a, &a, &["--out", "kept", "-q", "--config", &lax(dir.path())], 0);
    let before = fs::read_to_string(dir.path().join("kept/turns-1.csv")).expect("turns");
    let (_, error) = gate(dir.path(), &a, &a, &["--out", "kept"], 2);
    assert!(error.contains("holds an earlier comparison"), "{error}");
    assert_eq!(fs::read_to_string(dir.path().join("kept/turns-1.csv")).expect("turns"), before);
}

/// Limits that no machine's noise reaches.
fn lax(dir: &Path) -> String {
    fs::write(dir.join("lax.toml"), "[limits]\ntime = 0.9\n").expect("written");
    "lax.toml".to_owned()
}

#[test]
fn the_file_names_commands_and_what_is_wrong_with_them() {
    let dir = tempfile::tempdir().expect("temp");
    let pair = |name: &str, more: &str| {
        format!("[[command]]\nname = \"{name}\"\nbase = \"{}\"\nhead = \"{}\"\n", sleeping(""), sleeping(more))
    };
    fs::create_dir(dir.path().join("ci")).expect("made");
    fs::write(dir.path().join("ci/gate.toml"), pair("first", "") + &pair("second", "--plant 10%")).expect("written");
    let words = ["gate", "--sets", "2", "--seconds", "0.2", "--all"];
    let (said, _) = ends(dir.path(), &words, 1);
    assert!(said.contains("regressed | second") || said.contains("second"), "{said}");
    assert!(said.contains("1 regressed, 0 inconclusive, 0 improved, 1 passed"), "{said}");
    fs::write(dir.path().join("ci/gate.toml"), "[limits]\ntime = 0.5\n").expect("written");
    assert!(refused(dir.path(), &["gate"]).contains("[[command]] in gate.toml"));
    assert!(refused(dir.path(), &["gate", "--base-command", "a 'b", "--head-command", "b"]).contains("--base-command"));
    assert!(refused(dir.path(), &["gate", "--base-command", "a"]).contains("--head-command"));
}

#[cfg(target_os = "linux")]
#[test]
fn an_interrupt_leaves_no_process_behind() {
    use crate::lockstep::versus::interrupts;
    let hanging = "sh -c 'trap \"\" INT TERM; sleep 600 & sleep 600'";
    let words = |head| ["gate", "--base-command", "sleep 600", "--head-command", head, "--seconds", "600"];
    assert_eq!(interrupts(&words(hanging), "sleep 600", "-INT"), Some(130));
    assert_eq!(interrupts(&words("sleep 600"), "sleep 600", "-KILL"), None);
}
