//! Images: the embedded ones, the two file layouts; and everything that can be wrong with files.

mod mnist;
mod people;
mod pictures;

use std::fs;
use std::path::Path;

use skipbench::internals::data::{Settings, Source};
use skipbench_models::Images;

use super::ends;

fn error(source: &Source) -> String {
    source.load().expect_err("something is wrong with it").to_string()
}

#[test]
fn the_digits_split_is_fixed_and_stratified() {
    let digits = Source::Digits.load().expect("embedded");
    let summary = digits.summary();
    assert_eq!((summary.train, summary.test, summary.images), (597, 1200, Images::DIGITS));
    // The pixels and the split are part of every published number: a change must be seen.
    assert_eq!(summary.sha256, "23023fb7002753f080f0373aeed27b793f5a6706a8324c337255265df856bace");
    for class in 0..10 {
        let count = |labels: &[u16]| labels.iter().filter(|label| **label == class).count();
        let (train, test) = (count(&digits.train.labels), count(&digits.test.labels));
        let share = train as f64 / (train + test) as f64;
        assert!((share - 597.0 / 1797.0).abs() < 0.004, "class {class}: {share}");
    }
    assert!(digits.train.pixels.iter().all(|pixel| *pixel <= 16), "17 gray levels");
}

pub(crate) fn write_cifar10(dir: &Path, records: usize) {
    let record = |index: usize| {
        let mut record = vec![(index % 10) as u8];
        record.extend((0..3072).map(|pixel| (pixel * 7 + index) as u8));
        record
    };
    let bytes: Vec<u8> = (0..records).flat_map(record).collect();
    for name in ["data_batch_1", "data_batch_2", "data_batch_3", "data_batch_4", "data_batch_5", "test_batch"] {
        fs::write(dir.join(format!("{name}.bin")), &bytes).expect("written");
    }
}

#[test]
fn cifar10_loads_from_its_folder_or_the_parent_with_any_number_of_whole_records() {
    let dir = tempfile::tempdir().expect("temp");
    let folder = dir.path().join("cifar-10-batches-bin");
    fs::create_dir(&folder).expect("made");
    write_cifar10(&folder, 12);
    let from_parent = Source::Cifar10 { dir: dir.path().into() }.load().expect("whole");
    let from_folder = Source::Cifar10 { dir: folder }.load().expect("whole");
    assert_eq!(from_parent, from_folder);
    assert_eq!((from_parent.train.count(), from_parent.test.count()), (60, 12));
    assert_eq!(from_parent.test.labels[..3], [0, 1, 2]);
    assert_eq!(from_parent.test.pixels[3072..3075], [1, 8, 15], "planes stay in order");
}

/// What is there already is not downloaded again.
#[test]
fn a_data_set_that_was_fetched_is_described_for_scripts() {
    let dir = tempfile::tempdir().expect("temp");
    let folder = dir.path().join("data/cifar-10-batches-bin");
    fs::create_dir_all(&folder).expect("made");
    write_cifar10(&folder, 12);
    let (said, _) = ends(dir.path(), &["data", "fetch", "cifar10", "--dir", "data", "--json"], 0);
    let found: serde_json::Value = serde_json::from_str(&said).expect("JSON");
    assert_eq!((found["train"].as_u64(), found["test"].as_u64()), (Some(60), Some(12)), "{said}");
    assert_eq!(found["path"], "data/cifar-10-batches-bin");
    let (checked, _) = ends(dir.path(), &["data", "check", "cifar10", "--dir", "data", "--json"], 0);
    let checked: serde_json::Value = serde_json::from_str(&checked).expect("JSON");
    assert!(checked["sha256"].is_string() && checked["sha256"] == found["sha256"], "{checked}");
    let (path, _) = ends(dir.path(), &["data", "fetch", "cifar10", "--dir", "data"], 0);
    assert_eq!(path, "data/cifar-10-batches-bin\n");
}

#[test]
fn cifar100_takes_the_fine_label() {
    let dir = tempfile::tempdir().expect("temp");
    for name in ["train.bin", "test.bin"] {
        let mut record = vec![19, 77];
        record.extend([5; 3072]);
        fs::write(dir.path().join(name), record).expect("written");
    }
    let data = Source::Cifar100 { dir: dir.path().into() }.load().expect("whole");
    assert_eq!((data.train.labels[0], data.images.classes), (77, 100));
}

