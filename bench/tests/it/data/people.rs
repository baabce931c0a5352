//! Folders and files that people have: what lies beside images, other layouts, other formats; MNIST; and hints.

use std::ffi::OsStr;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;
use image::{ImageFormat, Rgb, RgbImage};
use skipbench::internals::data::{DataError, DataSet, Half, Read, Settings, Source};

use super::super::ends;
use super::{error, write_cifar10, write_folder};

fn folder(dir: &Path) -> Source {
    Source::Folder { dir: dir.into(), size: 8 }
}

fn read(dir: &Path) -> Read {
    folder(dir).read(Half::Both).unwrap_or_else(|error| panic!("{error}"))
}

/// The set of `write_folder`, and its folder.
fn usual() -> (tempfile::TempDir, DataSet) {
    let dir = tempfile::tempdir().expect("temp");
    write_folder(dir.path());
    let data = read(dir.path()).data;
    (dir, data)
}

fn picture() -> RgbImage {
    RgbImage::from_fn(24, 20, |x, y| Rgb([x * 9, y * 11, x * y].map(|value| value as u8)))
}

#[test]
fn what_claims_to_be_no_image_is_skipped_and_counted() {
    let (dir, plain) = usual();
    let cold = dir.path().join("train/cold");
    for name in ["Thumbs.db", "README.txt", "desktop.ini", "labels.csv", "boxes.xml"] {
        fs::write(cold.join(name), "BM is how this text begins").expect("written");
    }
    fs::write(cold.join(".DS_Store"), "hidden").expect("written");
    for half in ["train", "test"] {
        fs::create_dir_all(dir.path().join(half).join("__MACOSX/cold")).expect("made");
        fs::create_dir_all(dir.path().join(half).join(".git")).expect("made");
    }
    fs::write(dir.path().join("train/classes.txt"), "cold warm").expect("written");
    let Read { data, notes } = read(dir.path());
    assert_eq!(data, plain);
    let notes = notes.join("\n");
    assert!(notes.contains("skipped 5 files that are no images, the first"), "{notes}");
    assert!(notes.contains("__MACOSX") && notes.contains("1 file(s) beside the folders"), "{notes}");
    let (_, told) = ends(dir.path(), &["data", "check", "folder:.", "--image-size", "8"], 0);
    assert!(told.contains("note: ") && told.contains("skipped 5"), "{told}");
}

#[test]
fn images_in_folders_below_a_class_are_read() {
    let (dir, _) = usual();
    for place in ["2019", "2020/may", "a/b/c/d"] {
        let below = dir.path().join("train/cold").join(place);
        fs::create_dir_all(&below).expect("made");
        picture().save(below.join("x.png")).expect("written");
    }
    assert_eq!(read(dir.path()).data.train.labels, [0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1]);
}

#[cfg(unix)]
#[test]
fn links_that_lead_nowhere_and_pipes_and_devices_are_skipped_and_counted() {
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::symlink;
    let (dir, plain) = usual();
    let cold = dir.path().join("train/cold");
    symlink("/nowhere/x.png", cold.join("gone.png")).expect("linked");
    fs::write(cold.join("kept.png"), "../elsewhere/x.png").expect("written");
    symlink("/dev/zero", cold.join("zero.png")).expect("linked");
    symlink(dir.path(), cold.join("loop")).expect("linked");
    let made = std::process::Command::new("mkfifo").arg(cold.join("pipe.jpg")).status();
    assert!(made.is_ok_and(|status| status.success()), "mkfifo");
    fs::remove_file(cold.join("loop")).expect("removed");
    let Read { data, notes } = read(dir.path());
    assert_eq!(data, plain);
    let notes = notes.join("\n");
    assert!(notes.contains("2 links that lead nowhere") && notes.contains("2 devices, pipes or sockets"), "{notes}");
    // A folder that leads to itself is read once, and a class needs no name in UTF-8.
    symlink(&cold, cold.join("again")).expect("linked");
    assert_eq!(read(dir.path()).data, plain);
    for half in ["train", "test"] {
        let odd = dir.path().join(half).join(OsStr::from_bytes(b"warm\xFF"));
        fs::rename(dir.path().join(half).join("warm"), odd).expect("renamed");
    }
    assert_eq!(read(dir.path()).data, plain);
}

