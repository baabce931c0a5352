//! Runs `skipbench record`: keeps a finished run permanently, so documents can quote it.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::Args;
use serde_json::json;

use super::{print, print_json};
use crate::run::record::{self, Record};

/// Arguments of `record`.
#[derive(Debug, Args)]
pub(crate) struct RecordArgs {
    /// Directory of a finished run of a whole suite.
    dir: PathBuf,
    /// Where records are kept. Each goes into MACHINE/DATE-SUITE, the second of a day into MACHINE/DATE-2-SUITE. None
    /// is ever changed.
    #[arg(long, value_name = "DIR", default_value = "reports/records")]
    into: PathBuf,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(arguments: &RecordArgs) -> Result<ExitCode> {
    let Record { path, date, cells, broken, suite, git_revision } = record::keep(&arguments.dir, &arguments.into)?;
    if arguments.json {
        print_json(&json!({
            "record": path, "suite": suite, "date": date, "cells": cells, "broken": broken,
            "git_revision": git_revision,
        }))?;
    } else {
        print(&format!("{}\n", path.display()))?;
    }
    Ok(ExitCode::SUCCESS)
}
