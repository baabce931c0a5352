//! Does the training step on request (bench/PROTOCOL.md). With a number as argument it does that many steps at once.

use std::convert::Infallible;

use skipbench_peers::{BATCH, NETWORK, Training};

#[path = "../../../../bench/adapters/skipbench_step.rs"]
mod skipbench_step;

use skipbench_step::{Program, serve};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut training = Training::new();
    if let Some(steps) = std::env::args().nth(1) {
        for _ in 0..steps.parse::<u64>()? {
            training.step();
        }
        return Ok(());
    }
    let program = Program { name: NETWORK, units: (BATCH as u64, "images"), facts: &[] };
    training.step();
    serve(&program, || Ok::<_, Infallible>(training.step()))?;
    Ok(())
}