#[test]
fn a_half_for_the_test_goes_by_many_names() {
    for name in ["val", "valid", "validation", "Test", "testing"] {
        let (dir, plain) = usual();
        fs::rename(dir.path().join("test"), dir.path().join(name)).expect("renamed");
        assert_eq!(read(dir.path()).data, plain, "{name}");
    }
    // One that has no classes gives way.
    let (dir, plain) = usual();
    fs::rename(dir.path().join("test"), dir.path().join("val")).expect("renamed");
    fs::create_dir_all(dir.path().join("test/images")).expect("made");
    assert_eq!(read(dir.path()).data, plain);
}

#[test]
fn tiny_imagenet_is_read_as_it_is_unpacked() {
    let (dir, mut lines) = (tempfile::tempdir().expect("temp"), String::new());
    let save = |path: PathBuf| picture().save_with_format(path, ImageFormat::Jpeg).expect("written");
    for class in ["n01443537", "n01629819"] {
        let images = dir.path().join("train").join(class).join("images");
        fs::create_dir_all(&images).expect("made");
        save(images.join(format!("{class}_0.JPEG")));
        fs::write(images.with_file_name(format!("{class}_boxes.txt")), "0 0 1 1").expect("written");
    }
    for half in ["val/images", "test/images"] {
        fs::create_dir_all(dir.path().join(half)).expect("made");
    }
    for (index, class) in ["n01629819", "n01443537", "n01629819"].iter().enumerate() {
        save(dir.path().join(format!("val/images/val_{index}.JPEG")));
        lines.push_str(&format!("val_{index}.JPEG\t{class}\t0\t32\t44\t62\n"));
    }
    save(dir.path().join("test/images/test_0.JPEG"));
    fs::write(dir.path().join("val/val_annotations.txt"), &lines).expect("written");
    let data = read(dir.path()).data;
    assert_eq!((data.train.labels, data.test.labels), (vec![0, 1], vec![0, 1, 1]));
    // Some classes may have no image to test.
    fs::write(dir.path().join("val/val_annotations.txt"), lines.lines().next().expect("one")).expect("written");
    assert_eq!(read(dir.path()).data.test.labels, [1]);
}

#[test]
fn only_the_half_that_is_used_is_asked_for() {
    let (dir, plain) = usual();
    fs::remove_dir_all(dir.path().join("train")).expect("removed");
    let test = folder(dir.path()).read(Half::Test).expect("there").data;
    assert_eq!((test.train.count(), &test.test, test.images), (0, &plain.test, plain.images));
    assert!(error(&folder(dir.path())).contains("train"));
    fs::create_dir(dir.path().join("train")).expect("made");
    assert_eq!(folder(dir.path()).read(Half::Test).expect("there").data.test, plain.test);
    fs::remove_dir(dir.path().join("train")).expect("removed");
    let arguments = ["--model", "resnet8-w4", "--classes", "2", "--out", "w.pth", "--seed", "1"];
    ends(dir.path(), &[&["weights", "export"], &arguments[..]].concat(), 0);
    let evaluate = ["weights", "evaluate", "w.pth", "--model", "resnet8-w4", "--data", "folder:."];
    let (said, told) = ends(dir.path(), &evaluate, 0);
    assert!(said.contains("of 4 right") && told.contains("normalized by the test images' own"), "{said}{told}");
    let (_, told) = ends(dir.path(), &[&evaluate[..], &["--normalise", "imagenet"]].concat(), 0);
    assert!(!told.contains("note"), "{told}");
    let (said, told) = ends(dir.path(), &["data", "check", "folder:."], 0);
    assert!(said.contains("0 training and 4 test images") && told.contains("train: not found"), "{said}{told}");
    let told = ends(dir.path(), &["run", "quick", "--data", "folder:.", "--list"], 2).1;
    assert!(told.contains("train: not found"), "{told}");
}

