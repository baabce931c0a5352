//! A program whose turn it is not takes no processor time.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::skipbench;

/// User and system time of a process so far, in ticks of 10 ms: fields 14 and 15 of `/proc/PID/stat`.
fn cpu_ticks(child: &Child) -> u64 {
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", child.id())).expect("it lives");
    let (_, rest) = stat.rsplit_once(") ").expect("its name ends");
    rest.split(' ').skip(11).take(2).map(|ticks| ticks.parse::<u64>().expect("a number")).sum()
}

struct Driven {
    child: Child,
    answers: std::io::Lines<BufReader<std::process::ChildStdout>>,
}

impl Driven {
    fn start(mut command: Command) -> Self {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("started");
        let answers = BufReader::new(child.stdout.take().expect("piped")).lines();
        let mut driven = Self { child, answers };
        driven.ask("hello skipbench-steps 1");
        while driven.answer() != "ready" {}
        driven
    }

    fn ask(&mut self, request: &str) {
        writeln!(self.child.stdin.as_mut().expect("piped"), "{request}").expect("it listens");
    }

    fn answer(&mut self) -> String {
        self.answers.next().expect("an answer").expect("text")
    }
}

#[test]
fn a_networks_threads_sleep_between_its_turns() {
    let dir = tempfile::tempdir().expect("temp");
    let mut command = skipbench(dir.path());
    command.args(["steps", "resnet8-w4", "--batch", "32", "--threads", "2"]);
    let mut driven = Driven::start(command);
    for _ in 0..5 {
        driven.ask("step 20");
        let times: Vec<u64> = driven.answer().split(' ').skip(1).map(|ns| ns.parse().expect("a time")).collect();
        assert_eq!(times.len(), 20);
        // Rayon's threads look for work for some microseconds more before they sleep.
        std::thread::sleep(Duration::from_millis(20));
        let before = cpu_ticks(&driven.child);
        std::thread::sleep(Duration::from_millis(300));
        assert_eq!(cpu_ticks(&driven.child), before, "it worked while it should have slept");
    }
    driven.ask("quit");
    assert!(driven.child.wait().expect("it ended").success());
}

/// The end of its input is as good as `quit`.
#[test]
fn a_networks_steps_end_with_the_driver() {
    let dir = tempfile::tempdir().expect("temp");
    let mut command = skipbench(dir.path());
    command.args(["steps", "resnet8-w4", "--task", "infer"]);
    let mut driven = Driven::start(command);
    drop(driven.child.stdin.take());
    assert!(driven.child.wait().expect("it ended").success());
}
