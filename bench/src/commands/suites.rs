//! `skipbench suites`: the built-in suites.

use std::process::ExitCode;

use anyhow::{Context, Result};
use serde_json::json;

use super::{format_table, print, print_json};
use crate::suite::builtin::{BUILT_IN, CLAIMS, built_in};

use crate::suite::Suite;

pub(crate) fn run(name: Option<&str>, json: bool) -> Result<ExitCode> {
    match name {
        Some(name) => show(name)?,
        None => list(json)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn show(name: &str) -> Result<()> {
    let names = || BUILT_IN.iter().chain(&CLAIMS).map(|suite| suite.name).collect::<Vec<&str>>().join(", ");
    print(built_in(name).with_context(|| format!("no built-in suite is named `{name}`; those are {}", names()))?.text)
}

fn list(json: bool) -> Result<()> {
    let mut suites = Vec::new();
    for built_in in BUILT_IN.iter().chain(&CLAIMS) {
        suites.push((built_in.name, Suite::parse(built_in.name, built_in.text)?.keys));
    }
    if json {
        let value =
            suites.iter().map(|(name, keys)| json!({"name": name, "data": keys.data, "description": keys.description}));
        return print_json(&value.collect::<Vec<_>>());
    }
    let rows = suites.into_iter().map(|(name, keys)| vec![name.to_owned(), keys.data, keys.description]).collect();
    print(&format_table(&["suite", "data", "what it shows"], rows, 3))?;
    print("`skipbench run SUITE` runs one; `skipbench suites SUITE > mine.toml` starts your own.\n")
}
