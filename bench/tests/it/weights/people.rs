//! Files that people have: of every age and wrapper, beside all else that they keep; and what is no weights at all.

use std::fs;
use std::path::Path;

use burn::tensor::{Device, TensorData};
use skipbench::internals::weights::{self, Found};
use skipbench_models::{Images, Model, ModelSpec, State, catalog, torchvision};

use super::made::{self, Early, Item, Pickle, archive, items, map, pickle, storages};
use super::{network, run};

/// A residual network small enough to be made a thousand times.
fn resnet(name: &str) -> (ModelSpec, Model) {
    let spec = catalog::find(name).expect("known");
    let model = spec.init(Images { size: 8, ..Images::CIFAR10 }, 3, &Device::flex()).expect("built");
    (spec, model)
}

/// Weights under PyTorch's names.
fn state((spec, model): &(ModelSpec, Model)) -> State {
    torchvision::export(spec, State::of(model))
}

/// Whether a file gives the network's weights, and what is told of it.
fn gives(path: &Path, network: &(ModelSpec, Model)) -> Vec<String> {
    let other = resnet_like(network);
    let loaded = weights::load(path, &network.0, other).unwrap_or_else(|error| panic!("{error:#}"));
    assert_eq!(State::of(&loaded.model), State::of(&network.1), "{}", path.display());
    loaded.notes
}

/// The same network with other weights.
fn resnet_like((spec, _): &(ModelSpec, Model)) -> Model {
    spec.init(Images { size: 8, ..Images::CIFAR10 }, 99, &Device::flex()).expect("built")
}

fn refusal(path: &Path, network: &(ModelSpec, Model)) -> String {
    match weights::load(path, &network.0, resnet_like(network)) {
        Ok(_) => panic!("{} was read", path.display()),
        Err(error) => format!("{error:#}"),
    }
}

fn nested(path: &[&str], value: Pickle) -> Pickle {
    path.iter().rev().fold(value, |value, part| map(&[((*part).to_owned(), value)]))
}

/// The crate zip took the record of 64 bits for the other at 21 letters.
#[test]
fn a_file_reads_whatever_the_length_of_its_name() {
    let (dir, network) = (tempfile::tempdir().expect("temp"), resnet("resnet8-w4"));
    let state = state(&network);
    let (root, storages) = (pickle(&map(&items(&state, 0, str::to_owned))), storages(&state));
    for length in 1..=60 {
        let path = dir.path().join("file.pth");
        fs::write(&path, archive(&"e".repeat(length), &root, &storages)).expect("written");
        assert!(gives(&path, &network).is_empty(), "{length}");
    }
}

#[test]
fn weights_are_found_wherever_a_script_put_them() {
    let (dir, network) = (tempfile::tempdir().expect("temp"), resnet("resnet8-w4"));
    let (state, path) = (state(&network), dir.path().join("checkpoint"));
    let prefixes = [
        "",
        "module.",
        "_orig_mod.",
        "module._orig_mod.",
        "_orig_mod.module.",
        "net.",
        "model.",
        "backbone.",
        "encoder.resnet.",
        "_fsdp_wrapped_module.",
        "model._orig_mod.module.",
    ];
    let paths: [&[&str]; 6] =
        [&[], &["state_dict"], &["model"], &["net"], &["checkpoint", "model", "weights"], &["callbacks", "best"]];
    for prefix in prefixes {
        for outer in paths {
            let weights = map(&items(&state, 0, |name| format!("{prefix}{name}")));
            let beside: Item = ("epoch".to_owned(), Pickle(b"K\x07".to_vec()));
            let whole = if outer.is_empty() {
                weights
            } else {
                map(&[beside, (outer[0].to_owned(), nested(&outer[1..], weights))])
            };
            fs::write(&path, archive("a", &pickle(&whole), &storages(&state))).expect("written");
            assert!(gives(&path, &network).is_empty(), "{prefix} in {outer:?}");
        }
    }
    // Wrappers within names: each block compiled for itself.
    let within = |name: &str| name.replace("layer1.0.", "layer1.0._orig_mod.").replace("layer3.", "layer3.module.");
    made::write(&path, &items(&state, 0, within), &storages(&state));
    gives(&path, &network);
    // A head that stands beside the body.
    let apart = |name: &str| if name.starts_with("fc.") { format!("head.{name}") } else { format!("backbone.{name}") };
    fs::write(&path, archive("a", &pickle(&nested(&["state_dict"], map(&items(&state, 0, apart)))), &storages(&state)))
        .expect("written");
    assert!(gives(&path, &network).is_empty());
}

