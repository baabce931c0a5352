//! What the gate can and cannot see, by simulation: `cargo run --release -p skipbench-ci --example power`.
//!
//! Each job is judged by the gate itself. Its rows are made up: eight timed cells in rounds of base, head and the base again;
//! noise that is common to a cell's whole job (another binary's layout, which nothing averages out), noise of each
//! measurement with one in twenty held up, and a machine that drifts. Prints the table in `ci/power.md`.

use std::process::ExitCode;

#[path = "../tests/it/job.rs"]
mod job;

use job::{Job, Machine, Plant};

const JOBS: u64 = 200;

fn main() -> ExitCode {
    let mut kept = true;
    println!("| what | noise floor (median) | jobs | regressed | inconclusive | passed | must hold |");
    println!("|---|---|---|---|---|---|---|");
    let mut line = |what: &str, machine: Machine, plant: Plant, must: &str, holds: fn(&Tally) -> bool| {
        let tally = Tally::of(machine, plant);
        let Tally { regressed, inconclusive, passed, floor } = tally;
        println!("| {what} | {:.1} % | {JOBS} | {regressed} | {inconclusive} | {passed} | {must} |", floor * 100.0);
        kept &= holds(&tally);
    };
    let at_most_2: fn(&Tally) -> bool = |tally| tally.regressed <= JOBS / 100;
    let at_least_190: fn(&Tally) -> bool = |tally| tally.regressed >= JOBS * 95 / 100;
    let all: fn(&Tally) -> bool = |tally| tally.regressed == JOBS;
    line("nothing (A/A), quiet machine", Machine::QUIET, Plant::Nothing, "≤ 1 % regressed", at_most_2);
    line("nothing (A/A), noise just below the limit", Machine::BORDER, Plant::Nothing, "≤ 1 % regressed", at_most_2);
    line("nothing (A/A), virtual machine", Machine::VIRTUAL, Plant::Nothing, "≤ 1 % regressed", at_most_2);
    line("nothing (A/A), noisy hosted runner", Machine::HOSTED, Plant::Nothing, "≤ 1 % regressed", at_most_2);
    line("5 % slower, quiet machine", Machine::QUIET, Plant::Slower(1.05), "≥ 95 % regressed", at_least_190);
    line("10 % slower, virtual machine", Machine::VIRTUAL, Plant::Slower(1.10), "–", |_| true);
    line("one more tensor alive, virtual machine", Machine::VIRTUAL, Plant::ExtraCopy, "all regressed", all);
    line("add swapped for concat, virtual machine", Machine::VIRTUAL, Plant::SwappedSkip, "all regressed", all);
    ExitCode::from(u8::from(!kept))
}

/// What came of all jobs.
struct Tally {
    regressed: u64,
    inconclusive: u64,
    passed: u64,
    floor: f64,
}

impl Tally {
    fn of(machine: Machine, plant: Plant) -> Self {
        let mut tally = Tally { regressed: 0, inconclusive: 0, passed: 0, floor: 0.0 };
        let mut floors = Vec::new();
        for seed in 0..JOBS {
            let judgement = Job::new(machine, plant, seed).judged();
            match judgement.exit_code() {
                1 => tally.regressed += 1,
                3 => tally.inconclusive += 1,
                _ => tally.passed += 1,
            }
            floors.extend(judgement.findings.iter().filter_map(|finding| finding.noise_floor));
        }
        tally.floor = skipbench_reports::stats::median(&floors).unwrap_or(f64::NAN);
        tally
    }
}
