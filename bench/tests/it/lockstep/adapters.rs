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
    for requests in ["step 1\n", "hello skipbench-steps 2\n", "hello skipbench-steps 1\njump\n"] {
        let (ended, said) = answers(requests);
        ended.expect_err(requests);
        assert!(said.contains("error not understood"), "{requests}: {said}");
    }
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
fn the_python_adapter_and_the_fifteen_lines_are_driven() {
    if !std::process::Command::new("python3").arg("--version").output().is_ok_and(|output| output.status.success()) {
        return;
    }
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let adapter = folder.join("adapters/skipbench_step.py");
    let dir = tempfile::tempdir().expect("temp");
    let page = std::fs::read_to_string(folder.join("PROTOCOL.md")).expect("the page");
    let (_, program) = page.split_once("```python\n").expect("the fifteen lines");
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
