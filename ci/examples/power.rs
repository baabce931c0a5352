//! Simulates what the gate can and cannot see: `cargo run --release -p skipbench-ci --example power`.
//!
//! Each job is judged by the gate itself. Its rows are simulated: eight timed cells in sets of fresh processes of base,
//! head, the base again and the base in another layout. The simulation has noise within sets, and noise between
//! processes, which no turn averages out. It has the effect of another layout, which no set averages out, and processes
//! that something holds up for a whole set. Other jobs have the accuracies of ten networks with one to three seeds. The
//! program prints the table in `ci/power.md`.

use std::process::ExitCode;

#[path = "../tests/it/job.rs"]
mod job;

use job::{Job, Machine, Plant, Seeds};

const JOBS: u64 = 200;

fn main() -> ExitCode {
    let mut kept = true;
    println!("| what | noise floor (median) | jobs | regressed | inconclusive | passed | must hold |");
    println!("|---|---|---|---|---|---|---|");
    let mut line = |what: &str, job: &dyn Fn(u64) -> Job, must: &str, holds: fn(&Tally) -> bool| {
        let tally = Tally::of(job);
        let Tally { regressed, inconclusive, passed, floor } = tally;
        let floor = floor.map_or("–".to_owned(), |floor| format!("{:.1} %", floor * 100.0));
        println!("| {what} | {floor} | {JOBS} | {regressed} | {inconclusive} | {passed} | {must} |");
        kept &= holds(&tally);
    };
    let on = |machine: Machine, plant: Plant| move |seed| Job::new(machine, plant, seed);
    let at_most_2: fn(&Tally) -> bool = |tally| tally.regressed <= JOBS / 100;
    let at_least_190: fn(&Tally) -> bool = |tally| tally.regressed >= JOBS * 95 / 100;
    let all: fn(&Tally) -> bool = |tally| tally.regressed == JOBS;
    let machines = [
        ("quiet machine", Machine::QUIET),
        ("virtual machine", Machine::VIRTUAL),
        ("beside a competing thread", Machine::BUSY),
        ("noisy hosted runner", Machine::HOSTED),
    ];
    for (name, machine) in machines {
        line(&format!("nothing (A/A), {name}"), &on(machine, Plant::Nothing), "≤ 1 % regressed", at_most_2);
    }
    line("2 % slower, quiet machine", &on(Machine::QUIET, Plant::Slower(1.02)), "–", |_| true);
    line("3 % slower, quiet machine", &on(Machine::QUIET, Plant::Slower(1.03)), "–", |_| true);
    line("5 % slower, quiet machine", &on(Machine::QUIET, Plant::Slower(1.05)), "≥ 95 % regressed", at_least_190);
    line("5 % slower, virtual machine", &on(Machine::VIRTUAL, Plant::Slower(1.05)), "–", |_| true);
    line("5 % slower, beside a competing thread", &on(Machine::BUSY, Plant::Slower(1.05)), "–", |_| true);
    line("10 % slower, noisy hosted runner", &on(Machine::HOSTED, Plant::Slower(1.10)), "–", |_| true);
    line("one more tensor alive, virtual machine", &on(Machine::VIRTUAL, Plant::ExtraCopy), "all regressed", all);
    line("add swapped for concat, virtual machine", &on(Machine::VIRTUAL, Plant::SwappedSkip), "all regressed", all);
    let strays = |seeds: Seeds, less: f64| move |seed| Job::trained(seeds, less, seed);
    for (name, seeds) in [
        ("three seeds that stray by two points", Seeds::THREE),
        ("two seeds that stray by two points", Seeds::TWO),
        ("one seed that strays by five points", Seeds::ONE_FAR),
    ] {
        line(&format!("nothing (A/A), ten networks, {name}"), &strays(seeds, 0.0), "≤ 1 % regressed", at_most_2);
        let must: fn(&Tally) -> bool = if seeds == Seeds::THREE { at_least_190 } else { |_| true };
        let promised = if seeds == Seeds::THREE { "≥ 95 % regressed" } else { "–" };
        line(&format!("one network of ten learns 20 points less, {name}"), &strays(seeds, 0.2), promised, must);
        line(
            &format!("one network of ten learns nothing, {name}"),
            &strays(seeds, 0.83),
            "≥ 95 % regressed",
            at_least_190,
        );
    }
    ExitCode::from(u8::from(!kept))
}

/// Counts the results of all jobs.
struct Tally {
    regressed: u64,
    inconclusive: u64,
    passed: u64,
    /// Mean noise floor; `None` if nothing was timed.
    floor: Option<f64>,
}

impl Tally {
    fn of(job: &dyn Fn(u64) -> Job) -> Self {
        let mut tally = Tally { regressed: 0, inconclusive: 0, passed: 0, floor: None };
        let mut floors = Vec::new();
        for seed in 0..JOBS {
            let judgment = job(seed).judged();
            match judgment.exit_code() {
                1 => tally.regressed += 1,
                3 => tally.inconclusive += 1,
                _ => tally.passed += 1,
            }
            floors.extend(judgment.findings.iter().filter_map(|finding| finding.noise_floor));
        }
        tally.floor = skipbench_reports::stats::median(&floors);
        tally
    }
}
