//! Runs `skipbench devices`: what this build can use here, and whether it computes correctly.

use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::Args;
use serde::de::DeserializeOwned;
use skipbench_models::Kernels;

use super::{format_table, print, print_json};
use crate::cell::recipe::{Precision, Recipe};
use crate::device::{self, Backend, Choice, Found};
use crate::run::selftest::{self, Numerics};

/// Arguments of `devices`.
#[derive(Debug, Args)]
pub(crate) struct DevicesArgs {
    /// Compare training steps of small networks on this device with the same steps on the CPU (Burn's kernels, f32).
    /// Exit code 2 if they differ.
    #[arg(long, value_name = "DEVICE")]
    check: Option<String>,
    /// With --check: the kernels, which are skipbench, skipbench-bf16 or burn. Only flex has the choice.
    #[arg(long, requires = "check", default_value = "skipbench", value_parser = word::<Kernels>)]
    kernels: Kernels,
    /// With --check: the number format, which is f32, bf16 or f16.
    #[arg(long, requires = "check", default_value = "f32", value_parser = word::<Precision>)]
    precision: Precision,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(arguments: &DevicesArgs) -> Result<ExitCode> {
    match &arguments.check {
        Some(word) => check(word, arguments),
        None => list(arguments.json),
    }
}

/// Reads a word as recipes have it.
fn word<T: DeserializeOwned>(word: &str) -> Result<T, String> {
    serde_json::from_value(word.into()).map_err(|error| error.to_string())
}

fn list(json: bool) -> Result<ExitCode> {
    let found = device::list();
    if json {
        print_json(&found)?;
        return Ok(ExitCode::SUCCESS);
    }
    let header = ["device", "name", "kind", "driver", "computes in", "memory"];
    print(&format_table(&header, found.iter().map(line).collect(), 5))?;
    let missing: Vec<&str> =
        Backend::ALL.iter().filter(|backend| !backend.compiled()).map(|backend| backend.word()).collect();
    if !missing.is_empty() {
        print(&format!("not in this build: {} (cargo build --release --features NAME)\n", missing.join(", ")))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn line(found: &Found) -> Vec<String> {
    let memory = found.memory_bytes.map(|bytes| format!("{:.1} GiB", bytes as f64 / f64::from(1 << 30)));
    vec![
        found.id.to_string(),
        found.name.clone(),
        found.kind.word().to_owned(),
        found.driver.clone(),
        found.dtypes.join(" "),
        memory.unwrap_or_default(),
    ]
}

fn check(word: &str, &DevicesArgs { kernels, precision, json, .. }: &DevicesArgs) -> Result<ExitCode> {
    let id = match word.parse::<Choice>()? {
        Choice::Exact(id) => id,
        Choice::Auto => device::automatic(&device::list()).context("no device was found")?.id,
    };
    let numerics = Numerics { kernels, precision };
    Recipe { kernels, precision, ..Recipe::default() }.check()?;
    let worst = selftest::check(id, numerics)?;
    let how = numerics.describe(id);
    match worst {
        _ if json => print_json(
            &serde_json::json!({"device": id, "kernels": kernels.word(), "precision": precision.word(), "worst_relative_difference": worst}),
        )?,
        Some(worst) => {
            print(&format!("{id} computes {how} as the CPU does: losses differ by at most {worst:.1e}\n"))?;
        }
        None => print(&format!("{id} does not compute {how}\n"))?,
    }
    Ok(ExitCode::SUCCESS)
}
