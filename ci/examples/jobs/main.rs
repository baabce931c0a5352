//! Runs real jobs of the gate, one after the other, each of which adds a row to `ci/power/jobs.csv`. It also prints
//! their table.
//!
//! ```sh
//! cargo build --release
//! cargo run --release -p skipbench-ci --example jobs -- --condition quiet --jobs 10 --plant 0,5
//! cargo run --release -p skipbench-ci --example jobs -- --table
//! ```
//!
//! A job is `skipbench gate --base-command … --head-command …`, with the same two programs each time: a small network's
//! training step, and the same step with a share of itself planted. With `--condition busy` one thread of this program
//! spins meanwhile. What is measured, and how often, was fixed beforehand (`ci/power.md`); rows are only added.

mod job;
#[path = "../../tests/it/jobs.rs"]
#[allow(dead_code, reason = "the test of the same file")]
mod jobs;

use std::fs::OpenOptions;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};

use clap::Parser;

/// Arguments of the program.
#[derive(Debug, Parser)]
struct Arguments {
    /// Print the table of all rows, and measure nothing.
    #[arg(long)]
    table: bool,
    /// `quiet`, or `busy` for one competing thread.
    #[arg(long, default_value = "quiet", value_parser = ["quiet", "busy"])]
    condition: String,
    /// Planted slowdowns in percent; 0 is the base itself.
    #[arg(long, value_delimiter = ',', default_value = "0")]
    plant: Vec<f64>,
    /// Number of jobs with each of them.
    #[arg(long, default_value_t = 1)]
    jobs: usize,
    /// Number of sets of a job.
    #[arg(long, default_value_t = job::SETS)]
    sets: usize,
    /// Seconds of a set.
    #[arg(long, default_value_t = job::SECONDS)]
    seconds: f64,
    /// Name of the network.
    #[arg(long, default_value = job::NETWORK)]
    network: String,
    /// Path of the program.
    #[arg(long, default_value = "target/release/skipbench")]
    skipbench: PathBuf,
    /// File to which rows are added, if not to those of the project.
    #[arg(long)]
    out: Option<PathBuf>,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments = Arguments::parse();
    let path = arguments.out.clone().unwrap_or_else(jobs::path);
    if arguments.table {
        print!("{}", jobs::table(&jobs::read(&path)));
        return Ok(());
    }
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        if arguments.condition == "busy" {
            scope.spawn(|| {
                while !over.load(Ordering::Relaxed) {
                    std::hint::spin_loop();
                }
            });
        }
        let done = collect(&arguments, &path);
        over.store(true, Ordering::Relaxed);
        done
    })
}

/// Measures the jobs. Slowdowns take turns, so a bad hour of the machine affects all of them.
fn collect(arguments: &Arguments, path: &PathBuf) -> Result<(), Box<dyn std::error::Error>> {
    for _ in 0..arguments.jobs {
        for planted in &arguments.plant {
            let row = job::run(arguments, *planted)?;
            eprintln!(
                "{} {planted} %: {} {:+.1} %, floor {:.1} %, {:.0} s",
                row.condition,
                row.verdict,
                row.effect.map_or(f64::NAN, |effect| (effect - 1.0) * 100.0),
                row.noise_floor.unwrap_or(f64::NAN) * 100.0,
                row.job_s
            );
            let new = !path.exists();
            let file = OpenOptions::new().create(true).append(true).open(path)?;
            let mut writer = csv::WriterBuilder::new().has_headers(new).from_writer(file);
            writer.serialize(row)?;
            writer.flush()?;
        }
    }
    Ok(())
}