#[test]
fn an_average_is_read_only_where_nothing_else_is_there() {
    let (dir, network) = (tempfile::tempdir().expect("temp"), resnet("resnet8-w4"));
    let (own, path) = (state(&network), dir.path().join("both.pth"));
    let other = torchvision::export(&network.0, State::of(&resnet_like(&network)));
    let both = [storages(&other), storages(&own)].concat();
    let averages = map(&items(&other, 0, str::to_owned));
    let weights = map(&items(&own, other.len(), |name| format!("module.{name}")));
    made::write(&path, &[("model_ema".to_owned(), averages), ("model".to_owned(), weights.clone())], &both);
    let notes = gives(&path, &network).join("\n");
    assert!(notes.contains("model") && notes.contains("`model_ema.`"), "{notes}");
    made::write(&path, &[("state_dict_ema".to_owned(), weights)], &both);
    assert!(gives(&path, &network).is_empty());
}

#[test]
fn files_of_the_first_versions_are_read() {
    let dir = tempfile::tempdir().expect("temp");
    for name in ["resnet8-w4", "densenet-bc-10-4", "vit-d2-w8-h2-p4"] {
        let network = resnet(name);
        let state = state(&network);
        let files = [
            made::early_archive(&state),
            made::stream(&state, Early::Parameter),
            made::stream(&state, Early::Stateful),
        ];
        for (index, bytes) in files.iter().enumerate() {
            let path = dir.path().join(format!("{index}.pth"));
            fs::write(&path, bytes).expect("written");
            gives(&path, &network);
        }
    }
}

#[test]
fn the_first_bytes_tell_the_format_and_not_the_ending() {
    let (dir, network) = (tempfile::tempdir().expect("temp"), resnet("resnet8-w4"));
    let state = state(&network);
    let torch = archive("a", &pickle(&map(&items(&state, 0, str::to_owned))), &storages(&state));
    for ending in ["pth.tar", "ckpt", "bin", "th", "safetensors", "bpk", "model"] {
        let path = dir.path().join(format!("weights.{ending}"));
        fs::write(&path, &torch).expect("written");
        gives(&path, &network);
    }
    let path = dir.path().join("ours.safetensors");
    weights::save(&path, &network.0, &network.1).expect("saved");
    fs::rename(&path, dir.path().join("theirs.pth")).expect("renamed");
    gives(&dir.path().join("theirs.pth"), &network);
}

