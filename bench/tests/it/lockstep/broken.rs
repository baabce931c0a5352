//! Programs that break: each is an error that says how, and the others go on.

use super::processes::left;
use super::versus::{outcome, sleeping, versus};

#[test]
fn programs_that_break_are_errors_that_say_how_and_the_others_go_on() {
    let dir = tempfile::tempdir().expect("temp");
    let hello = "read hello; echo hello skipbench-steps 1; echo ready;";
    let scripts = [
        ("exit 3".to_owned(), "ended with exit status 3 without an answer"),
        ("echo gone >&2; exit 1".to_owned(), "gone"),
        ("echo Loading data; sleep 60".to_owned(), "its line 1 on standard output is not an answer: \"Loading data\""),
        ("sleep 60".to_owned(), "took more than 2 s until it was ready"),
        ("read hello; echo hello skipbench-steps 2; sleep 60".to_owned(), "hello skipbench-steps 2"),
        ("read hello; echo error no GPU is here".to_owned(), "no GPU is here"),
        (format!("{hello} read turn; sleep 60"), "took more than 2 s for one turn"),
        (format!("{hello} read turn; echo ns 12 13; sleep 60"), "answered 1 step with 2 times"),
        (format!("{hello} read turn; echo ns 99999999999; sleep 60"), "answered 99999999999 ns in a turn that lasted"),
        (format!("{hello} read turn; echo ns 0; sleep 60"), "answered 0 ns"),
        (format!("{hello} read turn; echo step 7 done; sleep 60"), "its line 3 on standard output is not an answer"),
        (format!("{hello} read turn; kill -9 $$"), "killed by signal 9 without an answer"),
    ];
    let (a, b) = (sleeping(""), sleeping("--plant 10%"));
    let broken: Vec<String> =
        scripts.iter().map(|(script, _)| shlex::try_join(["sh", "-c", script]).expect("no zero byte")).collect();
    let mut commands = vec![a.as_str(), b.as_str(), "./is-not-there"];
    commands.extend(broken.iter().map(String::as_str));
    let (said, _) = versus(dir.path(), &commands, &["--timeout", "2s", "--json"], 2);
    let outcome = outcome(&said);
    let error = |index: usize| outcome["programs"][index]["error"].as_str().unwrap_or_default();
    assert!(error(2).contains("./is-not-there could not be started"), "{}", error(2));
    for (index, (script, expected)) in scripts.iter().enumerate() {
        assert!(error(index + 3).contains(expected), "{script}: {}", error(index + 3));
    }
    assert_eq!(outcome["programs"][1]["verdict"], "slower", "{said}");
    assert_eq!(outcome["programs"][1]["set_ratios"].as_array().map(Vec::len), Some(2));
    assert_eq!(left(dir.path()), 0);
}

/// Neither many lines nor a trickle keep the driver from its deadline.
#[test]
fn an_introduction_that_never_ends_is_refused() {
    let dir = tempfile::tempdir().expect("temp");
    let endless =
        |pause: &str| format!("sh -c 'echo hello skipbench-steps 1; while :; do echo fact a b; {pause} done'");
    let options = ["--timeout", "5s"];
    let (said, _) = versus(dir.path(), &[&sleeping(""), &endless(""), &endless("sleep 0.01;")], &options, 2);
    assert!(said.contains("its introduction has more than 1000 lines"), "{said}");
    assert!(said.contains("until it was ready"), "{said}");
}

#[test]
fn nothing_is_said_of_programs_whose_reference_broke() {
    let dir = tempfile::tempdir().expect("temp");
    for limit in [&[][..], &["--limit", "3%"]] {
        let (said, _) = versus(dir.path(), &["false", &sleeping("")], limit, 2);
        assert!(said.contains("A could not be measured") && said.contains("not compared"), "{said}");
        assert!(!said.contains("+0.0 %") && !said.contains("No difference"), "{said}");
    }
}

/// Codes that would move the cursor, or color all that follows.
#[test]
fn what_programs_say_of_themselves_changes_no_terminal() {
    let dir = tempfile::tempdir().expect("temp");
    let script =
        r"read hello; printf 'hello skipbench-steps 1\nname a\033[2Jb\nunits 1 \033[31mred\nready\n'; sleep 60";
    let named = shlex::try_join(["sh", "-c", script]).expect("no zero byte");
    let last_words = shlex::try_join(["sh", "-c", r"printf '\033]0;title\007' >&2; exit 1"]).expect("no zero byte");
    let stray = shlex::try_join(["sh", "-c", r"printf '\033[2J\n'; sleep 60"]).expect("no zero byte");
    let (said, errors) = versus(dir.path(), &[&sleeping(""), &named, &last_words, &stray], &["--timeout", "1s"], 2);
    assert!(said.contains("\\u{1b}[2Jb") && said.contains("\\u{1b}]0;title"), "{said}");
    assert!(![said, errors].concat().contains(|c: char| c.is_control() && c != '\n'), "as they are, written out");
}
