//! `skipbench devices`: what this build can use here.

use std::process::ExitCode;

use anyhow::Result;

use super::{print, print_json, table};
use crate::device::{self, Backend, Found};

pub(crate) fn run(json: bool) -> Result<ExitCode> {
    let found = device::list();
    if json {
        print_json(&found)?;
        return Ok(ExitCode::SUCCESS);
    }
    let row = |device: &Found| {
        let kind = if device.software { "software" } else { "hardware" };
        vec![device.id.to_string(), device.name.clone(), kind.to_owned()]
    };
    print(&table(&["device", "name", "kind"], found.iter().map(row).collect(), 3))?;
    let missing: Vec<&str> =
        Backend::ALL.iter().filter(|backend| !backend.compiled()).map(|backend| backend.word()).collect();
    if !missing.is_empty() {
        print(&format!("not in this build: {} (cargo build --release --features NAME)\n", missing.join(", ")))?;
    }
    Ok(ExitCode::SUCCESS)
}