/// Objects, statistics, whole optimizers, numbers of kinds that are not read.
#[test]
fn what_lies_beside_the_weights_is_neither_read_nor_refused() {
    let (dir, network) = (tempfile::tempdir().expect("temp"), resnet("resnet8-w4"));
    let (state, path) = (state(&network), dir.path().join("beside.pth"));
    let made = |make: &dyn Fn(&mut Pickle)| {
        let mut value = Pickle::default();
        make(&mut value);
        value
    };
    let beside: Vec<(&str, Pickle)> = vec![
        (
            "defaultdict",
            made(&|p| {
                p.global("collections", "defaultdict").global("__builtin__", "dict").raw(b"\x85R").text("a").raw(b"}s");
            }),
        ),
        (
            "object",
            made(&|p| {
                p.global("__main__", "Config")
                    .raw(b")\x81}")
                    .text("mean")
                    .tensor("FloatStorage", "700", &[1], &[1])
                    .raw(b"sb");
            }),
        ),
        (
            "called",
            made(&|p| {
                p.global("__main__", "Color").raw(b"K\x01\x85R");
            }),
        ),
        (
            "complex",
            made(&|p| {
                p.tensor("ComplexFloatStorage", "701", &[2], &[1]);
            }),
        ),
        (
            "unknown",
            made(&|p| {
                p.tensor("NextStorage", "702", &[2], &[1]);
            }),
        ),
        (
            "sparse",
            made(&|p| {
                p.global("torch._utils", "_rebuild_sparse_tensor").global("torch.serialization", "_get_layout");
                p.text("torch.sparse_coo").raw(b"\x85R(").tensor("LongStorage", "703", &[2, 3], &[3, 1]);
                p.tensor("FloatStorage", "704", &[3], &[1]).raw(b"t\x86R");
            }),
        ),
        (
            "float8",
            made(&|p| {
                p.global("torch._utils", "_rebuild_tensor_v3").raw(b"(").storage("UntypedStorage", "705", 2, false);
                p.number(0).numbers(&[2]).numbers(&[1]).raw(b"\x89").global("collections", "OrderedDict").raw(b")R");
                p.global("torch", "float8_e4m3fn").raw(b"tR");
            }),
        ),
        (
            "optimizer",
            made(&|p| {
                p.global("torch.optim.sgd", "SGD").raw(b")\x81}(").text("state").raw(b"}").text("param_groups");
                p.raw(b"](}").text("lr").raw(b"G\x3f\xb9\x99\x99\x99\x99\x99\x9aseub");
            }),
        ),
        (
            "accuracy",
            made(&|p| {
                p.global("numpy.core.multiarray", "scalar").global("numpy", "dtype").text("f8").raw(b"K\x00K\x01\x87R");
                p.raw(b"(K\x03").text("<").raw(b"NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb");
                p.global("_codecs", "encode").text("abcdefgh").text("latin1").raw(b"\x86R\x86R");
            }),
        ),
        (
            "date",
            made(&|p| {
                p.global("datetime", "datetime").raw(b"(K\x01K\x02tR");
            }),
        ),
        (
            "args",
            made(&|p| {
                p.global("argparse", "Namespace").raw(b")\x81}").text("lr").raw(b"K\x01sb");
            }),
        ),
        (
            "seed",
            made(&|p| {
                p.raw(b"\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19");
            }),
        ),
        (
            "damaged",
            made(&|p| {
                p.tensor("FloatStorage", "999", &[1 << 30, 1 << 30], &[1, 1]);
            }),
        ),
        ("loop", Pickle(b"]q\xf0h\xf0a".to_vec())),
    ];
    let weights = map(&items(&state, 0, str::to_owned));
    let mut all: Vec<Item> = vec![("state_dict".to_owned(), weights.clone())];
    for (name, value) in beside {
        let both = [("state_dict".to_owned(), weights.clone()), (name.to_owned(), value.clone())];
        made::write(&path, &both, &storages(&state));
        assert!(gives(&path, &network).is_empty(), "{name}");
        all.push((name.to_owned(), value));
    }
    made::write(&path, &all, &storages(&state));
    gives(&path, &network);
}

