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
                let file = fs::File::create(path.with_file_name(name)).expect("made");
                let mut packer = GzEncoder::new(file, Compression::fast());
                packer.write_all(&bytes).and_then(|()| packer.finish().map(drop)).expect("written");
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
    assert!(broken(images, b"").contains("without its header"));
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
    assert!(broken(images, &idx(2051, &[u32::MAX, 28, 28], &[0; 100])).contains("sides"));
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
