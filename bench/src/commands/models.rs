//! Runs `skipbench models`: shows the catalog, and one network layer by layer.

use std::process::ExitCode;

use anyhow::{Result, ensure};
use clap::Args;
use serde_json::json;
use skipbench_models::{Images, Layer, ModelSpec, catalog, total};

use super::{ImageArgs, format_count, format_table, print, print_json};

/// Arguments of `models`.
#[derive(Debug, Args)]
pub(crate) struct ModelsArgs {
    /// A network: a published name, or a description such as densenet-bc-22-26.
    name: Option<String>,
    #[command(flatten)]
    images: ImageArgs,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(arguments: &ModelsArgs) -> Result<ExitCode> {
    match &arguments.name {
        Some(name) => describe(name, arguments)?,
        None => {
            let unused = arguments.images.is_given();
            ensure!(!unused, "--size, --channels and --classes are of one network; name it, or leave them out");
            list(arguments)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn list(arguments: &ModelsArgs) -> Result<()> {
    let mut entries = Vec::new();
    for entry in catalog::all() {
        let cost = entry.spec.cost(entry.images)?;
        entries.push((entry, cost));
    }
    if arguments.json {
        let value = |(entry, cost): &(catalog::Entry, _)| {
            json!({"name": entry.name, "family": entry.spec.family(), "skip": entry.spec.skip(), "images": entry.images,
                   "cost": cost, "paper": entry.paper.title, "arxiv": entry.paper.arxiv, "spec": entry.spec})
        };
        return print_json(&entries.iter().map(value).collect::<Vec<_>>());
    }
    let row = |(entry, cost): &(catalog::Entry, skipbench_models::Cost)| {
        vec![
            entry.name.clone(),
            entry.spec.skip().to_owned(),
            entry.images.to_string(),
            entry.paper.arxiv.unwrap_or("this suite").to_owned(),
            format_count(cost.params),
            format!("{:.1} M", cost.macs as f64 / 1e6),
        ]
    };
    let rows = entries.iter().map(row).collect();
    print(&format_table(&["model", "skip", "images", "arXiv", "parameters", "MACs"], rows, 4))?;
    print("`skipbench models NAME` describes one, layer by layer. Costs are for one image of the size shown.\n")
}

fn describe(name: &str, arguments: &ModelsArgs) -> Result<()> {
    let spec = catalog::find(name)?;
    let entry = catalog::entry_of(&spec);
    let usual = entry.as_ref().map_or(Images::CIFAR10, |entry| entry.images);
    let images = arguments.images.or(usual);
    let layers = spec.layers(images)?;
    let name = catalog::name(&spec);
    if arguments.json {
        let paper = entry.map(|entry| json!({"title": entry.paper.title, "arxiv": entry.paper.arxiv}));
        let value = json!({"name": name, "paper": paper, "spec": spec, "images": images, "layers": layers, "total": total(&layers)});
        return print_json(&value);
    }
    let paper = entry.map(|entry| match entry.paper.arxiv {
        Some(arxiv) => format!("{}, arXiv:{arxiv}", entry.paper.title),
        None => entry.paper.title.to_owned(),
    });
    print(&format!("{name}: {}\n", paper.unwrap_or_else(|| "not a published variant".to_owned())))?;
    print(&format!("{}; family {}, skip {}; images {images}\n", depth(&spec), spec.family(), spec.skip()))?;
    print(&format_layers(&layers))
}

fn depth(spec: &ModelSpec) -> String {
    match spec {
        ModelSpec::Vit(config) => format!("{} blocks", config.depth),
        other => format!("{} weighted layers", other.depth()),
    }
}

fn format_layers(layers: &[Layer]) -> String {
    let cost = |cost: &skipbench_models::Cost| {
        [cost.params, cost.macs, cost.activation_bytes, cost.saved_bytes].map(format_count).to_vec()
    };
    let shape = |layer: &Layer| layer.shape.iter().map(usize::to_string).collect::<Vec<_>>().join("×");
    let row = |layer: &Layer| [vec![layer.name.clone(), layer.kind.clone(), shape(layer)], cost(&layer.cost)].concat();
    let mut rows: Vec<Vec<String>> = layers.iter().map(row).collect();
    rows.push([vec!["total".to_owned(), String::new(), String::new()], cost(&total(layers))].concat());
    let header = ["layer", "operations", "output", "parameters", "MACs", "activation bytes", "saved bytes"];
    format!(
        "{}MACs and bytes are for one image in f32; saved bytes are kept for the backward pass.\n",
        format_table(&header, rows, 3)
    )
}