/// `torch.save(model)`: objects in objects, tensors in `_parameters` and `_buffers`.
#[test]
fn a_whole_model_is_read_without_its_code() {
    let (dir, network) = (tempfile::tempdir().expect("temp"), resnet("resnet8-w4"));
    let (state, path) = (state(&network), dir.path().join("model.pt"));
    fn module(items: &[Item], prefix: &str) -> Pickle {
        let (mut own, mut parts): (Vec<Item>, Vec<String>) = (Vec::new(), Vec::new());
        for (name, value) in items.iter().filter_map(|(name, value)| Some((name.strip_prefix(prefix)?, value))) {
            match name.split_once('.') {
                Some((part, _)) if !parts.contains(&part.to_owned()) => parts.push(part.to_owned()),
                Some(_) => {}
                None => own.push((name.to_owned(), value.clone())),
            }
        }
        let within = |part: &String| (part.clone(), module(items, &format!("{prefix}{part}.")));
        let parts: Vec<Item> = parts.iter().map(within).collect();
        let fields = [("training", Pickle(b"\x88".to_vec())), ("_parameters", map(&own)), ("_modules", map(&parts))];
        let fields: Vec<Item> = fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        let mut object = Pickle::default();
        object.global("torchvision.models.resnet", "ResNet").raw(b")\x81").raw(&map(&fields).0).raw(b"b");
        object
    }
    fs::write(&path, archive("model", &pickle(&module(&items(&state, 0, str::to_owned), "")), &storages(&state)))
        .expect("written");
    gives(&path, &network);
}

#[test]
fn a_pickle_that_calls_what_weights_do_not_need_is_refused_by_that_name() {
    let (dir, network) = (tempfile::tempdir().expect("temp"), resnet("resnet8-w4"));
    let (state, path) = (state(&network), dir.path().join("evil.pth"));
    let calls: [(&[u8], &str); 12] = [
        (b"cos\nsystem\nX\x04\0\0\0true\x85R", "os.system"),
        (b"cposix\nsystem\nX\x04\0\0\0true\x85R", "posix.system"),
        (b"c__builtin__\neval\nX\x01\0\0\0a\x85R", "__builtin__.eval"),
        (b"cbuiltins\ngetattr\nX\x01\0\0\0a\x85R", "builtins.getattr"),
        (b"X\x02\0\0\0osX\x06\0\0\0system\x93)R", "os.system"),
        (b"(X\x04\0\0\0trueios\nsystem\n", "os.system"),
        (b"(cos\nsystem\nX\x04\0\0\0trueo", "os.system"),
        (b"csubprocess\nPopen\n)\x81", "subprocess.Popen"),
        (b"c__main__\nrun\n)R", "__main__.run"),
        (b"ctorch.hub\nload\n)R", "torch.hub.load"),
        (b"cnumpy.testing._private.utils\nrunstring\n)R", "runstring"),
        (b"cos\nsystem\n", "os.system"),
    ];
    for (call, name) in calls {
        let both =
            [("state_dict".to_owned(), map(&items(&state, 0, str::to_owned))), ("x".to_owned(), Pickle(call.to_vec()))];
        made::write(&path, &both, &storages(&state));
        let said = refusal(&path, &network);
        assert!(said.contains("evil.pth") && said.contains(name) && said.contains("refused"), "{said}");
    }
}

