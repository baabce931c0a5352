//! Folders and files that people have: what lies beside images, other layouts; and hints.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use image::{ImageFormat, Rgb, RgbImage};
use skipbench::internals::data::{DataError, DataSet, Half, Read, Settings, Source};

use super::super::ends;
use super::mnist::write_mnist;
use super::{error, write_cifar10, write_folder};

pub(super) fn folder(dir: &Path) -> Source {
    Source::Folder { dir: dir.into(), size: 8 }
}

pub(super) fn read(dir: &Path) -> Read {
    folder(dir).read(Half::Both).unwrap_or_else(|error| panic!("{error}"))
}

/// The set of `write_folder`, and its folder.
pub(super) fn usual() -> (tempfile::TempDir, DataSet) {
    let dir = tempfile::tempdir().expect("temp");
    write_folder(dir.path());
    let data = read(dir.path()).data;
    (dir, data)
}

pub(super) fn picture() -> RgbImage {
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
    assert!(notes.contains("__MACOSX") && notes.contains("1 file beside the folders"), "{notes}");
    let (_, told) = ends(dir.path(), &["data", "check", "folder:.", "--image-size", "8"], 0);
    assert!(told.contains("note: ") && told.contains("skipped 5"), "{told}");
}

#[test]
fn images_in_folders_below_a_class_are_read() {
    let (dir, _) = usual();
    for place in ["2019", "2020/may", &["a"; 50].join("/")] {
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
    // One that the class lies in would bring the other classes with it.
    symlink("../..", cold.join("up")).expect("linked");
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
fn a_broken_list_of_tiny_imagenet_is_named_with_its_line() {
    let dir = tempfile::tempdir().expect("temp");
    for class in ["n01443537", "n01629819"] {
        fs::create_dir_all(dir.path().join("train").join(class)).expect("made");
        picture().save(dir.path().join("train").join(class).join("x.png")).expect("written");
    }
    // Tiny ImageNet's test half has no classes.
    for half in ["val", "test"] {
        fs::create_dir_all(dir.path().join(half).join("images")).expect("made");
    }
    let good = "a.png\tn01629819\t0\t1\t2\t3\n";
    picture().save(dir.path().join("val/images/a.png")).expect("written");
    picture().save(dir.path().join("val/images/b.png")).expect("written");
    let list = dir.path().join("val/val_annotations.txt");
    let broken: [(&str, &str); 9] = [
        ("b.png n01443537", "line 2: `b.png n01443537`"),
        ("b.png\t", "line 2: `b.png\\t`"),
        ("\n\tn01443537", "line 3: "),
        ("b.png\tn0000", "line 2: the class n0000; expected one of the classes in"),
        ("b.png\t../train", "line 2: "),
        ("a.png\tn01443537", "line 2: a.png is of the class n01443537, and in line 1 of n01629819"),
        ("", ""),
        ("<html>", "line 2: `<html>`"),
        ("c.png\tn01443537\r", ""),
    ];
    for (line, words) in broken {
        fs::write(&list, format!("{good}{line}\n")).expect("written");
        if words.is_empty() {
            assert_eq!(read(dir.path()).data.test.labels, [1], "{line}");
            continue;
        }
        let said = error(&folder(dir.path()));
        assert!(said.contains("val_annotations.txt: ") && said.contains(words), "{line}: {said}");
    }
    for (text, words) in
        [("", "an empty file"), ("\n\n", "no line"), ("<html>", "a web page"), ("z\tn01443537", "none of")]
    {
        fs::write(&list, text).expect("written");
        let said = error(&folder(dir.path()));
        assert!(said.contains("val_annotations.txt: ") && said.contains(words), "{text}: {said}");
    }
    fs::write(&list, format!("{good}c.png\tn01443537\n")).expect("written");
    let notes = read(dir.path()).notes.join("\n");
    assert!(
        notes.contains("skipped 1 file") && notes.contains("names 1 file that the folder does not hold"),
        "{notes}"
    );
}

#[test]
fn who_names_a_half_or_a_class_is_told_to_name_the_whole() {
    let (dir, _) = usual();
    let whole = format!("folder:{}", dir.path().display());
    for (part, what) in [("train", "one half"), ("test", "one half"), ("train/cold", "one class")] {
        let said = error(&folder(&dir.path().join(part)));
        assert!(said.contains(&format!("this is {what} alone")) && said.ends_with(&whole), "{said}");
    }
    assert!(!error(&folder(&dir.path().join("nothing/train"))).contains("one half"));
    fs::rename(dir.path().join("train"), dir.path().join("set")).expect("renamed");
    let said = error(&folder(&dir.path().join("set")));
    assert!(said.contains("if its 2 folders are classes, move them into train/"), "{said}");
}

/// A name may end a line or move a terminal's cursor.
#[cfg(unix)]
#[test]
fn names_are_shown_without_what_moves_a_terminals_cursor() {
    let (dir, _) = usual();
    fs::write(dir.path().join("train/cold/\u{1b}[2J\nx.png"), b"junk").expect("written");
    let said = error(&folder(dir.path()));
    assert!(said.contains("\\u{1b}[2J\\nx.png: named .png") && !said.contains(['\u{1b}', '\n']), "{said}");
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
    assert!(said.contains("of 4 correct") && told.contains("normalized by the test images' own"), "{said}{told}");
    let (_, told) = ends(dir.path(), &[&evaluate[..], &["--normalise", "imagenet"]].concat(), 0);
    assert!(!told.contains("note"), "{told}");
    let (said, told) = ends(dir.path(), &["data", "check", "folder:."], 0);
    assert!(said.contains("0 training and 4 test images") && told.contains("train: not found"), "{said}{told}");
    let told = ends(dir.path(), &["run", "quick", "--data", "folder:.", "--list"], 2).1;
    assert!(told.contains("train: not found"), "{told}");
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
    assert!(said.contains(&format!("give --data {}", deep.display())), "{said}");
    assert!(error(&Source::Cifar10 { dir: parent.clone() }).contains(&format!("say folder:{}", parent.display())));
    let packed = tempfile::tempdir().expect("temp");
    fs::write(packed.path().join("images.zip"), b"PK").expect("written");
    assert!(error(&folder(packed.path())).contains("images.zip is there, but packed"));
    write_mnist(packed.path(), false, str::to_owned);
    assert!(error(&folder(packed.path())).contains("say mnist"));
}
