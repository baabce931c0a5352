//! What else lies in a file of weights.

use super::made::{self, Item, Pickle, items, map, storages};
use super::network::{gives, resnet, state};

/// What else lies in files of weights. A table, one entry a kind of value: longer than other functions.
fn other_values() -> Vec<(&'static str, Pickle)> {
    let made = |make: &dyn Fn(&mut Pickle)| {
        let mut value = Pickle::default();
        make(&mut value);
        value
    };
    vec![
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
    ]
}

/// Objects, statistics, whole optimizers, numbers of kinds that are not read.
#[test]
fn what_lies_beside_the_weights_is_neither_read_nor_refused() {
    let (dir, network) = (tempfile::tempdir().expect("temp"), resnet("resnet8-w4"));
    let (state, path) = (state(&network), dir.path().join("beside.pth"));
    let weights = map(&items(&state, 0, str::to_owned));
    let mut all: Vec<Item> = vec![("state_dict".to_owned(), weights.clone())];
    for (name, value) in other_values() {
        let both = [("state_dict".to_owned(), weights.clone()), (name.to_owned(), value.clone())];
        made::write(&path, &both, &storages(&state));
        assert!(gives(&path, &network).is_empty(), "{name}");
        all.push((name.to_owned(), value));
    }
    made::write(&path, &all, &storages(&state));
    gives(&path, &network);
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
    assert!(notes.contains("skipped 3 tensors") && notes.contains("layer1.0.total_ops"), "{notes}");
    let text = path.to_string_lossy();
    let (said, told) = super::ends(dir.path(), &["weights", "check", &text, "--model", "resnet8-w4"], 0);
    assert!(said.contains("tensors fit") && told.contains("note: skipped 3"), "{said}{told}");
}
