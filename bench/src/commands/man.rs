//! Runs `skipbench man`: the manual's pages.

use std::fs;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::Command;

use super::print;

/// Prints the page of `command` itself, or writes it and one for each of its commands into `out`.
pub(crate) fn run(command: Command, out: Option<&Path>) -> Result<ExitCode> {
    match out {
        Some(dir) => {
            fs::create_dir_all(dir).with_context(|| dir.display().to_string())?;
            clap_mangen::generate_to(command, dir).with_context(|| dir.display().to_string())?;
        }
        None => {
            let mut page = Vec::new();
            clap_mangen::Man::new(command).render(&mut page)?;
            print(&String::from_utf8_lossy(&page))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}
