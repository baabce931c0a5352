//! The files to copy: programs that understand the protocol.

use std::convert::Infallible;
use std::time::Duration;

use skipbench::internals::lockstep::serve::{Program, converse, timed};

const PROGRAM: Program<'_> = Program { name: "two\nlines", units: (64, "images"), facts: &[] };

fn answers(requests: &str) -> (std::io::Result<()>, String) {
    let mut times = (1..).map(|number| Duration::from_nanos(number * 10));
    let mut answers = Vec::new();
    let step = || Ok::<_, Infallible>(times.next().expect("endless"));
    let ended = converse(&PROGRAM, step, requests.as_bytes(), &mut answers);
    (ended, String::from_utf8(answers).expect("text"))
}

const INTRODUCED: &str = "hello skipbench-steps 1\nname two lines\nunits 64 images\nready\n";

#[test]
fn the_rust_adapter_answers_until_it_shall_quit_or_its_input_ends() {
    let (ended, said) = answers("hello skipbench-steps 1\nstep 1\nstep 3\nquit\nstep 1\n");
    ended.expect("the conversation ended well");
    assert_eq!(said, format!("{INTRODUCED}ns 10\nns 20 30 40\n"));
    let (ended, said) = answers("hello skipbench-steps 1\n");
    ended.expect("the driver went away");
    assert_eq!(said, INTRODUCED);
}

#[test]
fn the_rust_adapter_refuses_what_it_does_not_understand() {
    for requests in ["step 1\n", "hello skipbench-steps 2\n"] {
        let (ended, said) = answers(requests);
        ended.expect_err(requests);
        assert_eq!(said, format!("error not understood: {requests}"));
    }
    for wrong in WRONG {
        let (ended, said) = answers(&format!("hello skipbench-steps 1\n{wrong}\nstep 1\n"));
        ended.expect_err(wrong);
        assert_eq!(said, format!("{INTRODUCED}error not understood: {}\n", in_words(wrong)), "{wrong}");
    }
    let mut said = Vec::new();
    let step = || Ok::<_, Infallible>(Duration::from_nanos(1));
    converse(&PROGRAM, step, &b"hello skipbench-steps 1\n\xff\n"[..], &mut said).expect_err("no text");
    assert!(String::from_utf8_lossy(&said).contains("error not understood: \u{fffd}\n"));
}

/// Requests that no driver may make: numbers out of the page's range or written otherwise, and other words.
const WRONG: [&str; 16] = [
    "jump",
    "",
    "step",
    "step 0",
    "step -1",
    "step +1",
    "step 01",
    "step 1001",
    "step 99999999999999999999",
    "step 1.5",
    "step 2 3",
    "step  2",
    "step 2 ",
    "STEP 2",
    "quit now",
    "hello skipbench-steps 1",
];

/// An answer's text has one space between its words.
fn in_words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn both_adapters_do_as_many_steps_as_may_be_asked_for() {
    let (ended, said) = answers("hello skipbench-steps 1\nstep 1000\nquit\n");
    ended.expect("the page allows it");
    assert_eq!(said.lines().last().map(|line| line.split(' ').count()), Some(1001));
    let Some(said) = python("hello skipbench-steps 1\nstep 1000\nquit\n") else { return };
    assert_eq!(said.lines().last().map(|line| line.split(' ').count()), Some(1001), "{said}");
}

/// What the file to copy says, as one text with its standard error, where there is a Python.
fn python(requests: &str) -> Option<String> {
    use std::io::Write;
    use std::process::{Command, Stdio};

    let adapter = concat!(env!("CARGO_MANIFEST_DIR"), "/adapters/skipbench_step.py");
    let mut command = Command::new("python3");
    command.args([adapter, "10"]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut program = command.spawn().ok()?;
    // One that refuses the first line does not read the next.
    let _ = program.stdin.take().expect("a pipe").write_all(requests.as_bytes());
    let output = program.wait_with_output().expect("it ended");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(!errors.contains("Traceback"), "{requests}: {errors}");
    Some(String::from_utf8(output.stdout).expect("text"))
}

#[test]
fn the_python_adapter_refuses_what_it_does_not_understand() {
    for wrong in WRONG {
        let Some(said) = python(&format!("hello skipbench-steps 1\n{wrong}\nstep 1\n")) else { return };
        let expected = format!("ready\nerror not understood: {}\n", in_words(wrong));
        assert!(said.ends_with(&expected), "{wrong}: {said}");
    }
    assert_eq!(python("step 1\n").as_deref(), Some("error not understood: step 1\n"));
    assert_eq!(python("").as_deref(), Some(""), "no driver is there");
}

#[test]
fn a_step_that_fails_is_told() {
    let (mut said, requests) = (Vec::new(), "hello skipbench-steps 1\nstep 1\n");
    converse(&PROGRAM, || Err("the loss\nis NaN"), requests.as_bytes(), &mut said).expect("told");
    assert!(String::from_utf8_lossy(&said).ends_with("error the loss is NaN\n"));
}

#[test]
fn work_without_a_clock_gets_one() {
    let time = timed(|| std::thread::sleep(Duration::from_millis(2)))().expect("cannot fail");
    assert!(time >= Duration::from_millis(2));
}

/// Where there is a Python.
#[cfg(unix)]
#[test]
fn the_python_adapter_and_the_twenty_lines_are_driven() {
    if !std::process::Command::new("python3").arg("--version").output().is_ok_and(|output| output.status.success()) {
        return;
    }
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let adapter = folder.join("adapters/skipbench_step.py");
    let dir = tempfile::tempdir().expect("temp");
    let page = std::fs::read_to_string(folder.join("PROTOCOL.md")).expect("the page");
    let (_, program) = page.split_once("```python\n").expect("the twenty lines");
    let (program, _) = program.split_once("```").expect("their end");
    std::fs::write(dir.path().join("short.py"), program).expect("written");
    // A program that prints, and is twice as long.
    let printing = "import sys\nfrom skipbench_step import serve\ndef step():\n    print('hm')\n    sum(range(400_000))\n\
                    serve(step, name='printing', units=(100_000, 'numbers'), python=sys.version)\n";
    std::fs::write(dir.path().join("printing.py"), printing).expect("written");
    std::fs::copy(&adapter, dir.path().join("skipbench_step.py")).expect("copied");
    let arguments = [
        "versus",
        "python3 skipbench_step.py",
        "python3 short.py",
        "python3 printing.py",
        "--sets",
        "2",
        "--steps",
        "40",
        "--json",
        "-q",
    ];
    let (said, _) = crate::ends(dir.path(), &arguments, 0);
    let json: serde_json::Value = serde_json::from_str(&said).expect("JSON");
    let programs = json["outcome"]["programs"].as_array().expect("programs");
    assert_eq!(json["outcome"]["unit"], "numbers");
    assert!(programs.iter().all(|program| program["error"].is_null()), "{said}");
    assert!(programs[2]["ratio"]["value"].as_f64() > Some(2.0), "four times the numbers: {said}");
}