#[test]
fn broken_cifar_files_are_named_with_what_was_expected() {
    let dir = tempfile::tempdir().expect("temp");
    let source = Source::Cifar10 { dir: dir.path().into() };
    let missing = error(&source);
    assert!(missing.contains("data_batch_1.bin") && missing.contains("skipbench data fetch cifar10"), "{missing}");

    write_cifar10(dir.path(), 2);
    fs::write(dir.path().join("data_batch_3.bin"), vec![0; 3073 + 100]).expect("written");
    let cut = error(&source);
    assert!(cut.contains("data_batch_3.bin") && cut.contains("3173 bytes") && cut.contains("3073"), "{cut}");

    fs::write(dir.path().join("data_batch_3.bin"), Vec::new()).expect("written");
    assert!(error(&source).contains("0 bytes"));

    let mut wrong = vec![0; 2 * 3073];
    wrong[3073] = 10;
    fs::write(dir.path().join("data_batch_3.bin"), wrong).expect("written");
    let label = error(&source);
    assert!(
        label.contains("data_batch_3.bin") && label.contains("label 10 in record 1") && label.contains("below 10"),
        "{label}"
    );

    fs::remove_file(dir.path().join("data_batch_3.bin")).expect("removed");
    assert!(error(&source).contains("data_batch_3.bin"));
}

#[test]
fn a_missing_batch_is_sought_where_the_others_are() {
    let dir = tempfile::tempdir().expect("temp");
    let source = Source::Cifar10 { dir: dir.path().into() };
    write_cifar10(dir.path(), 2);
    fs::remove_file(dir.path().join("data_batch_1.bin")).expect("removed");
    let message = error(&source);
    let expected = dir.path().join("data_batch_1.bin").display().to_string();
    assert!(message.starts_with(&expected) && message.contains("put it beside them"), "{message}");

    // The published folder holds more of them.
    let folder = dir.path().join("cifar-10-batches-bin");
    fs::create_dir(&folder).expect("made");
    write_cifar10(&folder, 3);
    assert_eq!(source.load().expect("whole").test.count(), 3);
    fs::remove_file(dir.path().join("test_batch.bin")).expect("removed");
    fs::remove_file(folder.join("data_batch_1.bin")).expect("removed");
    let message = error(&source);
    assert!(message.contains("cifar-10-batches-bin/data_batch_1.bin") && message.contains("; remove "), "{message}");
    assert!(message.contains("other batches are there"), "{message}");
}

/// A folder of colored squares: `train` and `test`, classes `cold` (blue) and `warm` (red), different sizes and
/// formats.
pub(crate) fn write_folder(dir: &Path) {
    for (split, count) in [("train", 4), ("test", 2)] {
        for (class, color) in [("cold", [0u8, 0, 200]), ("warm", [200, 0, 0])] {
            let folder = dir.join(split).join(class);
            fs::create_dir_all(&folder).expect("made");
            for index in 0..count {
                let side = 8 + index;
                let picture = image::RgbImage::from_pixel(side, side, image::Rgb(color));
                let format = if index % 2 == 0 { "png" } else { "jpg" };
                picture.save(folder.join(format!("{index}.{format}"))).expect("written");
            }
        }
    }
}

#[test]
fn a_folder_of_images_is_resized_and_sorted() {
    let dir = tempfile::tempdir().expect("temp");
    write_folder(dir.path());
    let data = Source::Folder { dir: dir.path().into(), size: 8 }.load().expect("whole");
    assert_eq!(data.images, Images { size: 8, channels: 3, classes: 2 });
    assert_eq!(data.train.labels, [0, 0, 0, 0, 1, 1, 1, 1]);
    assert_eq!(data.test.count(), 4);
    let planes: Vec<u8> = data.train.pixels.chunks(64).take(3).map(|plane| plane[0]).collect();
    assert_eq!(planes, [0, 0, 200], "red, green and blue planes of the first cold image");
}

#[test]
fn broken_folders_are_named_with_what_was_expected() {
    let dir = tempfile::tempdir().expect("temp");
    let source = Source::Folder { dir: dir.path().into(), size: 8 };
    assert!(error(&source).contains("train"));

    write_folder(dir.path());
    fs::write(dir.path().join("train/cold/0.png"), b"not a picture").expect("written");
    let undecodable = error(&source);
    assert!(undecodable.contains("0.png") && undecodable.contains("a whole image"), "{undecodable}");

    fs::remove_dir_all(dir.path().join("train/cold")).expect("removed");
    fs::create_dir(dir.path().join("train/cold")).expect("made");
    let empty = error(&source);
    assert!(empty.contains("cold") && empty.contains("an empty class"), "{empty}");

    fs::remove_dir(dir.path().join("train/cold")).expect("removed");
    fs::create_dir(dir.path().join("train/mild")).expect("made");
    let classes = error(&source);
    assert!(classes.contains("same classes"), "{classes}");

    fs::remove_dir_all(dir.path().join("test")).expect("removed");
    let split = error(&source);
    assert!(split.contains("test") && split.contains("test/<class>"), "{split}");
}