#[test]
fn every_format_of_torchvisions_list_is_read() {
    let (dir, _) = usual();
    let cold = dir.path().join("train/cold");
    for (ending, format) in [
        ("webp", ImageFormat::WebP),
        ("gif", ImageFormat::Gif),
        ("bmp", ImageFormat::Bmp),
        ("ppm", ImageFormat::Pnm),
        ("JPEG", ImageFormat::Jpeg),
        ("PNG", ImageFormat::Png),
    ] {
        fs::remove_dir_all(&cold).expect("removed");
        fs::create_dir(&cold).expect("made");
        let path = cold.join(format!("x.{ending}"));
        picture().save_with_format(&path, format).expect("written");
        let named = read(dir.path()).data;
        assert_eq!(named.train.labels, [0, 1, 1, 1, 1], "{ending}");
        if format != ImageFormat::Pnm {
            // Under another's name it is the same image.
            fs::rename(&path, cold.join("x.jpg")).expect("renamed");
            assert_eq!(read(dir.path()).data, named, "{ending}");
        }
        let bytes = fs::read(cold.join(if format == ImageFormat::Pnm { "x.ppm" } else { "x.jpg" })).expect("read");
        fs::remove_dir_all(&cold).expect("removed");
        fs::create_dir(&cold).expect("made");
        fs::write(cold.join(format!("x.{ending}")), &bytes[..bytes.len() * 2 / 3]).expect("written");
        assert!(error(&folder(dir.path())).contains("a whole image"), "{ending}");
    }
}

/// Baseline and of several sizes: the data are all there, or not.
#[test]
fn a_jpeg_that_lacks_only_its_end_marker_is_read() {
    let (dir, _) = usual();
    let path = dir.path().join("train/cold/1.jpg");
    for (width, height) in [(8, 8), (24, 20), (33, 65), (200, 150)] {
        let image = RgbImage::from_fn(width, height, |x, y| Rgb([x * 97, y * 57, x * y * 13].map(|value| value as u8)));
        image.save(&path).expect("written");
        let whole = read(dir.path());
        let bytes = fs::read(&path).expect("read");
        for rest in [&[][..], &[0; 100], &[0xFF]] {
            fs::write(&path, [&bytes[..bytes.len() - 2], rest].concat()).expect("written");
            let Read { data, notes } = read(dir.path());
            assert_eq!(data, whole.data, "{width}×{height}");
            assert!(notes.join("\n").contains("lacks its end marker"), "{notes:?}");
        }
        for cut in [8, 20, 100, bytes.len() / 2] {
            fs::write(&path, &bytes[..bytes.len().saturating_sub(cut)]).expect("written");
            assert!(error(&folder(dir.path())).contains("1.jpg"), "{width}×{height} cut by {cut}");
        }
    }
}

#[test]
fn every_bad_file_is_listed_at_once() {
    let (dir, _) = usual();
    for index in 0..25 {
        fs::write(dir.path().join(format!("train/cold/bad{index:02}.png")), b"not a picture").expect("written");
    }
    fs::create_dir(dir.path().join("train/empty")).expect("made");
    fs::create_dir(dir.path().join("test/empty")).expect("made");
    let Err(DataError::Many { errors, .. }) = folder(dir.path()).load() else { panic!("all of them") };
    assert_eq!(errors.len(), 27);
    let said = error(&folder(dir.path()));
    assert!(said.contains("27 files or classes") && said.contains("and 7 more"), "{said}");
    let told = ends(dir.path(), &["data", "check", "folder:."], 2).1;
    assert!(
        (0..25).all(|index| told.contains(&format!("bad{index:02}.png"))) && told.contains("an empty class"),
        "{told}"
    );
}

/// IDX: a number for the kind, sides, bytes.
fn idx(kind: u32, sides: &[u32], bytes: &[u8]) -> Vec<u8> {
    let head: Vec<u8> = std::iter::once(&kind).chain(sides).flat_map(|number| number.to_be_bytes()).collect();
    [head, bytes.to_vec()].concat()
}

fn write_mnist(dir: &Path, packed: bool, name: impl Fn(&str) -> String) {
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
    assert!(broken(images, &idx(2049, &[1], &[0])).contains("begins with 2049"));
    assert!(broken(images, &idx(2051, &[12, 28, 28], &[0; 100])).contains("116 bytes; expected 9424"));
    assert!(broken(images, &idx(2051, &[u32::MAX, 28, 28], &[0; 100])).contains("sides"));
    assert!(broken(images, &idx(2051, &[12, 28, 27], &[0; 12 * 28 * 27])).contains("28×27"));
    assert!(broken(labels, &idx(2049, &[11], &[0; 11])).contains("11 labels"));
    assert!(broken(labels, &idx(2049, &[12], &[10; 12])).contains("label 10 of image 0"));
    write_mnist(dir.path(), false, str::to_owned);
    fs::remove_file(dir.path().join(labels)).expect("removed");
    assert!(error(&source).contains("put it beside them"));
    let test = source.read(Half::Test).expect("the test half is whole").data;
    assert_eq!((test.train.count(), test.test.count()), (0, 5));
}

