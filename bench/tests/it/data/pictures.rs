//! Image files of every format, whole and cut short.

use std::fs;

use flate2::Crc;
use image::{ImageFormat, Rgb, RgbImage};
use skipbench::internals::data::Read;

use super::super::ends;
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

/// A PNG of those chunks: kind, data, and what is wrong with the checksum.
fn png(chunks: &[(&[u8; 4], &[u8], u32)]) -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1A\n".to_vec();
    for (kind, data, wrong) in chunks {
        let mut crc = Crc::new();
        crc.update(&[&kind[..], data].concat());
        bytes
            .extend([&(data.len() as u32).to_be_bytes()[..], *kind, data, &(crc.sum() ^ wrong).to_be_bytes()].concat());
    }
    bytes
}

fn header(width: u32, height: u32) -> Vec<u8> {
    [&width.to_be_bytes()[..], &height.to_be_bytes(), &[8, 2, 0, 0, 0]].concat()
}

/// A decoder's own error may be the inside of a program.
#[test]
fn why_a_png_is_refused_is_said_in_words() {
    let (dir, _) = usual();
    let whole = header(8, 8);
    let cases: [(Vec<u8>, &str); 7] = [
        (png(&[(b"IHDR", &whole, 1), (b"IDAT", b"x", 0), (b"IEND", b"", 0)]), "the checksum (CRC) of its chunk IHDR"),
        (png(&[(b"IHDR", &whole, 0), (b"IDAT", b"x", 1), (b"IEND", b"", 0)]), "the checksum (CRC) of its chunk IDAT"),
        (png(&[(b"IHDR", &header(0, 8), 0), (b"IDAT", b"x", 0), (b"IEND", b"", 0)]), "a PNG of 0×8 pixels"),
        (png(&[(b"IHDR", &header(60_000, 60_000), 0), (b"IDAT", b"x", 0), (b"IEND", b"", 0)]), "60000×60000 pixels"),
        (png(&[(b"IHDR", &header(u32::MAX, 1), 0), (b"IDAT", b"x", 0), (b"IEND", b"", 0)]), "4294967295×1 pixels"),
        (png(&[(b"IHDR", &whole, 0), (b"IEND", b"", 0)]), "a damaged PNG"),
        (png(&[(b"IHDR", &whole, 0), (b"IDAT", b"no stream", 0), (b"IEND", b"", 0)]), "a damaged PNG"),
    ];
    for (bytes, words) in cases {
        fs::write(dir.path().join("train/cold/1.png"), bytes).expect("written");
        let said = error(&folder(dir.path()));
        assert!(said.contains("1.png: ") && said.contains(words) && said.contains("a whole image"), "{said}");
        assert!(!said.contains(['{', '[', '"', '_']), "{said}");
        let told = ends(dir.path(), &["data", "check", "folder:."], 2).1;
        assert!(told.contains(words), "{told}");
    }
}

#[test]
fn images_of_formats_that_are_not_read_are_named_with_the_way_out() {
    let (dir, _) = usual();
    let files: [(&str, &[u8], &str); 7] = [
        ("x.heic", b"\0\0\0\x18ftypheic\0\0\0\0", "a HEIC image"),
        ("x.jpg", b"\0\0\0\x18ftypmif1\0\0\0\0", "a HEIC image"),
        ("x.avif", b"\0\0\0\x1Cftypavif\0\0\0\0", "an AVIF image"),
        ("x", b"\0\0\0\x1Cftypavif\0\0\0\0", "an AVIF image"),
        ("x.tiff", b"II*\0\x08\0\0\0", "a TIFF"),
        ("x.TIF", b"MM\0+\0\x08\0\0", "a TIFF"),
        ("x.jxl", b"\xFF\x0A\0\0", "a JPEG XL"),
    ];
    for (name, bytes, words) in files {
        for half in ["train", "test"] {
            fs::remove_dir_all(dir.path().join(half).join("cold")).expect("removed");
            fs::create_dir(dir.path().join(half).join("cold")).expect("made");
            fs::write(dir.path().join(half).join("cold").join(name), bytes).expect("written");
        }
        let said = error(&folder(dir.path()));
        assert!(said.contains(words) && said.contains("not read; convert it to PNG"), "{said}");
        assert!(!said.contains("without images"), "{said}");
    }
}

/// Decoders give an image without pixels, or refuse what they call unsupported.
#[test]
fn images_of_impossible_sides_are_refused_by_their_sides() {
    let (dir, _) = usual();
    let encoded = |format: ImageFormat| {
        let mut bytes = std::io::Cursor::new(Vec::new());
        picture().write_to(&mut bytes, format).expect("written");
        bytes.into_inner()
    };
    let with = |format: ImageFormat, at: usize, sides: &[u8]| {
        let mut bytes = encoded(format);
        bytes[at..at + sides.len()].copy_from_slice(sides);
        bytes
    };
    let files = [
        ("x.gif", with(ImageFormat::Gif, 6, &[0; 4]), "a GIF of 0×0 pixels"),
        ("x.gif", with(ImageFormat::Gif, 6, &[0xFF; 4]), "a GIF of 65535×65535 pixels, more than are read"),
        ("x.bmp", with(ImageFormat::Bmp, 18, &[0; 8]), "a BMP of 0×0 pixels"),
        ("x.bmp", with(ImageFormat::Bmp, 18, &[0xFF, 0xFF, 0xFF, 0x7F, 1, 0, 0, 0]), "a BMP of 2147483647×1 pixels"),
        ("x.ppm", b"P6 0 0 255\n".to_vec(), "a PNM of 0×0 pixels"),
        ("x.ppm", b"P6 99999999 99999999 255\n123".to_vec(), "a PNM of 99999999×99999999 pixels, more than are read"),
    ];
    for (name, bytes, words) in files {
        fs::write(dir.path().join("train/cold").join(name), bytes).expect("written");
        let said = error(&folder(dir.path()));
        assert!(said.contains(&format!("{name}: {words}")), "{said}");
        fs::remove_file(dir.path().join("train/cold").join(name)).expect("removed");
    }
}

/// Whatever a decoder gives is three planes of one size.
#[test]
fn images_of_every_depth_and_kind_of_color_are_read() {
    use image::DynamicImage;
    let (dir, _) = usual();
    let cold = dir.path().join("train/cold");
    let whole = DynamicImage::ImageRgb8(picture());
    let images = [
        DynamicImage::ImageRgba8(whole.to_rgba8()),
        DynamicImage::ImageLuma8(whole.to_luma8()),
        DynamicImage::ImageLumaA8(whole.to_luma_alpha8()),
        DynamicImage::ImageRgb16(whole.to_rgb16()),
        DynamicImage::ImageLuma16(whole.to_luma16()),
        DynamicImage::ImageRgba16(whole.to_rgba16()),
    ];
    for (index, image) in images.iter().enumerate() {
        image.save(cold.join(format!("z{index}.png"))).expect("written");
    }
    let data = read(dir.path()).data;
    assert_eq!(data.train.labels, [[0; 10].as_slice(), &[1; 4]].concat());
    let plane = |image: usize| &data.train.pixels[image * 192..(image + 1) * 192];
    // Of 16 bits each is resized before it is rounded to 8.
    for (image, name) in [(7, "16 bits"), (9, "16 bits and alpha")] {
        assert!(plane(image).iter().zip(plane(4)).all(|(one, other)| one.abs_diff(*other) <= 2), "{name}");
    }
}
