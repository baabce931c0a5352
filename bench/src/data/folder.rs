//! A folder of images: `train/<class>/*` and `test/<class>/*`, JPEG or PNG of any size, resized to one.

use std::fs;
use std::path::{Path, PathBuf};

use image::imageops::FilterType;
use skipbench_models::Images;

use super::{DataError, DataSet, Split, whole};

/// Reads every image, classes and files in the order of their names.
pub(super) fn load(dir: &Path, size: usize) -> Result<DataSet, DataError> {
    let (classes, tested) = (classes(&dir.join("train"))?, classes(&dir.join("test"))?);
    if let Some(odd) = classes.iter().chain(&tested).find(|class| !(classes.contains(class) && tested.contains(class)))
    {
        let missing = if classes.contains(odd) { "test" } else { "train" };
        let fix = "train and test need the same classes".to_owned();
        return Err(DataError::Missing { path: dir.join(missing).join(odd), fix });
    }
    if classes.len() < 2 {
        let (found, expected) =
            (format!("{} folder(s)", classes.len()), "a folder for each of 2 or more classes".into());
        return Err(DataError::Corrupt { path: dir.join("train"), found, expected });
    }
    let split = |name: &str| split(&dir.join(name), &classes, size);
    let images = Images { size, channels: 3, classes: classes.len() };
    Ok(DataSet { images, train: split("train")?, test: split("test")? })
}

fn classes(dir: &Path) -> Result<Vec<String>, DataError> {
    if !dir.is_dir() {
        let fix = "a folder of images holds train/<class>/* and test/<class>/*".to_owned();
        return Err(DataError::Missing { path: dir.into(), fix });
    }
    let folders = entries(dir)?.into_iter().filter(|path| path.is_dir());
    Ok(folders.filter_map(|path| Some(path.file_name()?.to_string_lossy().into_owned())).collect())
}

/// What `dir` holds, sorted, without hidden files.
fn entries(dir: &Path) -> Result<Vec<PathBuf>, DataError> {
    let read = fs::read_dir(dir).map_err(|source| DataError::io(dir, source))?;
    let paths: Result<Vec<PathBuf>, _> = read.map(|entry| entry.map(|entry| entry.path())).collect();
    let mut paths = paths.map_err(|source| DataError::io(dir, source))?;
    paths.retain(|path| !path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.')));
    paths.sort();
    Ok(paths)
}

fn split(dir: &Path, classes: &[String], size: usize) -> Result<Split, DataError> {
    let mut split = Split::default();
    for (label, class) in classes.iter().enumerate() {
        let files = entries(&dir.join(class))?;
        if files.is_empty() {
            let expected = "at least one JPEG or PNG image".to_owned();
            return Err(DataError::Corrupt { path: dir.join(class), found: "an empty class".into(), expected });
        }
        for file in files {
            split.pixels.extend(decode(&file, size)?);
            split.labels.push(label as u16);
        }
    }
    Ok(split)
}

/// One image as RGB planes; resized with a triangle filter where its size differs. What it is its content says, not its name.
fn decode(path: &Path, size: usize) -> Result<Vec<u8>, DataError> {
    let corrupt = |found: String| {
        let expected = "a whole JPEG or PNG image".to_owned();
        DataError::Corrupt { path: path.into(), found, expected }
    };
    let bytes = fs::read(path).map_err(|source| DataError::io(path, source))?;
    let format = image::guess_format(&bytes).map_err(|error| corrupt(error.to_string()))?;
    if let Some(lack) = whole::lacks(format, &bytes) {
        return Err(corrupt(lack.to_owned()));
    }
    let image = image::load_from_memory_with_format(&bytes, format).map_err(|error| corrupt(error.to_string()))?;
    let side = size as u32;
    let image = match (image.width(), image.height()) {
        (width, height) if (width, height) == (side, side) => image,
        _ => image.resize_exact(side, side, FilterType::Triangle),
    };
    let pixels = image.to_rgb8().into_raw();
    Ok((0..3).flat_map(|channel| pixels.iter().skip(channel).step_by(3).copied()).collect())
}
