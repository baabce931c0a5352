//! Gives our tensors the names that PyTorch's users know, and back.
//!
//! Residual, dense and Transformer networks are named as in torchvision 0.29 (`torchvision.models`: `resnet.py`,
//! `densenet.py`, `vision_transformer.py`). Their CIFAR variants, which torchvision lacks, are named by the same rules
//! with fewer stages; the last normalization of a pre-activation ResNet is `bn`. Every other network keeps our own
//! names, with PyTorch's words for scale and shift: `weight` and `bias`.
//!
//! PyTorch keeps a linear layer's weight as `[outputs, inputs]` and Burn as `[inputs, outputs]`. Only tensors that are
//! called `weight` and have two dimensions are linear weights, and only they are transposed.

use std::collections::BTreeMap;

use burn::module::Module;
use burn::tensor::TensorData;

use super::State;
use super::fit::{Fit, fit};
use crate::nets::ResNetConfig;
use crate::spec::ModelSpec;

/// Returns the name in PyTorch of the tensor that is `path` in ours.
///
/// ```
/// use skipbench_models::{catalog, torchvision};
///
/// let resnet18 = catalog::find("resnet18")?;
/// assert_eq!(torchvision::name(&resnet18, "blocks.2.branch.norms.1.gamma"), "layer2.0.bn2.weight");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn name(spec: &ModelSpec, path: &str) -> String {
    let words = |part| match part {
        "gamma" => "weight",
        "beta" => "bias",
        other => other,
    };
    let parts: Vec<&str> = path.split('.').map(words).collect();
    let named = match spec {
        ModelSpec::Resnet(config) => resnet(config, &parts),
        ModelSpec::Densenet(_) => densenet(&parts),
        ModelSpec::Vit(_) => vit(&parts),
        ModelSpec::Backbone(_) | ModelSpec::Custom(_) => None,
    };
    named.unwrap_or_else(|| parts.join("."))
}

fn resnet(config: &ResNetConfig, parts: &[&str]) -> Option<String> {
    Some(match parts {
        ["stem", "conv", leaf] => format!("conv1.{leaf}"),
        ["stem", "norm", leaf] => format!("bn1.{leaf}"),
        ["head", "norm", leaf] => format!("bn.{leaf}"),
        ["head", "linear", leaf] => format!("fc.{leaf}"),
        ["blocks", block, within @ ..] => {
            let (stage, block) = place(&config.stages().ok()?, block.parse().ok()?)?;
            format!("layer{stage}.{block}.{}", residual(within)?)
        }
        _ => return None,
    })
}

/// Returns the stage, from 1, and the place in it, from 0, of block `index` in the whole network.
fn place(stages: &[usize], index: usize) -> Option<(usize, usize)> {
    let mut first = 0;
    for (stage, count) in stages.iter().enumerate() {
        if index < first + count {
            return Some((stage + 1, index - first));
        }
        first += count;
    }
    None
}

fn residual(parts: &[&str]) -> Option<String> {
    Some(match parts {
        ["branch", "convs", index, leaf] => format!("conv{}.{leaf}", from_one(index)?),
        ["branch", "norms", index, leaf] => format!("bn{}.{leaf}", from_one(index)?),
        ["projection", leaf] => format!("downsample.0.{leaf}"),
        ["norm", leaf] => format!("downsample.1.{leaf}"),
        _ => return None,
    })
}

fn densenet(parts: &[&str]) -> Option<String> {
    Some(match parts {
        ["stem", layer, leaf] => format!("features.{layer}0.{leaf}"),
        ["stages", stage, block, "convs", index, leaf] => {
            format!("{}.conv{}.{leaf}", dense_layer(stage, block)?, from_one(index)?)
        }
        ["stages", stage, block, "norms", index, leaf] => {
            format!("{}.norm{}.{leaf}", dense_layer(stage, block)?, from_one(index)?)
        }
        ["transitions", index, "convs", "0", leaf] => format!("features.transition{}.conv.{leaf}", from_one(index)?),
        ["transitions", index, "norms", "0", leaf] => format!("features.transition{}.norm.{leaf}", from_one(index)?),
        // After four dense blocks, hence 5; torchvision's class says so after any number of them.
        ["head", "norm", leaf] => format!("features.norm5.{leaf}"),
        ["head", "linear", leaf] => format!("classifier.{leaf}"),
        _ => return None,
    })
}

fn dense_layer(stage: &str, block: &str) -> Option<String> {
    Some(format!("features.denseblock{}.denselayer{}", from_one(stage)?, from_one(block)?))
}

fn vit(parts: &[&str]) -> Option<String> {
    Some(match parts {
        ["patches", leaf] => format!("conv_proj.{leaf}"),
        ["class_token"] => "class_token".to_owned(),
        ["positions"] => "encoder.pos_embedding".to_owned(),
        ["blocks", block, layer, leaf] => {
            let layer = match *layer {
                "attention_norm" => "ln_1.",
                "qkv" => "self_attention.in_proj_",
                "projection" => "self_attention.out_proj.",
                "mlp_norm" => "ln_2.",
                "up" => "mlp.0.",
                "down" => "mlp.3.",
                _ => return None,
            };
            format!("encoder.layers.encoder_layer_{block}.{layer}{leaf}")
        }
        ["norm", leaf] => format!("encoder.ln.{leaf}"),
        ["head", leaf] => format!("heads.head.{leaf}"),
        _ => return None,
    })
}

fn from_one(index: &str) -> Option<usize> {
    index.parse::<usize>().ok().map(|index| index + 1)
}

/// Converts `state` from our names to PyTorch's.
pub fn export(spec: &ModelSpec, state: State) -> State {
    state.into_iter().map(|(path, data)| (name(spec, &path), turn(&path, data))).collect()
}

/// Returns whether `found`, in PyTorch's names, fits `model`: tensor by tensor, in PyTorch's names.
pub fn check<M: Module>(spec: &ModelSpec, model: &M, found: &State) -> Vec<Fit> {
    fit(export(spec, State::of(model)).iter(), found.iter())
}

/// Returns `model` with the tensors of `found`, in PyTorch's names.
///
/// # Errors
/// Returns every tensor that is missing, unknown to `model` or of another shape, in PyTorch's names.
pub fn import<M: Module>(spec: &ModelSpec, model: M, found: &State) -> Result<M, Vec<Fit>> {
    let misfits: Vec<Fit> = check(spec, &model, found).into_iter().filter(|fit| !fit.fits()).collect();
    if !misfits.is_empty() {
        return Err(misfits);
    }
    let found: BTreeMap<&str, &TensorData> = found.iter().collect();
    let ours = |(path, _): (&str, &TensorData)| {
        found.get(name(spec, path).as_str()).map(|data| (path.to_owned(), turn(path, (*data).clone())))
    };
    State::of(&model).iter().filter_map(ours).collect::<State>().load_into(model)
}

/// Returns the tensor at `path` in ours as the other side keeps it: a linear layer's weight is transposed.
fn turn(path: &str, data: TensorData) -> TensorData {
    match *data.shape().as_slice() {
        [rows, columns] if path.ends_with("weight") => transpose(&data, rows, columns),
        _ => data,
    }
}

fn transpose(data: &TensorData, rows: usize, columns: usize) -> TensorData {
    let values: Vec<f32> = data.iter::<f32>().collect();
    let turned = (0..columns).flat_map(|column| (0..rows).map(move |row| row * columns + column));
    TensorData::new(turned.map(|index| values[index]).collect::<Vec<f32>>(), [columns, rows])
}