#[test]
fn names_that_a_network_does_not_have_are_told_and_skipped() {
    let (dir, network) = (tempfile::tempdir().expect("temp"), resnet("resnet8-w4"));
    let (state, path) = (state(&network), dir.path().join("thop.pth"));
    let mut all = items(&state, 0, |name| format!("module.{name}"));
    for name in ["module.total_ops", "module.layer1.0.total_ops", "module.aux.weight", "elsewhere"] {
        let mut value = Pickle::default();
        value.tensor("DoubleStorage", "0", &[1], &[1]);
        all.push((name.to_owned(), value));
    }
    made::write(&path, &all, &storages(&state));
    let notes = gives(&path, &network).join("\n");
    assert!(notes.contains("skipped 3 tensor(s)") && notes.contains("layer1.0.total_ops"), "{notes}");
    let text = path.to_string_lossy();
    let (said, told) = super::ends(dir.path(), &["weights", "check", &text, "--model", "resnet8-w4"], 0);
    assert!(said.contains("tensors fit") && told.contains("note: skipped 3"), "{said}{told}");
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
    assert!(said.contains("`linear` in the file is likely `fc` in the network (2 tensor(s))"), "{said}");
    let said = written(&|name| name.replace("fc.", "fc.1."));
    assert!(said.contains("`fc.1.weight` in the file is likely `fc.weight`"), "{said}");
    let said = written(&|name| name.replace("bn1", "norm_a").replace("conv", "c"));
    assert!(said.contains("`norm_a` in the file is likely `bn1`"), "{said}");
    let said = written(&|name| format!("net.blocks.0.attn.qkv.{}", name.replace('.', "_")));
    assert!(said.contains("all names in the file begin with `net.`"), "{said}");
    assert!(
        said.contains("timm's names of a Vision Transformer; the network has torchvision's names of a ResNet"),
        "{said}"
    );
    made::write(&path, &[("epoch".to_owned(), Pickle(b"K\x07".to_vec()))], &[]);
    assert!(refusal(&path, &network).contains("holds no tensor"));
}

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
    let residual = resnet("resnet11-w4-bottleneck");
    let tensors = state(&residual);
    let hugging_face = |name: &str| {
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
                    [part] => format!(
                        "layer.{}.{}",
                        part[part.len() - 1..].parse::<usize>().expect("a number") - 1,
                        layer(part)
                    ),
                    _ => unreachable!("two or three parts"),
                };
                format!("resnet.encoder.stages.{stage}.layers.{block}.{within}.{leaf}")
            }
            [] => unreachable!("a name has parts"),
        }
    };
    made::write(&path, &items(&tensors, 0, hugging_face), &storages(&tensors));
    assert_eq!(gives(&path, &residual), ["the file has Hugging Face's names of a ResNet"]);
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

/// Numbers of every precision, stored transposed and from the middle of a larger storage.
#[test]
fn numbers_of_every_precision_and_order_are_the_same_weights() {
    let (dir, network) = (tempfile::tempdir().expect("temp"), resnet("resnet8-w4"));
    let path = dir.path().join("kinds.pth");
    // Numbers that all precisions have: small integers over eight.
    let rounded = |(name, data): (&str, &TensorData)| {
        let numbers =
            data.iter::<f32>().enumerate().map(|(index, _)| (index % 13) as f32 / 8.0 - 0.5).collect::<Vec<_>>();
        (name.to_owned(), TensorData::new(numbers, data.shape().to_vec()))
    };
    let exact: State = state(&network).iter().map(rounded).collect();
    let model = torchvision::import(&network.0, network.1.clone(), &exact).expect("fits");
    let network = (network.0.clone(), model);
    let half = |value: f32| {
        let bits = value.to_bits();
        let exponent = (bits >> 23 & 0xFF) as i32 - 112;
        if value == 0.0 {
            0
        } else {
            (bits >> 16 & 0x8000) as u16 | (exponent << 10) as u16 | (bits >> 13 & 0x3FF) as u16
        }
    };
    type Bytes<'a> = &'a dyn Fn(f32) -> Vec<u8>;
    let kinds: [(&str, Bytes); 4] = [
        ("DoubleStorage", &|value| f64::from(value).to_le_bytes().to_vec()),
        ("BFloat16Storage", &|value| ((value.to_bits() >> 16) as u16).to_le_bytes().to_vec()),
        ("HalfStorage", &|value| half(value).to_le_bytes().to_vec()),
        ("FloatStorage", &|value| value.to_le_bytes().to_vec()),
    ];
    for (class, bytes) in kinds {
        let (mut all, mut stored) = (Vec::new(), Vec::new());
        for (key, (name, data)) in exact.iter().enumerate() {
            let (shape, numbers): (Vec<usize>, Vec<f32>) = (data.shape().to_vec(), data.iter::<f32>().collect());
            // The first side last in the storage, and one number before all.
            let inner = numbers.len() / shape[0];
            let turned = (0..inner).flat_map(|column| (0..shape[0]).map(move |row| row * inner + column));
            let numbers = std::iter::once(9.0).chain(turned.map(|index| numbers[index]));
            stored.push(numbers.flat_map(bytes).collect::<Vec<u8>>());
            let mut strides = made::strides(&shape);
            strides.iter_mut().for_each(|stride| *stride *= shape[0]);
            strides[0] = 1;
            let mut value = Pickle::default();
            value.global("torch._utils", "_rebuild_tensor_v2").raw(b"(").storage(class, &key.to_string(), 1, false);
            value
                .number(1)
                .numbers(&shape)
                .numbers(&strides)
                .raw(b"\x89")
                .global("collections", "OrderedDict")
                .raw(b")RtR");
            all.push((name.to_owned(), value));
        }
        made::write(&path, &all, &stored);
        gives(&path, &network);
    }
}

