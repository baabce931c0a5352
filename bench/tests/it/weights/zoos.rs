//! Names of other zoos, and what names tell of a file that does not fit.

use std::path::Path;

use burn::tensor::TensorData;
use skipbench::internals::weights;
use skipbench_models::{Model, ModelSpec, State};

use super::made::{self, Pickle, items, map, storages};
use super::network::{gives, nested, refusal, resnet, state};

/// A table of its own: from torchvision's names to those of timm and of Hugging Face.
#[test]
fn names_of_other_zoos_are_known_where_the_tensors_are_the_same() {
    let dir = tempfile::tempdir().expect("temp");
    let path = dir.path().join("zoo.bin");
    let vit = resnet("vit-d2-w8-h2-p4");
    let tensors = state(&vit);
    let timm = |name: &str| {
        [
            ("encoder.layers.encoder_layer_", "blocks."),
            ("ln_1", "norm1"),
            ("ln_2", "norm2"),
            ("self_attention.in_proj_", "attn.qkv."),
            ("self_attention.out_proj", "attn.proj"),
            ("mlp.0", "mlp.fc1"),
            ("mlp.3", "mlp.fc2"),
            ("conv_proj", "patch_embed.proj"),
            ("class_token", "cls_token"),
            ("encoder.pos_embedding", "pos_embed"),
            ("encoder.ln", "norm"),
            ("heads.head", "head"),
        ]
        .iter()
        .fold(name.to_owned(), |name, (from, to)| name.replace(from, to))
    };
    for prefix in ["", "module.", "backbone."] {
        made::write(&path, &items(&tensors, 0, |name| format!("{prefix}{}", timm(name))), &storages(&tensors));
        assert_eq!(gives(&path, &vit), ["the file has timm's names of a Vision Transformer"], "{prefix}");
    }
    hugging_face_vit(&path, &vit);
}

/// Query, key and value are apart there.
fn hugging_face_vit(path: &Path, vit: &(ModelSpec, Model)) {
    let mut tensors: Vec<(String, TensorData)> = Vec::new();
    for (name, data) in state(vit).iter() {
        let renamed = [
            ("encoder.layers.encoder_layer_", "vit.encoder.layer."),
            ("ln_1", "layernorm_before"),
            ("ln_2", "layernorm_after"),
            ("self_attention.out_proj", "attention.output.dense"),
            ("mlp.0", "intermediate.dense"),
            ("mlp.3", "output.dense"),
            ("conv_proj", "vit.embeddings.patch_embeddings.projection"),
            ("class_token", "vit.embeddings.cls_token"),
            ("encoder.pos_embedding", "vit.embeddings.position_embeddings"),
            ("encoder.ln", "vit.layernorm"),
            ("heads.head", "classifier"),
        ]
        .iter()
        .fold(name.to_owned(), |name, (from, to)| name.replace(from, to));
        match renamed.split_once("self_attention.in_proj_") {
            Some((layer, leaf)) => {
                let numbers: Vec<f32> = data.iter::<f32>().collect();
                let mut shape = data.shape().to_vec();
                shape[0] /= 3;
                for (part, numbers) in ["query", "key", "value"].iter().zip(numbers.chunks(numbers.len() / 3)) {
                    let name = format!("{layer}attention.attention.{part}.{leaf}");
                    tensors.push((name, TensorData::new(numbers.to_vec(), shape.clone())));
                }
            }
            None => tensors.push((renamed, data.clone())),
        }
    }
    let tensors: State = tensors.into_iter().collect();
    made::write(path, &items(&tensors, 0, str::to_owned), &storages(&tensors));
    assert_eq!(gives(path, vit), ["the file has Hugging Face's names of a Vision Transformer"]);
}

/// Hugging Face's name of a residual network's tensor.
fn hugging_face_resnet(name: &str) -> String {
    let mut parts: Vec<String> = name.split('.').map(str::to_owned).collect();
    let leaf = parts.pop().unwrap_or_default();
    let layer = |part: &str| if part.starts_with("conv") { "convolution" } else { "normalization" };
    match parts.as_slice() {
        [only] if only == "fc" => format!("classifier.1.{leaf}"),
        [only] => format!("resnet.embedder.embedder.{}.{leaf}", layer(only)),
        [stage, block, rest @ ..] => {
            let stage = stage.trim_start_matches("layer").parse::<usize>().expect("a number") - 1;
            let within = match rest {
                [_, index] => format!("shortcut.{}", if index == "0" { "convolution" } else { "normalization" }),
                [part] => {
                    format!("layer.{}.{}", part[part.len() - 1..].parse::<usize>().expect("a number") - 1, layer(part))
                }
                _ => unreachable!("two or three parts"),
            };
            format!("resnet.encoder.stages.{stage}.layers.{block}.{within}.{leaf}")
        }
        [] => unreachable!("a name has parts"),
    }
}

#[test]
fn hugging_face_names_of_a_residual_network_are_known() {
    let dir = tempfile::tempdir().expect("temp");
    let path = dir.path().join("zoo.bin");
    let residual = resnet("resnet11-w4-bottleneck");
    let tensors = state(&residual);
    made::write(&path, &items(&tensors, 0, hugging_face_resnet), &storages(&tensors));
    assert_eq!(gives(&path, &residual), ["the file has Hugging Face's names of a ResNet"]);
}

