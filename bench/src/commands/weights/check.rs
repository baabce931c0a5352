use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Result;
use clap::Args;
use serde_json::json;
use skipbench_models::{Fit, Images, Model, ModelSpec};

use super::arguments::{DeviceArgs, Target, Weights};
use crate::commands::{format_table, note, print, print_json};
use crate::files::weights::agreement::{Agreement, GRADIENTS, Gradient, LOGITS, Precision, agreement};
use crate::files::weights::{self, Found};

/// Arguments of `weights check`.
#[derive(Debug, Args)]
#[command(
    after_help = "Exit codes: 0 it fits (and agrees); 1 it fits, but differs from PyTorch by more than 1e-4 (logits, \
                        loss) or 1e-3 (gradients); 2 it does not fit.\n\n\
                        Example:\n  skipbench weights check resnet50.pth --model resnet50"
)]
pub(crate) struct CheckArgs {
    #[command(flatten)]
    weights: Weights,
    #[command(flatten)]
    target: Target,
    /// What PyTorch computed with these weights, in a .safetensors file: images, labels, logits, train_logits, loss and
    /// a gradient.NAME for every parameter, and a resting_gradient.NAME of evaluation mode if they are to be compared
    /// (models/tests/fixtures/full.py writes it).
    #[arg(long, value_name = "FILE")]
    expect: Option<PathBuf>,
    /// Compute in double precision, where no ReLU's gradient depends on rounding.
    #[arg(long, requires = "expect")]
    double: bool,
    #[command(flatten)]
    device: DeviceArgs,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(arguments: &CheckArgs) -> Result<ExitCode> {
    let file = &arguments.weights.file;
    let device = arguments.device.open()?;
    let (spec, images, model) = arguments.target.build(0, &device)?;
    let Found { fits, notes, hints, .. } = weights::find(file, &spec, &model)?;
    let all = fits.iter().all(Fit::fits);
    let found = match &arguments.expect {
        Some(expected) if all => Some(compare(file, expected, (&spec, images, model), arguments)?),
        _ => None,
    };
    if arguments.json {
        let model = &arguments.target.model;
        print_json(
            &json!({"model": model, "fits": all, "tensors": fits, "agreement": found, "notes": notes, "hints": hints}),
        )?;
    } else {
        note(&notes);
        show(&arguments.target.model, &fits, &hints, found.as_ref())?;
    }
    Ok(match found {
        _ if !all => ExitCode::from(2),
        Some(found) if !found.holds() => ExitCode::FAILURE,
        _ => ExitCode::SUCCESS,
    })
}

fn compare(
    file: &Path,
    expected: &Path,
    (spec, images, model): (&ModelSpec, Images, Model),
    arguments: &CheckArgs,
) -> Result<Agreement> {
    let model = weights::load(file, spec, model)?.model;
    let precision = if arguments.double { Precision::Double } else { Precision::Single };
    agreement(&model, spec, images, &weights::read(expected)?, &arguments.device.open()?, precision)
}

fn show(model: &str, fits: &[Fit], hints: &[String], found: Option<&Agreement>) -> Result<()> {
    let shape = |sides: &Option<Vec<usize>>| match sides {
        Some(sides) => sides.iter().map(usize::to_string).collect::<Vec<_>>().join("×"),
        None => "—".to_owned(),
    };
    let word = |fit: &Fit| match (&fit.wanted, &fit.found) {
        (Some(_), None) => "missing",
        (None, _) => "unknown",
        _ if fit.fits() => "fits",
        _ => "other shape",
    };
    let row = |fit: &Fit| {
        vec![weights::shown(&fit.name).into_owned(), word(fit).to_owned(), shape(&fit.found), shape(&fit.wanted)]
    };
    print(&format_table(&["tensor", "", "file", "network"], fits.iter().map(row).collect(), 2))?;
    let wrong = fits.iter().filter(|fit| !fit.fits()).count();
    print(&match wrong {
        0 => format!("{model}: all {} tensors fit\n", fits.len()),
        _ => format!("{model}: {wrong} of {} tensors do not fit\n", fits.len()),
    })?;
    hints.iter().try_for_each(|hint| print(&format!("{hint}\n")))?;
    found.map_or(Ok(()), |found| print(&format_agreement(found)))
}

fn format_agreement(found: &Agreement) -> String {
    let Agreement { logits, train_logits, loss, gradients, resting_gradients } = found;
    let worst = |what: &str, gradients: &[Gradient]| {
        let (Gradient { name, difference }, count) = (gradients.first()?, gradients.len());
        Some(format!("{what} {difference:.1e} (at most {GRADIENTS:.0e}), the worst of {count}: {name}\n"))
    };
    let worst = [worst("gradients", gradients), worst("gradients in evaluation mode", resting_gradients)];
    format!(
        "Largest differences from PyTorch, over the largest magnitude of each tensor:\n\
         logits {logits:.1e}, in training mode {train_logits:.1e}, loss {loss:.1e} (at most {LOGITS:.0e})\n{}",
        worst.into_iter().flatten().collect::<String>()
    )
}