/// Thousands of damaged files: whatever is done with each, nothing panics.
#[test]
fn no_bytes_make_it_panic() {
    let (dir, network) = (tempfile::tempdir().expect("temp"), resnet("resnet8-w4"));
    let (state, path) = (state(&network), dir.path().join("file"));
    let beside = [
        ("x".to_owned(), map(&items(&state, 0, str::to_owned))),
        ("y".to_owned(), Pickle(b"(K\x01I5\ntV\xc3\xa9\n\x87".to_vec())),
    ];
    let mut files = vec![
        archive("a", &pickle(&map(&items(&state, 0, str::to_owned))), &storages(&state)),
        archive("a", &pickle(&map(&beside[..1])), &storages(&state)),
        made::stream(&state, Early::Parameter),
        made::early_archive(&state),
    ];
    for name in ["ours.safetensors", "ours.bpk"] {
        weights::save(&dir.path().join(name), &network.0, &network.1).expect("saved");
        files.push(fs::read(dir.path().join(name)).expect("read"));
    }
    let mut seed = 1u64;
    let mut random = |below: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) as usize % below.max(1)
    };
    for bytes in &files {
        for _ in 0..400 {
            let mut bytes = bytes.clone();
            for _ in 0..1 + random(4) {
                // Headers and pickles are at the start, directories at the end.
                let place = match random(3) {
                    0 => random(bytes.len().min(6000)),
                    1 => bytes.len() - 1 - random(bytes.len().min(3000)),
                    _ => random(bytes.len()),
                };
                bytes[place] = if random(2) == 0 { random(256) as u8 } else { bytes[place] ^ 1 << random(8) };
            }
            if random(4) == 0 {
                bytes.truncate(random(bytes.len()));
            }
            fs::write(&path, bytes).expect("written");
            drop(weights::find(&path, &network.0, &network.1));
        }
    }
}

#[test]
fn a_damaged_checkpoint_of_ours_is_refused() {
    let (dir, network) = (tempfile::tempdir().expect("temp"), network(7));
    let path = dir.path().join("ours.bpk");
    weights::save(&path, &network.0, &network.1).expect("saved");
    let whole = fs::read(&path).expect("read");
    assert_eq!(
        State::of(&weights::load(&path, &network.0, super::network(8).1).expect("whole").model),
        State::of(&network.1)
    );
    for place in [20, whole.len() / 2, whole.len() - 60, whole.len() - 1] {
        let mut bytes = whole.clone();
        bytes[place] ^= 4;
        fs::write(&path, bytes).expect("written");
        let said = refusal(&path, &network);
        assert!(said.contains("ours.bpk") && said.contains("checksum"), "{place}: {said}");
    }
    for length in [whole.len() - 1, whole.len() - 48, 200] {
        fs::write(&path, &whole[..length]).expect("written");
        let said = refusal(&path, &network);
        assert!(said.contains("without a checksum"), "{length}: {said}");
    }
}

