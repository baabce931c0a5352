//! What is refused: calls, damage, numbers that are not finite, and what is no weights at all.

use std::fs;

use burn::tensor::TensorData;
use skipbench::internals::weights::{self, Found};
use skipbench_models::{State, torchvision};

use super::made::{self, Early, Pickle, archive, items, map, pickle, storages};
use super::network::{refusal, resnet, state};
use super::run;

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

/// A copy with some bits and bytes changed, and perhaps cut short.
fn damaged(bytes: &[u8], random: &mut impl FnMut(usize) -> usize) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
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
    bytes
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
            fs::write(&path, damaged(bytes, &mut random)).expect("written");
            drop(weights::find(&path, &network.0, &network.1));
        }
    }
}

#[test]
fn a_damaged_checkpoint_of_ours_is_refused() {
    let (dir, network) = (tempfile::tempdir().expect("temp"), super::network(7));
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
    let (dir, network) = (tempfile::tempdir().expect("temp"), super::network(7));
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

/// A tensor as quantized networks have them.
fn quantized(key: usize, shape: &[usize]) -> Pickle {
    let mut value = Pickle::default();
    value.global("torch._utils", "_rebuild_qtensor").raw(b"(");
    value.storage("QInt8Storage", &key.to_string(), shape.iter().product(), false).number(0);
    value.numbers(shape).numbers(&made::strides(shape));
    value.raw(b"(").global("torch", "per_tensor_affine").raw(b"G\x3f\xb9\x99\x99\x99\x99\x99\x9aK\x00t");
    value.raw(b"\x89").global("collections", "OrderedDict").raw(b")RtR");
    value
}

#[test]
fn tensors_that_are_there_but_not_read_are_not_called_missing() {
    let (dir, network) = (tempfile::tempdir().expect("temp"), resnet("resnet8-w4"));
    let (state, path) = (state(&network), dir.path().join("quantized.pth"));
    let (mut all, mut stored) = (items(&state, 0, str::to_owned), storages(&state));
    for (index, (_, data)) in state.iter().enumerate().filter(|(_, (name, _))| name.contains("conv")) {
        (all[index].1, stored[index]) = (quantized(index, data.shape()), vec![1; data.shape().iter().product()]);
    }
    made::write(&path, &all, &stored);
    let said = refusal(&path, &network);
    assert!(said.contains("quantized.pth") && said.contains("it holds quantized numbers"), "{said}");
    assert!(said.contains("before it was quantized"), "{said}");
    // Layers that were fused are missing, too; then that is why.
    all.retain(|(name, _)| !name.contains("bn"));
    made::write(&path, &all, &stored);
    let said = refusal(&path, &network);
    assert!(said.contains("in the file: quantized numbers") && said.contains("before it was quantized"), "{said}");
}

#[test]
fn archives_of_other_programs_are_named_with_the_way_out() {
    let dir = tempfile::tempdir().expect("temp");
    let archives = [
        ("net.pt2", "serialized_exported_program.json", "a program of torch.export (.pt2)"),
        ("net.npz", "conv1.weight.npy", "torch.from_numpy"),
        ("net.zip", "folder/resnet20.pth", "unzip"),
        ("net.keras", "model.weights.h5", "a model of Keras"),
    ];
    for (file, member, words) in archives {
        let member = (member.to_owned(), b"x".to_vec());
        fs::write(dir.path().join(file), made::zip64(&[member])).expect("written");
        let said = run(dir.path(), &["check", file], 2).1;
        assert!(said.contains(file) && said.contains(words), "{said}");
    }
}

/// Ten times as many took a hundred times as long.
#[test]
fn a_file_of_ten_thousand_other_tensors_is_refused_at_once() {
    let dir = tempfile::tempdir().expect("temp");
    let (path, network) = (dir.path().join("many.pth"), super::network(7));
    let many = |index: usize| (format!("layer{index}.weight"), TensorData::new(vec![0f32; 4], [2, 2]));
    let state: State = (0..10_000).map(many).collect();
    made::write(&path, &items(&state, 0, str::to_owned), &storages(&state));
    let start = std::time::Instant::now();
    let Found { fits, .. } = weights::find(&path, &network.0, &network.1).expect("read");
    assert!(fits.len() > 10_000 && start.elapsed().as_secs() < 20, "{:?}", start.elapsed());
    run(dir.path(), &["check", "many.pth"], 2);
    assert!(start.elapsed().as_secs() < 40, "{:?}", start.elapsed());
}
