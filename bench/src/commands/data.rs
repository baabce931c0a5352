//! Runs `skipbench data`: downloads and checks data sets.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, ensure};
use clap::Subcommand;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};

use super::{note, print, print_json};
use crate::files::data::fetch::{Archive, fetch};
use crate::files::data::{DEFAULT_DIR, DataError, Read, Settings, Source, dir_from_environment};

/// Commands on data sets.
#[derive(Debug, Subcommand)]
pub(crate) enum DataCommand {
    /// Download a data set from its home page. A download that broke off is resumed, then verified and installed.
    Fetch {
        /// cifar10 or cifar100.
        #[arg(value_parser = ["cifar10", "cifar100"])]
        set: String,
        /// Where to put it. Default: the directory in SKIPBENCH_DATA, or else `data`.
        #[arg(long, value_name = "DIR")]
        dir: Option<PathBuf>,
        /// Another place to download the same archive from.
        #[arg(long, value_name = "URL")]
        from: Option<String>,
        /// Print JSON: its place, shape, counts and SHA-256. This reads all of it.
        #[arg(long)]
        json: bool,
    },
    /// Read all of a data set and print its shape, counts and SHA-256.
    Check {
        /// digits, cifar10, cifar100, mnist, fashion-mnist, generated or folder:DIR.
        set: String,
        /// Directory of downloaded data sets. Default: the one in SKIPBENCH_DATA, or else `data`.
        #[arg(long, value_name = "DIR")]
        dir: Option<PathBuf>,
        /// Side of the images, for folders and generated images.
        #[arg(long)]
        image_size: Option<usize>,
        /// Classes, for generated images.
        #[arg(long)]
        classes: Option<usize>,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
}

pub(crate) fn run(command: &DataCommand) -> Result<ExitCode> {
    match command {
        DataCommand::Fetch { set, dir, from, json } => {
            let dir = dir.clone().or_else(dir_from_environment).unwrap_or_else(|| DEFAULT_DIR.into());
            let folder = download(set, &dir, from.as_deref())?;
            if *json {
                print_json(&installed(set, dir, &folder)?)?;
            } else {
                print(&format!("{}\n", folder.display()))?;
            }
        }
        DataCommand::Check { set, dir, image_size, classes, json } => {
            let found = dir.clone().or_else(dir_from_environment);
            let settings = Settings { dir: found, image_size: *image_size, classes: *classes };
            let source = Source::parse(set, settings)?;
            ensure_used(dir.as_deref(), &source)?;
            check(&source, *json)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// # Errors
/// A directory of data sets, `--dir`, that was given for what does not lie in one.
pub(super) fn ensure_used(dir: Option<&Path>, source: &Source) -> Result<()> {
    let name = source.name();
    ensure!(dir.is_none() || source.has_dir(), "--dir: {name} does not lie in a directory of data sets; leave it out");
    Ok(())
}

fn download(set: &str, dir: &Path, from: Option<&str>) -> Result<PathBuf> {
    let mut archive = Archive::published(set).with_context(|| format!("{set} has no archive to download"))?;
    if let Some(url) = from {
        archive.url = url.to_owned();
    }
    let bar = ProgressBar::no_length();
    bar.set_style(ProgressStyle::with_template("{bar:32} {bytes} of {total_bytes}, {bytes_per_sec}, {eta} left")?);
    let installed = fetch(&archive, dir, |bytes, total| {
        bar.set_length(total.unwrap_or(bytes));
        bar.set_position(bytes);
    });
    bar.finish_and_clear();
    Ok(installed?)
}

/// Describes a data set that is present, for scripts.
fn installed(set: &str, dir: PathBuf, folder: &Path) -> Result<Value> {
    let settings = Settings { dir: Some(dir), image_size: None, classes: None };
    let mut value = serde_json::to_value(Source::parse(set, settings)?.load()?.summary())?;
    value["path"] = json!(folder);
    Ok(value)
}

fn check(source: &Source, json: bool) -> Result<()> {
    let (Read { data, notes }, missing) = source.read_available().map_err(in_full)?;
    note(&notes);
    let missing = missing.map(|missing| missing.to_string());
    note(missing.as_slice());
    let (summary, differences) = (data.summary(), source.differences(&data)?);
    if json {
        let mut value = serde_json::to_value(&summary)?;
        value["published"] = json!(differences.as_ref().map(Vec::is_empty));
        value["missing"] = json!(missing);
        return print_json(&value);
    }
    let (name, images) = (source.name(), summary.images);
    print(&format!("{name}: {images}\n{} training and {} test images\n", summary.train, summary.test))?;
    print(&format!("sha256 {}\n", summary.sha256))?;
    match differences.as_deref() {
        None => Ok(()),
        Some([]) => print(&format!("the images of {name} as they were published\n")),
        Some(differences) => print(&format!("not {name} as it was published:\n  {}\n", differences.join("\n  "))),
    }
}

/// Returns everything that is wrong, one per line, where an error shows the first of many.
fn in_full(error: DataError) -> anyhow::Error {
    match error.each() {
        Some(errors) => {
            let lines: Vec<String> = errors.iter().map(ToString::to_string).collect();
            anyhow::anyhow!("{} files or classes cannot be used:\n  {}", lines.len(), lines.join("\n  "))
        }
        None => error.into(),
    }
}
