//! MNIST and Fashion-MNIST, as people have them.

use std::fs;
use std::io::Write;
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use skipbench::internals::data::{DataSet, Half, Source};

use super::super::ends;
use super::error;

/// IDX: a number for the kind, sides, bytes.
fn idx(kind: u32, sides: &[u32], bytes: &[u8]) -> Vec<u8> {
    let head: Vec<u8> = std::iter::once(&kind).chain(sides).flat_map(|number| number.to_be_bytes()).collect();
    [head, bytes.to_vec()].concat()
}

pub(super) fn write_mnist(dir: &Path, packed: bool, name: impl Fn(&str) -> String) {
    fs::create_dir_all(dir).expect("made");
    for (half, count) in [("train", 12u32), ("t10k", 5)] {
        let pixels: Vec<u8> = (0..count * 784).map(|pixel| (pixel * 7) as u8).collect();
        let labels: Vec<u8> = (0..count).map(|index| (index % 10) as u8).collect();
        for (what, bytes) in
            [("images-idx3", idx(2051, &[count, 28, 28], &pixels)), ("labels-idx1", idx(2049, &[count], &labels))]
        {
            let path = dir.join(name(&format!("{half}-{what}-ubyte")));
            if packed {
                let name = format!("{}.gz", path.file_name().unwrap_or_default().display());
                fs::write(path.with_file_name(name), pack(&bytes)).expect("written");
            } else {
                fs::write(path, bytes).expect("written");
            }
        }
    }
}

#[test]
fn mnist_is_read_packed_or_not_from_where_people_have_it() {
    let mut sets = Vec::new();
    for (below, packed) in [("", false), ("", true), ("MNIST/raw", false), ("mnist", true)] {
        let dir = tempfile::tempdir().expect("temp");
        write_mnist(&dir.path().join(below), packed, str::to_owned);
        sets.push(Source::Mnist { dir: dir.path().into() }.load().expect("whole"));
    }
    let dir = tempfile::tempdir().expect("temp");
    write_mnist(&dir.path().join("FashionMNIST/raw"), false, |name| name.replace("-idx", ".idx"));
    sets.push(Source::FashionMnist { dir: dir.path().into() }.load().expect("whole"));
    assert!(sets.iter().all(|set| *set == sets[0]));
    let DataSet { images, train, test } = &sets[0];
    assert_eq!((images.size, images.channels, images.classes), (28, 1, 10));
    assert_eq!(
        (train.count(), test.labels.as_slice(), train.pixels[..3].to_vec()),
        (12, &[0, 1, 2, 3, 4][..], vec![0, 7, 14])
    );
    let (said, _) = ends(dir.path(), &["data", "check", "fashion-mnist", "--dir", "."], 0);
    assert!(said.contains("not fashion-mnist as it was published") && said.contains("12 train images"), "{said}");
}

/// Browsers unpack what they download and keep its name, and some rename what is still packed.
#[test]
fn whether_a_file_of_mnist_is_packed_its_first_bytes_say() {
    let whole = tempfile::tempdir().expect("temp");
    write_mnist(whole.path(), false, str::to_owned);
    let read = |dir: &Path| Source::Mnist { dir: dir.into() }.load().expect("whole");
    let dir = tempfile::tempdir().expect("temp");
    for (packed, name) in [(false, "x.gz"), (true, "x")] {
        write_mnist(dir.path(), packed, str::to_owned);
        for entry in fs::read_dir(dir.path()).expect("read").map(|entry| entry.expect("read").path()) {
            let stem = if packed { entry.with_extension("") } else { entry.with_extension("gz") };
            fs::rename(&entry, stem).expect("renamed");
        }
        assert_eq!(read(dir.path()), read(whole.path()), "named {name}");
        ends(dir.path(), &["data", "check", "mnist", "--dir", "."], 0);
        fs::remove_dir_all(dir.path()).expect("removed");
        fs::create_dir(dir.path()).expect("made");
    }
}