/// The tensors of the smaller are all in the larger.
#[test]
fn a_deeper_network_is_not_a_shallower_one_with_more_names() {
    let (dir, deeper) = (tempfile::tempdir().expect("temp"), resnet("resnet14-w4"));
    let path = dir.path().join("deeper.pth");
    weights::save(&path, &deeper.0, &deeper.1).expect("saved");
    let said = refusal(&path, &resnet("resnet8-w4"));
    assert!(said.contains("layer1.1.conv1.weight: 4×4×3×3, but the network has no such tensor"), "{said}");
}

#[test]
fn what_does_not_fit_is_explained_by_its_names() {
    let (dir, network) = (tempfile::tempdir().expect("temp"), resnet("resnet8-w4"));
    let (state, path) = (state(&network), dir.path().join("named.pth"));
    let written = |name: &dyn Fn(&str) -> String| {
        made::write(&path, &items(&state, 0, name), &storages(&state));
        refusal(&path, &network)
    };
    let said = written(&|name| name.replace("fc.", "linear."));
    assert!(said.contains("`linear` in the file is likely `fc` in the network (2 tensors)"), "{said}");
    assert!(said.contains("missing: fc.weight, fc.bias\n"), "{said}");
    let said = written(&|name| format!("net.module.{}", name.replace("fc.", "linear.")));
    assert!(said.contains("`net.module.linear.bias` is likely `fc.bias`"), "{said}");
    let said = written(&|name| name.replace("fc.", "fc.1."));
    assert!(said.contains("`fc.1.weight` in the file is likely `fc.weight`"), "{said}");
    let said = written(&|name| name.replace("bn1", "norm_a").replace("conv", "c"));
    assert!(said.contains("`norm_a` in the file is likely `bn1`"), "{said}");
    assert!(
        !said.contains("`c2` in the file is likely `conv1`"),
        "which of two convolutions is meant is not known: {said}"
    );
    let said = written(&|name| name.replace("bn1", "norm1").replace("bn2", "norm2"));
    assert!(
        said.contains("`norm2` in the file is likely `bn2`") && !said.contains("`norm1` in the file is likely `bn2`"),
        "{said}"
    );
    // A layer's tensors have one shape, and are told apart by their last words alone.
    let said = written(&|name| name.replace("bn1.weight", "bn1.gamma").replace("bn1.bias", "bn1.beta"));
    assert!(!said.contains("likely"), "{said}");
    let said = written(&|name| format!("net.blocks.0.attn.qkv.{}", name.replace('.', "_")));
    assert!(said.contains("all names in the file begin with `net.`"), "{said}");
    assert!(
        said.contains("timm's names of a Vision Transformer; the network has torchvision's names of a ResNet"),
        "{said}"
    );
    made::write(&path, &[("epoch".to_owned(), Pickle(b"K\x07".to_vec()))], &[]);
    assert!(refusal(&path, &network).contains("holds no tensor"));
}

/// Fewer than a quarter were called none.
#[test]
fn names_that_are_right_are_counted_however_few_they_are() {
    let (dir, network) = (tempfile::tempdir().expect("temp"), resnet("resnet8-w4"));
    let (state, path) = (state(&network), dir.path().join("few.pth"));
    let right = |name: &str| ["fc.weight", "fc.bias", "conv1.weight"].contains(&name);
    let renamed =
        |name: &str| if right(name) { format!("net.{name}") } else { format!("net.x_{}", name.replace('.', "_")) };
    made::write(&path, &items(&state, 0, renamed), &storages(&state));
    let said = refusal(&path, &network);
    let counted =
        format!("3 of {} names were found at `net.`; missing: bn1.weight, bn1.bias, bn1.running_mean, …", state.len());
    assert!(said.contains(&counted), "{said}");
    assert!(!said.contains("\n  conv1.weight: missing"), "{said}");
}

#[test]
fn tensors_that_are_there_under_no_names_are_not_called_none() {
    let (dir, network) = (tempfile::tempdir().expect("temp"), resnet("resnet8-w4"));
    let (state, path) = (state(&network), dir.path().join("nested.pth"));
    let deep: Vec<&str> = vec!["a"; 80];
    made::write(&path, &[("x".to_owned(), nested(&deep, map(&items(&state, 0, str::to_owned))))], &storages(&state));
    let said = refusal(&path, &network);
    assert!(said.contains(&format!("it holds {} tensors", state.len())) && said.contains("64 levels"), "{said}");
    // Under a key that is no name, and in the state of an object of any kind.
    let weights = map(&items(&state, 0, str::to_owned));
    let keyed = Pickle([&b"}(K\x01K\x02\x86"[..], &weights.0, b"u"].concat());
    let object = Pickle([&b"c__main__\nNet\n)\x81("[..], b"K\x01K\x02", &weights.0, b"tb"].concat());
    for value in [keyed, object] {
        made::write(&path, &[("x".to_owned(), value)], &storages(&state));
        gives(&path, &network);
    }
}
