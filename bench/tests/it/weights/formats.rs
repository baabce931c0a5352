//! Files of every age, format and precision.

use std::fs;

use burn::tensor::TensorData;
use skipbench::internals::weights;
use skipbench_models::{State, torchvision};

use super::made::{self, Early, Pickle, archive, items, map, pickle, storages};
use super::network::{gives, resnet, state};

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

/// `torch.save` writes old streams by any protocol that it is asked for; from 4 on a pickle begins with a frame.
#[test]
fn a_stream_is_read_by_whatever_protocol_it_was_pickled() {
    let (dir, network) = (tempfile::tempdir().expect("temp"), resnet("resnet8-w4"));
    let stream = made::stream(&state(&network), Early::Parameter);
    let frame = |protocol: u8| [&[0x80, protocol, 0x95, 13, 0, 0, 0, 0, 0, 0, 0], &stream[2..]].concat();
    for (name, bytes) in [("3.pth", [&[0x80, 3], &stream[2..]].concat()), ("4.pth", frame(4)), ("5.pth", frame(5))] {
        let path = dir.path().join(name);
        fs::write(&path, bytes).expect("written");
        gives(&path, &network);
    }
}

#[test]
fn an_archive_is_read_whatever_fills_the_file_up_behind_it() {
    let (dir, network) = (tempfile::tempdir().expect("temp"), resnet("resnet8-w4"));
    let state = state(&network);
    let torch = archive("a", &pickle(&map(&items(&state, 0, str::to_owned))), &storages(&state));
    for (name, rest) in [("line.pth", &b"\n"[..]), ("zeros.pth", &[0; 1000])] {
        let path = dir.path().join(name);
        fs::write(&path, [&torch, rest].concat()).expect("written");
        gives(&path, &network);
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

/// A number that half precision has, in its bits.
fn half(value: f32) -> u16 {
    let bits = value.to_bits();
    let exponent = (bits >> 23 & 0xFF) as i32 - 112;
    if value == 0.0 { 0 } else { (bits >> 16 & 0x8000) as u16 | (exponent << 10) as u16 | (bits >> 13 & 0x3FF) as u16 }
}

type Bytes<'a> = &'a dyn Fn(f32) -> Vec<u8>;

/// A tensor whose first side is the last in its storage, with one number before all: the storage, and the value.
fn transposed(data: &TensorData, class: &str, key: &str, bytes: Bytes) -> (Vec<u8>, Pickle) {
    let (shape, numbers): (Vec<usize>, Vec<f32>) = (data.shape().to_vec(), data.iter::<f32>().collect());
    let inner = numbers.len() / shape[0];
    let turned = (0..inner).flat_map(|column| (0..shape[0]).map(move |row| row * inner + column));
    let numbers = std::iter::once(9.0).chain(turned.map(|index| numbers[index]));
    let stored = numbers.flat_map(bytes).collect();
    let mut strides = made::strides(&shape);
    strides.iter_mut().for_each(|stride| *stride *= shape[0]);
    strides[0] = 1;
    let mut value = Pickle::default();
    value.global("torch._utils", "_rebuild_tensor_v2").raw(b"(").storage(class, key, 1, false);
    value.number(1).numbers(&shape).numbers(&strides).raw(b"\x89").global("collections", "OrderedDict").raw(b")RtR");
    (stored, value)
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
    let kinds: [(&str, Bytes); 4] = [
        ("DoubleStorage", &|value| f64::from(value).to_le_bytes().to_vec()),
        ("BFloat16Storage", &|value| ((value.to_bits() >> 16) as u16).to_le_bytes().to_vec()),
        ("HalfStorage", &|value| half(value).to_le_bytes().to_vec()),
        ("FloatStorage", &|value| value.to_le_bytes().to_vec()),
    ];
    for (class, bytes) in kinds {
        let (mut all, mut stored) = (Vec::new(), Vec::new());
        for (key, (name, data)) in exact.iter().enumerate() {
            let (bytes, value) = transposed(data, class, &key.to_string(), bytes);
            stored.push(bytes);
            all.push((name.to_owned(), value));
        }
        made::write(&path, &all, &stored);
        gives(&path, &network);
    }
}

#[cfg(unix)]
#[test]
fn what_is_written_can_be_read_by_whom_the_umask_allows() {
    use std::os::unix::fs::PermissionsExt;
    let (dir, network) = (tempfile::tempdir().expect("temp"), super::network(7));
    let ordinary =
        fs::File::create(dir.path().join("ordinary")).expect("made").metadata().expect("there").permissions();
    for name in ["w.safetensors", "w.pth", "w.bpk"] {
        let path = dir.path().join(name);
        weights::save(&path, &network.0, &network.1).expect("saved");
        assert_eq!(fs::metadata(&path).expect("there").permissions().mode(), ordinary.mode(), "{name}");
    }
}
