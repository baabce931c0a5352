//! Measures how long a report of 10,000 rows takes, part by part: `cargo run --release -p skipbench-reports --example
//! large`.
//!
//! It prints milliseconds, the fastest of five runs. Another number of groups, of 40 rows each, can be given.

use std::time::Instant;

use skipbench_reports::figure::figures;
use skipbench_reports::page::page;
use skipbench_reports::report::Report;
use skipbench_reports::rows::store;
use skipbench_reports::{chart, table};

#[path = "../tests/it/many.rs"]
mod many;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let groups = std::env::args().nth(1).map_or(Ok(250), |text| text.parse())?;
    let dir = tempfile::tempdir()?;
    let runs = many::runs(groups);
    store::write(dir.path(), &runs)?;
    println!(
        "{} rows, {} samples",
        groups as usize * many::ROWS,
        runs.iter().map(|run| run.samples.len()).sum::<usize>()
    );
    fastest("read", || store::read(dir.path()))?;
    let report = fastest("read and analyse", || store::read(dir.path()).map(Report::new))?;
    fastest("HTML", || page(&report));
    fastest("Markdown", || table::format_document(&report));
    fastest("plots", || figures(&report).iter().map(chart::standalone).collect::<Vec<String>>());
    Ok(())
}

/// Prints how long `work` takes, and returns what it made.
fn fastest<T>(what: &str, work: impl Fn() -> T) -> T {
    let timed = || {
        let start = Instant::now();
        let made = work();
        (start.elapsed(), made)
    };
    let (mut least, made) = timed();
    (1..5).for_each(|_| least = least.min(timed().0));
    println!("{what}: {:.0} ms", least.as_secs_f64() * 1e3);
    made
}