#[test]
fn what_is_not_the_published_set_is_said() {
    let dir = tempfile::tempdir().expect("temp");
    write_cifar10(dir.path(), 12);
    let (said, _) = ends(dir.path(), &["data", "check", "cifar10", "--dir", "."], 0);
    assert!(
        said.contains("not cifar10 as it was published") && said.contains("12 images, published with 10000"),
        "{said}"
    );
    write_cifar10(dir.path(), 10_000);
    let (said, _) = ends(dir.path(), &["data", "check", "cifar10", "--dir", "."], 0);
    assert!(said.contains("test_batch.bin: other bytes than those published"), "{said}");
    let (said, _) = ends(dir.path(), &["data", "check", "cifar10", "--dir", ".", "--json"], 0);
    let json: serde_json::Value = serde_json::from_str(&said).expect("JSON");
    assert_eq!(json["published"], false);
    let (said, _) = ends(dir.path(), &["data", "check", "digits", "--json"], 0);
    assert!(said.contains("\"published\": null"), "{said}");
}

#[cfg(unix)]
#[test]
fn a_batch_that_is_no_file_is_not_waited_for() {
    let dir = tempfile::tempdir().expect("temp");
    write_cifar10(dir.path(), 2);
    let batch = dir.path().join("data_batch_2.bin");
    for target in ["/dev/zero", "/dev/null"] {
        fs::remove_file(&batch).expect("removed");
        std::os::unix::fs::symlink(target, &batch).expect("linked");
        assert!(error(&Source::Cifar10 { dir: dir.path().into() }).contains("a device, pipe or socket"));
    }
}

/// What people name instead of the folder that is meant.
#[test]
fn hints_say_what_may_be_meant() {
    let (dir, _) = usual();
    let root = tempfile::tempdir().expect("temp");
    let parent = root.path().join("imgs/my-set");
    fs::create_dir_all(&parent).expect("made");
    fs::rename(dir.path().join("train"), parent.join("train")).expect("moved");
    fs::rename(dir.path().join("test"), parent.join("test")).expect("moved");
    for outer in [root.path(), &root.path().join("imgs")] {
        let said = error(&folder(outer));
        assert!(said.contains(&format!("folder:{}", parent.display())), "{said}");
    }
    let home = error(&folder(Path::new("/somewhere/~/pictures")));
    assert!(home.contains("home directory") && home.contains("/pictures"), "{home}");
    let refused = |set: &str| Source::parse(set, Settings::default()).expect_err("no set").to_string();
    assert!(refused(&parent.display().to_string()).contains(&format!("write folder:{}", parent.display())));
    assert!(refused("./pictures").contains("write folder:./pictures"));
    assert!(refused("CIFAR-10").contains("`cifar10`?"));
    let batches = root.path().join("cifar-10-batches-py");
    fs::create_dir(&batches).expect("made");
    let names = ["data_batch_1", "data_batch_2", "data_batch_3", "data_batch_4", "data_batch_5", "test_batch"];
    names.iter().for_each(|name| fs::write(batches.join(name), b"pickled").expect("written"));
    for dir in [root.path(), &batches] {
        let said = error(&Source::Cifar10 { dir: dir.into() });
        assert!(said.contains("Python version") && said.contains("skipbench data fetch cifar10"), "{said}");
    }
    fs::remove_dir_all(&batches).expect("removed");
    let deep = root.path().join("downloads/cifar-10-binary");
    fs::create_dir_all(&deep).expect("made");
    write_cifar10(&deep, 1);
    let said = error(&Source::Cifar10 { dir: root.path().into() });
    assert!(said.contains(&format!("say --data {}", deep.display())), "{said}");
    assert!(error(&Source::Cifar10 { dir: parent.clone() }).contains(&format!("say folder:{}", parent.display())));
    let packed = tempfile::tempdir().expect("temp");
    fs::write(packed.path().join("images.zip"), b"PK").expect("written");
    assert!(error(&folder(packed.path())).contains("images.zip is there, but packed"));
    write_mnist(packed.path(), false, str::to_owned);
    assert!(error(&folder(packed.path())).contains("say mnist"));
}
