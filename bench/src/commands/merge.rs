//! `skipbench merge`: the shares of a plan put together.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::Args;
use serde_json::json;
use skipbench_reports::analyses::quantity::format_number_of;

use super::{print, print_json, say};
use crate::run::merge::{self, Whole};

/// Arguments of `merge`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    skipbench merge results/mine --out results/mine-merged\n  \
    \x20   all shares in that folder\n  \
    skipbench merge 1-of-2 copied/2-of-2 --out merged\n  \
    \x20   shares from wherever they are\n  \
    skipbench merge results/mine --out results/so-far --partial\n  \
    \x20   what there is by now")]
pub(crate) struct MergeArgs {
    /// Directories of shares, or of folders with shares.
    #[arg(required = true, value_name = "DIR")]
    dirs: Vec<PathBuf>,
    /// Where the whole run is written: a directory that is new or empty.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Write what there is although cells are missing.
    #[arg(long)]
    partial: bool,
    /// Say what was done as JSON.
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(arguments: &MergeArgs) -> Result<ExitCode> {
    // Before the work, which may be much.
    merge::ensure_free(&arguments.out)?;
    let whole = merge::merge(&arguments.dirs)?;
    let written = whole.missing.is_empty() || arguments.partial;
    if written {
        merge::write(&whole, &arguments.out)?;
    }
    tell(&whole, arguments, written)?;
    Ok(ExitCode::from(u8::from(!written || whole.broken() > 0)))
}

fn tell(whole: &Whole, MergeArgs { out, json, .. }: &MergeArgs, written: bool) -> Result<()> {
    let broken = whole.broken();
    if *json {
        let out = written.then_some(out);
        let hosts: Vec<&str> = whole.hosts.iter().map(|host| host.id.as_str()).collect();
        return print_json(&json!({
            "out": out, "rows": whole.runs.len(), "broken": broken, "hosts": hosts, "missing": whole.missing,
        }));
    }
    whole.missing.iter().for_each(|missing| say(&format!("missing: {missing}")));
    if !written {
        say("nothing was written: run those shares again and merge anew, or take what there is with --partial");
        return Ok(());
    }
    if broken > 0 {
        say(&format!("{} could not be measured; their rows say why", format_number_of(broken, "cell")));
    }
    let (rows, hosts) = (format_number_of(whole.runs.len(), "row"), format_number_of(whole.hosts.len(), "machine"));
    print(&format!("{rows} from {hosts}\nrows: {}\n", out.display()))
}
