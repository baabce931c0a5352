//! MNIST and Fashion-MNIST in the layout in which they are published: IDX, plain or packed by gzip.
//!
//! LeCun et al. 1998, <http://yann.lecun.com/exdb/mnist/>; Xiao et al. 2017, arXiv:1708.07747. A file is a number for
//! its kind (2051: images, 2049: labels), its sides in big-endian order, and the bytes.

use std::io::{self, Cursor, Read, Seek};
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;
use md5::{Digest, Md5};
use skipbench_models::Images;

use super::regular::Regular;
use super::{DATA_DIR, DataError, DataSet, Half, Split, elsewhere, regular};
use crate::files::packed;

/// One of the two sets.
pub(super) struct Layout {
    name: &'static str,
    /// Folders in which people have it, below the directory that is named.
    folders: &'static [&'static str],
    /// MD5 of the packed files as published: images and labels to train on, images and labels for the test.
    md5: [&'static str; 4],
}

pub(super) const MNIST: Layout = Layout {
    name: "mnist",
    folders: &["mnist", "MNIST/raw", "MNIST"],
    md5: [
        "f68b3c2dcbeaaa9fbdd348bbdeb94873",
        "d53e105ee54ea40749a09fcbcd1e9432",
        "9fb629c4189551a2d022fa330f9573f3",
        "ec29112dd5afa0611ce80d1b7f02629c",
    ],
};

pub(super) const FASHION: Layout = Layout {
    name: "fashion-mnist",
    folders: &[
        "fashion-mnist",
        "FashionMNIST/raw",
        "FashionMNIST",
        "fashion_mnist",
        "fashion-mnist/data/fashion",
        "fashion",
    ],
    md5: [
        "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
        "25c81989df183df01b3e8a0aad5dffbe",
        "bef4ecab320f06d8554ea6380940ec79",
        "bb300cfdad3c16e7a12a480ee83cd310",
    ],
};

const CLASSES: usize = 10;

/// Largest count of images and largest side that are read.
const MOST_IMAGES: usize = 10_000_000;
const LARGEST_SIDE: usize = 1024;

/// The four files: whether for the test, and whether labels.
const FILES: [(&str, bool); 4] = [("train", false), ("train", true), ("t10k", false), ("t10k", true)];

/// What a file is called: as published, and as some unpack it.
fn names((half, labels): (&str, bool)) -> [String; 4] {
    let (what, sides) = if labels { ("labels", 1) } else { ("images", 3) };
    let (published, other) = (format!("{half}-{what}-idx{sides}-ubyte"), format!("{half}-{what}.idx{sides}-ubyte"));
    [published.clone(), other.clone(), format!("{published}.gz"), format!("{other}.gz")]
}

fn place(dir: &Path, file: (&str, bool)) -> Option<PathBuf> {
    names(file).into_iter().map(|name| dir.join(name)).find(|path| path.exists())
}

/// Whether a folder holds such files.
pub(super) fn holds(dir: &Path) -> bool {
    FILES.iter().any(|file| place(dir, *file).is_some())
}

/// Reads the halves that are asked for.
pub(super) fn load(layout: &Layout, dir: &Path, wanted: Half) -> Result<DataSet, DataError> {
    let folder = find(layout, dir)?;
    let mut images = None;
    let mut split = |half: &str, is_wanted: bool| {
        if is_wanted { read(layout, &folder, half, &mut images) } else { Ok(Split::default()) }
    };
    let (train, test) = (split("train", wanted.trains())?, split("t10k", wanted.tests())?);
    let size = images.unwrap_or(28);
    Ok(DataSet { images: Images { size, channels: 1, classes: CLASSES }, train, test })
}

fn find(layout: &Layout, dir: &Path) -> Result<PathBuf, DataError> {
    let below = layout.folders.iter().map(|folder| dir.join(folder));
    if let Some(found) = below.chain([dir.to_path_buf()]).find(|folder| holds(folder)) {
        return Ok(found);
    }
    let fix = match elsewhere::below(dir, holds) {
        Some(found) => format!("such files are in {0}; give --dir {0} (or --data)", found.display()),
        None => elsewhere::of_path(dir).unwrap_or_else(|| {
            format!(
                "it takes the four files that {} is published as, packed or not; say where they are with --data DIR, \
                 --dir DIR or {DATA_DIR}",
                layout.name
            )
        }),
    };
    Err(DataError::Missing { path: dir.join(&names(FILES[0])[0]), fix })
}

