use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::Args;
use serde_json::json;
use skipbench_models::{Images, catalog};

use super::arguments::{DeviceArgs, Weights, loaded};
use crate::commands::data::ensure_used;
use crate::commands::{format_count, note, print, print_json};
use crate::files::data::{Batches, Read, Settings, Source, dir_from_environment};
use crate::files::weights;
use crate::files::weights::accuracy::accuracy;
use crate::files::weights::images::{self, By};

/// Arguments of `weights evaluate`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  \
    skipbench weights evaluate resnet50.pth --model resnet50 --data folder:imagenet --image-size 224\n\n\
    The network gets as many classes as the images have, in the order of their folders' names. Images of other sizes are \
    resized without cropping.")]
pub(crate) struct EvaluateArgs {
    #[command(flatten)]
    weights: Weights,
    /// The network: a published name, or a description such as densenet-bc-22-26.
    #[arg(long, value_name = "NAME")]
    model: String,
    /// The images whose test half is classified: digits, cifar10, cifar100, mnist, fashion-mnist or
    /// folder:DIR.
    #[arg(long, value_name = "SET")]
    data: String,
    /// Directory of downloaded data sets. Default: the one in SKIPBENCH_DATA, or else `data`.
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
    /// Side of the images, for folders. Default: that for which the network was published.
    #[arg(long)]
    image_size: Option<usize>,
    /// How pixels are normalized. Default: imagenet for networks published for ImageNet, data for others.
    #[arg(long, value_enum, alias = "normalise")]
    normalize: Option<By>,
    /// Images in a batch.
    #[arg(long, default_value_t = 32, value_parser = clap::value_parser!(u16).range(1..))]
    batch: u16,
    #[command(flatten)]
    device: DeviceArgs,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(arguments: &EvaluateArgs) -> Result<ExitCode> {
    let spec = catalog::find(&arguments.model)?;
    let published = catalog::entry_of(&spec).map(|entry| entry.images);
    let folder = arguments.data.starts_with("folder:");
    let image_size = arguments.image_size.or(published.filter(|_| folder).map(|images| images.size));
    let dir = arguments.dir.clone().or_else(dir_from_environment);
    let source = Source::parse(&arguments.data, Settings { dir, image_size, classes: None })?;
    ensure_used(arguments.dir.as_deref(), &source)?;
    let imagenet = published == Some(Images::IMAGENET);
    let by = arguments.normalize.unwrap_or(if imagenet { By::Imagenet } else { By::Data });
    let Read { data, notes } = images::read(&source, by)?;
    note(&notes);
    let batches = Batches::with(&data, arguments.batch.into(), images::normalization(by, &data)?);
    let device = arguments.device.open()?;
    let model = spec.init(data.images, 0, &device)?;
    let model = weights::load(&arguments.weights.file, &spec, model)
        .with_context(|| format!("{} for {}", arguments.model, data.images))?;
    let model = loaded(model);
    let found = accuracy(&model, &batches, &device)?;
    if arguments.json {
        print_json(
            &json!({"model": arguments.model, "data": source.name(), "images": data.images, "accuracy": found}),
        )?;
        return Ok(ExitCode::SUCCESS);
    }
    let share =
        |count: u64| format!("{} ({:.2} %)", format_count(count), 100.0 * count as f64 / found.total.max(1) as f64);
    let (model, total) = (&arguments.model, format_count(found.total));
    print(&format!("{model} on {}: {} of {total} correct", source.name(), share(found.correct)))?;
    print(&format!(", {} among the first five\n", share(found.top5)))?;
    Ok(ExitCode::SUCCESS)
}