#[test]
fn broken_mnist_files_are_named_with_what_was_expected() {
    let dir = tempfile::tempdir().expect("temp");
    let source = Source::Mnist { dir: dir.path().into() };
    assert!(error(&source).contains("train-images-idx3-ubyte: not found"));
    let broken = |name: &str, bytes: &[u8]| {
        write_mnist(dir.path(), false, str::to_owned);
        fs::write(dir.path().join(name), bytes).expect("written");
        error(&source)
    };
    let (images, labels) = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte");
    assert!(broken(images, b"").contains("an empty file"));
    assert!(broken(images, &2051u32.to_be_bytes()).contains("ends within its header"));
    let zip = broken(images, b"PK\x03\x04 and more");
    assert!(zip.contains(images) && zip.contains("a ZIP archive") && zip.contains("unpack it"), "{zip}");
    let tape = [&[b'x'; 257][..], b"ustar\0", &[0; 249]].concat();
    assert!(broken(labels, &tape).contains("a TAR archive"));
    let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
    packer.write_all(&tape).expect("packed");
    let said = broken(images, &packer.finish().expect("packed"));
    assert!(said.contains("packed by gzip, and within it a TAR archive"), "{said}");
    assert!(broken(images, &idx(2049, &[1], &[0])).contains("begins with 2049"));
    assert!(broken(images, &idx(2051, &[12, 28, 28], &[0; 100])).contains("116 bytes; expected 9424"));
    assert!(broken(images, &idx(2051, &[u32::MAX, 28, 28], &[0; 100])).contains("sides of 4294967295×28×28"));
    assert!(broken(images, &idx(2051, &[9_999_999, 1024, 1024], &[0; 100])).contains("2 GiB in all"));
    assert!(broken(images, &idx(2051, &[12, 28, 27], &[0; 12 * 28 * 27])).contains("28×27"));
    assert!(broken(labels, &idx(2049, &[11], &[0; 11])).contains("11 labels"));
    assert!(broken(labels, &idx(2049, &[12], &[10; 12])).contains("label 10 of image 0"));
    fs::write(dir.path().join("mnist.zip"), b"PK\x03\x04").expect("written");
    let said = error(&Source::Mnist { dir: dir.path().join("mnist.zip") });
    assert!(said.contains("mnist.zip is a ZIP archive; unpack it, and name the folder"), "{said}");
    write_mnist(dir.path(), false, str::to_owned);
    fs::remove_file(dir.path().join(labels)).expect("removed");
    assert!(error(&source).contains("put it beside them"));
    let test = source.read(Half::Test).expect("the test half is whole").data;
    assert_eq!((test.train.count(), test.test.count()), (0, 5));
}

/// Whatever stands in the place of a file is said in words, with the way out, and so is every bad file at once.
#[test]
fn other_files_in_the_place_of_mnist_are_said_in_words() {
    let dir = tempfile::tempdir().expect("temp");
    let source = Source::Mnist { dir: dir.path().into() };
    let files: [(&[u8], &str); 9] = [
        (b"<!DOCTYPE html>\n<html><body>404</body></html>", "a web page"),
        (b"<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code>", "a web page"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n", "git lfs pull"),
        (b"{\"message\": \"Not Found\"}", "a JSON text"),
        (&[0; 3000], "zeros only"),
        (b"\x89PNG\r\n\x1A\n....", "a PNG image"),
        (b"\x80\x04\x95\0\0", "a pickle of Python"),
        (b"hello there", "it begins with the bytes 68 65 6C 6C"),
        (&[0, 0, 13, 3, 0, 0, 0, 1], "an IDX file of other numbers"),
    ];
    for (bytes, words) in files {
        for packed in [false, true] {
            write_mnist(dir.path(), false, str::to_owned);
            let bytes = if packed { pack(bytes) } else { bytes.to_vec() };
            fs::write(dir.path().join("train-images-idx3-ubyte"), bytes).expect("written");
            let said = error(&source);
            assert!(said.contains("train-images-idx3-ubyte") && said.contains(words), "{said}");
        }
    }
    fs::write(dir.path().join("t10k-labels-idx1-ubyte"), b"<html>").expect("written");
    let told = ends(dir.path(), &["data", "check", "mnist", "--dir", "."], 2).1;
    assert!(told.contains("train-images-idx3-ubyte") && told.contains("t10k-labels-idx1-ubyte"), "{told}");
}

fn pack(bytes: &[u8]) -> Vec<u8> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
    packer.write_all(bytes).expect("packed");
    packer.finish().expect("packed")
}

