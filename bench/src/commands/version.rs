//! `skipbench --version`: which program this is, and what it was built from.

use std::process::ExitCode;

use anyhow::Result;
use clap::Args;

use super::{print, print_json};
use crate::run::built::{Built, Here};

/// Version in one line, with the revision of the source, as rows have it.
pub(crate) const VERSION: &str = env!("SKIPBENCH_VERSION");

/// Flags in place of a command.
#[derive(Debug, Args)]
pub(crate) struct VersionArgs {
    /// Print the version.
    #[arg(short = 'V', long)]
    pub(crate) version: bool,
    /// With --version: print what the program was built from, and what of it this processor uses.
    #[arg(short, long, requires = "version")]
    verbose: bool,
    /// With --version: the same as JSON, with every package in Cargo.lock.
    #[arg(long, requires = "version")]
    json: bool,
}

pub(crate) fn run(arguments: &VersionArgs) -> Result<ExitCode> {
    match arguments {
        VersionArgs { json: true, .. } => print_json(&Built::find())?,
        VersionArgs { verbose: true, .. } => print(&describe(&Built::find()))?,
        _ => print(&format!("skipbench {VERSION}\n"))?,
    }
    Ok(ExitCode::SUCCESS)
}

/// A line for each thing; nothing of what nobody could tell.
fn describe(built: &Built) -> String {
    let Here { kernels_f32, kernels_bf16, instruction_sets } = &built.here;
    let backends: Vec<String> = built.backends.iter().map(|(name, version)| format!("{name} {version}")).collect();
    let lines = [
        ("source", describe_source(built)),
        ("burn", built.burn.to_owned()),
        ("backends", backends.join(", ")),
        ("kernels", built.kernels.to_owned()),
        ("features", built.features.join(", ")),
        ("rustc", built.rustc.to_owned()),
        ("target", built.target.to_owned()),
        ("needs", built.target_features.join(", ")),
        ("profile", format!("{}, opt-level {}", built.profile, built.opt_level)),
        ("here f32", kernels_f32.join(", ")),
        ("here bf16", kernels_bf16.join(", ")),
        ("here all", instruction_sets.join(", ")),
    ];
    let told = lines.into_iter().filter(|(_, text)| !text.is_empty());
    told.fold(format!("skipbench {VERSION}\n"), |text, (name, told)| format!("{text}{name:<10} {told}\n"))
}

fn describe_source(Built { revision, dirty, .. }: &Built) -> String {
    let changed = if *dirty == Some(true) { ", with changes that are in no commit" } else { "" };
    if revision.is_empty() { String::new() } else { format!("{revision}{changed}") }
}