#[test]
fn weights_that_are_not_finite_are_refused() {
    let (dir, network) = (tempfile::tempdir().expect("temp"), network(7));
    let path = dir.path().join("nan.safetensors");
    let broken = |(name, data): (&str, &TensorData)| {
        let numbers = data.iter::<f32>().map(|_| f32::NAN).collect::<Vec<_>>();
        (name.to_owned(), TensorData::new(numbers, data.shape().to_vec()))
    };
    let state: State = torchvision::export(&network.0, State::of(&network.1)).iter().map(broken).collect();
    made::write(&path, &items(&state, 0, str::to_owned), &storages(&state));
    let said = refusal(&path, &network);
    assert!(said.contains("47 of 47 tensors hold numbers that are not finite"), "{said}");
    let said = run(dir.path(), &["evaluate", "nan.safetensors", "--data", "digits"], 2).1;
    assert!(said.contains("nan.safetensors"), "{said}");
}

#[test]
fn what_is_no_weights_is_said_in_words() {
    let dir = tempfile::tempdir().expect("temp");
    let dir = dir.path();
    let files: [(&str, &[u8], &str); 6] = [
        ("pointer.pth", b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n", "git lfs pull"),
        ("page.safetensors", b"<!DOCTYPE html>\n<html>", "a web page"),
        ("empty.pth", b"", "an empty file"),
        ("packed.pth", b"\x1f\x8b\x08\0", "gzip"),
        ("plain.pkl", b"\x80\x04}.", "torch.save"),
        ("text.bin", b"hello there", "no file of weights"),
    ];
    for (name, bytes, words) in files {
        fs::write(dir.join(name), bytes).expect("written");
        let said = run(dir, &["check", name], 2).1;
        assert!(said.contains(name) && said.contains(words), "{said}");
    }
    fs::create_dir(dir.join("folder")).expect("made");
    fs::write(dir.join("folder/model.safetensors"), b"x").expect("written");
    let said = run(dir, &["check", "folder"], 2).1;
    assert!(said.contains("a folder; name a file in it: model.safetensors"), "{said}");
    let said = run(dir, &["check", "~/weights.pth"], 2).1;
    assert!(said.contains("no such file") && said.contains("home directory"), "{said}");
    #[cfg(unix)]
    assert!(run(dir, &["check", "/dev/zero"], 2).1.contains("not an ordinary file"));
}

#[cfg(unix)]
#[test]
fn what_is_written_can_be_read_by_whom_the_umask_allows() {
    use std::os::unix::fs::PermissionsExt;
    let (dir, network) = (tempfile::tempdir().expect("temp"), network(7));
    let ordinary =
        fs::File::create(dir.path().join("ordinary")).expect("made").metadata().expect("there").permissions();
    for name in ["w.safetensors", "w.pth", "w.bpk"] {
        let path = dir.path().join(name);
        weights::save(&path, &network.0, &network.1).expect("saved");
        assert_eq!(fs::metadata(&path).expect("there").permissions().mode(), ordinary.mode(), "{name}");
    }
}

/// Ten times as many took a hundred times as long.
#[test]
fn a_file_of_ten_thousand_other_tensors_is_refused_at_once() {
    let dir = tempfile::tempdir().expect("temp");
    let (path, network) = (dir.path().join("many.pth"), network(7));
    let many = |index: usize| (format!("layer{index}.weight"), TensorData::new(vec![0f32; 4], [2, 2]));
    let state: State = (0..10_000).map(many).collect();
    made::write(&path, &items(&state, 0, str::to_owned), &storages(&state));
    let start = std::time::Instant::now();
    let Found { fits, .. } = weights::find(&path, &network.0, &network.1).expect("read");
    assert!(fits.len() > 10_000 && start.elapsed().as_secs() < 20, "{:?}", start.elapsed());
    run(dir.path(), &["check", "many.pth"], 2);
    assert!(start.elapsed().as_secs() < 40, "{:?}", start.elapsed());
}