fn read(layout: &Layout, dir: &Path, half: &str, side: &mut Option<usize>) -> Result<Split, DataError> {
    let path = |labels: bool| {
        let fix = format!("other files of {} are there; put it beside them", layout.name);
        let missing = || DataError::Missing { path: dir.join(&names((half, labels))[0]), fix };
        place(dir, (half, labels)).ok_or_else(missing)
    };
    let (images, labels) = (path(false)?, path(true)?);
    let (sides, pixels) = contents::<3>(&images, 2051)?;
    let ([count], labeled) = contents::<1>(&labels, 2049)?;
    let [images_count, rows, columns] = sides;
    if images_count != count {
        return Err(DataError::corrupt(
            &labels,
            format!("{count} labels"),
            format!("{images_count}, one for each image"),
        ));
    }
    let alike = rows == columns && side.is_none_or(|side| side == rows);
    if !alike {
        return Err(DataError::corrupt(&images, format!("images of {rows}×{columns}"), "square images of one size"));
    }
    if let Some(index) = labeled.iter().position(|label| usize::from(*label) >= CLASSES) {
        let found = format!("label {} of image {index}", labeled[index]);
        return Err(DataError::corrupt(&labels, found, format!("a label below {CLASSES}")));
    }
    *side = Some(rows);
    Ok(Split { pixels, labels: labeled.into_iter().map(u16::from).collect() })
}

/// Whether a file is packed by gzip. Its first bytes say it: browsers unpack what they download and keep its name.
fn is_packed(regular: &mut Regular) -> io::Result<bool> {
    let head = regular.read(2)?;
    regular.file.rewind()?;
    Ok(head == b"\x1F\x8B")
}

/// Sides and bytes of a file of `N` sides. The size is compared before anything is read.
fn contents<const N: usize>(path: &Path, kind: u32) -> Result<([usize; N], Vec<u8>), DataError> {
    let mut regular = regular::open(path)?;
    let packed = is_packed(&mut regular).map_err(|source| DataError::io(path, source))?;
    let Regular { mut file, bytes: length } = regular;
    let corrupt = |found: String, expected: String| DataError::corrupt(path, found, expected);
    let mut reader: Box<dyn Read> = if packed { Box::new(GzDecoder::new(&mut file)) } else { Box::new(&mut file) };
    let what = if N == 1 { "labels" } else { "images" };
    let mut head = Vec::new();
    // What cannot be unpacked has no header, and is told so below.
    let _ = reader.by_ref().take(packed::HEAD).read_to_end(&mut head);
    if let Some(archive) = packed::packed(&head) {
        let found = if packed { format!("packed by gzip, and within it {archive}") } else { archive.to_owned() };
        let way_out =
            format!("IDX {what}, plain or packed once by gzip; unpack it and put the file itself in its place");
        return Err(corrupt(found, way_out));
    }
    let mut reader = Cursor::new(head).chain(reader);
    let mut number = || {
        let mut bytes = [0; 4];
        let read = reader.read_exact(&mut bytes);
        read.map(|()| u32::from_be_bytes(bytes))
            .map_err(|_| corrupt("a file without its header".into(), format!("IDX {what}")))
    };
    let found = number()?;
    if found != kind {
        return Err(corrupt(
            format!("a file that begins with {found}"),
            format!("IDX {what}, which begin with {kind}"),
        ));
    }
    let mut sides = [0; N];
    for side in &mut sides {
        *side = number()? as usize;
    }
    if sides[0] > MOST_IMAGES || sides[1..].iter().any(|side| !(1..=LARGEST_SIDE).contains(side)) || sides[0] == 0 {
        return Err(corrupt(format!("sides {sides:?}"), format!("from 1 to {MOST_IMAGES} {what}")));
    }
    let expected = sides.iter().fold(1u64, |product, side| product * *side as u64);
    let header = 4 + 4 * N as u64;
    let wrong =
        |found: u64| corrupt(format!("{found} bytes"), format!("{} for its {} {what}", header + expected, sides[0]));
    if !packed && length != header + expected {
        return Err(wrong(length));
    }
    let mut bytes = Vec::new();
    let read = reader.take(expected + 1).read_to_end(&mut bytes);
    read.map_err(|error| corrupt(format!("a damaged gzip file ({error})"), "a whole one".to_owned()))?;
    if bytes.len() as u64 == expected { Ok((sides, bytes)) } else { Err(wrong(header + bytes.len() as u64)) }
}

/// In what the files differ from the published ones, as far as that is known: of unpacked ones only their counts are.
pub(super) fn differences(layout: &Layout, dir: &Path, data: &DataSet) -> Result<Vec<String>, DataError> {
    let folder = find(layout, dir)?;
    let mut differences = Vec::new();
    for (half, found, published) in [("train", data.train.count(), 60_000), ("test", data.test.count(), 10_000)] {
        if found != published {
            differences.push(format!("{found} {half} images, published with {published}"));
        }
    }
    for (file, md5) in FILES.iter().zip(layout.md5) {
        let Some(path) = place(&folder, *file) else { continue };
        let mut regular = regular::open(&path)?;
        if !is_packed(&mut regular).map_err(|source| DataError::io(&path, source))? {
            continue;
        }
        let bytes = regular.read(1 << 30).map_err(|source| DataError::io(&path, source))?;
        if crate::system::text::hex(&Md5::digest(bytes)) != md5 {
            differences.push(format!("{}: other bytes than those published, or packed again", path.display()));
        }
    }
    Ok(differences)
}