/// A decoder would fill in what is missing.
#[test]
fn images_that_were_cut_short_are_refused() {
    let dir = tempfile::tempdir().expect("temp");
    let source = Source::Folder { dir: dir.path().into(), size: 8 };
    for (name, end) in [("1.jpg", "FF D9"), ("0.png", "IEND")] {
        write_folder(dir.path());
        let path = dir.path().join("train/cold").join(name);
        image::RgbImage::from_fn(32, 32, |x, y| image::Rgb([x * 97, y * 57, x * y * 13].map(|value| value as u8)))
            .save(&path)
            .expect(name);
        let whole = fs::read(&path).expect("written");
        // The end marker of a JPEG alone may be missing.
        let least = if name == "1.jpg" { 12 } else { 1 };
        for cut in [least, least + 1, 50, 200, whole.len() - 30] {
            // A file system may leave zeros where the rest should be.
            for rest in [0, cut] {
                let bytes = [&whole[..whole.len() - cut], &vec![0; rest]].concat();
                fs::write(&path, bytes).expect("written");
                let message = error(&source);
                assert!(message.contains(name) && message.contains("a whole image"), "{cut}: {message}");
                assert!(message.contains(end), "{cut}: {message}");
            }
        }
        for appended in [&[0; 100][..], b"a camera's own"] {
            fs::write(&path, [&whole, appended].concat()).expect("written");
            source.load().unwrap_or_else(|error| panic!("{name} is whole: {error}"));
        }
    }
}

/// The end of a thumbnail is not the end of the image.
#[test]
fn a_marker_inside_a_segment_is_not_the_end() {
    let dir = tempfile::tempdir().expect("temp");
    write_folder(dir.path());
    let path = dir.path().join("train/cold/1.jpg");
    let mut bytes = fs::read(&path).expect("written");
    bytes.splice(2..2, [0xFF, 0xE1, 0, 6, 0xFF, 0xD9, 0xFF, 0xD9]);
    fs::write(&path, &bytes).expect("written");
    let source = Source::Folder { dir: dir.path().into(), size: 8 };
    source.load().expect("whole");
    fs::write(&path, &bytes[..bytes.len() - 20]).expect("written");
    assert!(error(&source).contains("FF D9"));
}

#[test]
fn the_content_says_what_an_image_is_and_not_its_name() {
    let dir = tempfile::tempdir().expect("temp");
    write_folder(dir.path());
    let source = Source::Folder { dir: dir.path().into(), size: 8 };
    let named_rightly = source.load().expect("whole");
    fs::rename(dir.path().join("train/cold/0.png"), dir.path().join("train/cold/0.jpg")).expect("renamed");
    fs::rename(dir.path().join("train/cold/1.jpg"), dir.path().join("train/cold/1.picture")).expect("renamed");
    assert_eq!(source.load().expect("whole"), named_rightly);
}

#[test]
fn a_class_that_only_one_half_has_is_named() {
    let dir = tempfile::tempdir().expect("temp");
    let source = Source::Folder { dir: dir.path().into(), size: 8 };
    for (half, class) in [("test", "warm"), ("train", "cold")] {
        write_folder(dir.path());
        fs::remove_dir_all(dir.path().join(half).join(class)).expect("removed");
        let message = error(&source);
        let expected = dir.path().join(half).join(class).display().to_string();
        assert!(message.starts_with(&expected) && message.contains("the same classes"), "{message}");
    }
    write_folder(dir.path());
    for half in ["train", "test"] {
        fs::remove_dir_all(dir.path().join(half).join("warm")).expect("removed");
    }
    let single = error(&source);
    assert!(single.contains("1 folder;") && single.contains("2 or more classes"), "{single}");
}

#[test]
fn words_that_mean_no_data_set_are_refused() {
    let refused = |set: &str, settings: Settings| Source::parse(set, settings).expect_err("wrong").to_string();
    assert!(refused("imagenet", Settings::default()).contains("cifar10"));
    let size = refused("digits", Settings { image_size: Some(8), ..Settings::default() });
    assert!(size.contains("image_size") && size.contains("folders"), "{size}");
    let nothing = refused("folder:pictures", Settings { image_size: Some(0), ..Settings::default() });
    assert!(nothing.contains(": image_size = 0: a number from 1"), "{nothing}");
    let classes = refused("cifar10", Settings { classes: Some(8), ..Settings::default() });
    assert!(classes.contains("classes"), "{classes}");
}
