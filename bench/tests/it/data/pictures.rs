//! Image files of every format, whole and cut short.

use std::fs;

use image::{ImageFormat, Rgb, RgbImage};
use skipbench::internals::data::Read;

use super::error;
use super::people::{folder, picture, read, usual};

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

#[test]
fn what_people_have_in_place_of_an_image_is_said_in_words() {
    let (dir, _) = usual();
    let files: [(&[u8], &str); 6] = [
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n", "git lfs pull"),
        (b"<!DOCTYPE html>\n<html>", "a web page"),
        (b"\xEF\xBB\xBF\n<HTML><body>", "a web page"),
        (&[0; 5000], "not finished"),
        (b"II*\0\x08\0\0\0", "a TIFF"),
        (b"", "an empty file"),
    ];
    for (bytes, words) in files {
        fs::write(dir.path().join("train/cold/1.jpg"), bytes).expect("written");
        let said = error(&folder(dir.path()));
        assert!(said.contains("1.jpg") && said.contains(words), "{said}");
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