#[test]
fn a_packed_file_of_mnist_may_have_parts_and_not_be_cut_short() {
    let whole = tempfile::tempdir().expect("temp");
    write_mnist(whole.path(), false, str::to_owned);
    let source = Source::Mnist { dir: whole.path().into() };
    let (plain, path) = (source.load().expect("whole"), whole.path().join("train-images-idx3-ubyte"));
    let bytes = fs::read(&path).expect("read");
    fs::write(&path, [pack(&bytes[..1000]), pack(&bytes[1000..])].concat()).expect("written");
    assert_eq!(source.load().expect("gzip puts parts together"), plain);
    let packed = pack(&bytes);
    for length in [5, 12, packed.len() / 2, packed.len() - 9, packed.len() - 1] {
        fs::write(&path, &packed[..length]).expect("written");
        let said = error(&source);
        assert!(said.contains("cut short; expected a whole one; download it again"), "{length}: {said}");
    }
    fs::write(&path, pack(&[&bytes[..], b"more"].concat())).expect("written");
    assert!(error(&source).contains("once unpacked; expected 9424"));
}

/// The files of both sets have the same names.
#[test]
fn mnist_and_fashion_mnist_are_not_taken_for_each_other() {
    let dir = tempfile::tempdir().expect("temp");
    let raw = dir.path().join("MNIST/raw");
    write_mnist(&raw, false, str::to_owned);
    let fashion = Source::FashionMnist { dir: dir.path().into() };
    let said = error(&fashion);
    assert!(said.contains("MNIST/raw holds the files of mnist, not of fashion-mnist"), "{said}");
    assert!(!said.contains("give --dir"), "{said}");
    // What the user has of the set is named, and not what is there of another.
    fs::create_dir(dir.path().join("fashion-mnist")).expect("made");
    fs::write(dir.path().join("fashion-mnist/archive.zip"), b"PK\x03\x04").expect("written");
    let said = error(&fashion);
    assert!(said.contains("fashion-mnist is there, and holds none of its files"), "{said}");
    assert!(said.contains("archive.zip is there, but packed") && !said.contains("MNIST/raw"), "{said}");
    // The first labels of the published files tell the sets apart, whatever a folder is called.
    for (half, labels) in
        [("train", [9, 0, 0, 3, 0, 2, 7, 2, 5, 5, 0, 9]), ("t10k", [9, 2, 1, 1, 6, 0, 0, 0, 0, 0, 0, 0])]
    {
        let count = if half == "train" { 12 } else { 5 };
        fs::write(raw.join(format!("{half}-labels-idx1-ubyte")), idx(2049, &[count], &labels[..count as usize]))
            .expect("written");
    }
    let said = error(&Source::Mnist { dir: dir.path().into() });
    assert!(said.contains("the labels of fashion-mnist; expected those of mnist; say fashion-mnist"), "{said}");
    assert_eq!(Source::FashionMnist { dir: raw.clone() }.load().expect("whole").train.count(), 12);
    let said = error(&Source::Folder { dir: raw, size: 8 });
    assert!(said.contains("say fashion-mnist, and --data with this folder"), "{said}");
}
