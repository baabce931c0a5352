//! Downloads data sets: resumed where they broke off, verified, and installed completely or not at all.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use flate2::read::GzDecoder;
use md5::{Digest, Md5};

/// A published archive.
#[derive(Debug, Clone)]
pub struct Archive {
    /// Name of the data set.
    pub name: String,
    /// Address at which its authors publish it.
    pub url: String,
    /// MD5 of the archive, as its home page gives it.
    pub md5: String,
    /// Name of the folder that the archive unpacks to.
    pub folder: String,
}

impl Archive {
    /// Returns the archive of `cifar10` or `cifar100`, from <https://www.cs.toronto.edu/~kriz/cifar.html>.
    pub fn published(name: &str) -> Option<Self> {
        let (file, md5, folder) = match name {
            "cifar10" => ("cifar-10-binary.tar.gz", "c32a1d4ab5d03f1284b67883e8d87530", "cifar-10-batches-bin"),
            "cifar100" => ("cifar-100-binary.tar.gz", "03b5dce01913d631647c71ecec9e9cb8", "cifar-100-binary"),
            _ => return None,
        };
        let url = format!("https://www.cs.toronto.edu/~kriz/{file}");
        Some(Self { name: name.to_owned(), url, md5: md5.to_owned(), folder: folder.to_owned() })
    }
}

/// Says why an archive was not installed. A partial download stays in place, to be resumed.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// The server or the connection to it failed.
    #[error("{url}: {source}; run the command again to go on where it stopped, or give another place with --from")]
    Http {
        /// The address.
        url: String,
        /// Why.
        source: Box<ureq::Error>,
    },
    /// The transfer broke off.
    #[error(
        "{url}: the transfer broke off after {bytes} bytes ({source}); {path} is kept, run the command again to go on from there"
    )]
    Broken {
        /// The address.
        url: String,
        /// The partial download.
        path: PathBuf,
        /// Bytes on disk.
        bytes: u64,
        /// Why.
        source: io::Error,
    },
    /// The archive is not the published one.
    #[error(
        "{path}: MD5 {found}, but {name} is published with MD5 {expected}; the file was removed, run the command again"
    )]
    Checksum {
        /// The download.
        path: PathBuf,
        /// The data set.
        name: String,
        /// MD5 of the download.
        found: String,
        /// MD5 as it was published.
        expected: String,
    },
    /// The archive does not contain its folder.
    #[error("{path}: the archive has no folder `{folder}`")]
    Layout {
        /// The download.
        path: PathBuf,
        /// Folder that it should contain.
        folder: String,
    },
    /// The file system refused.
    #[error("{path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

fn io_error(path: &Path) -> impl FnOnce(io::Error) -> FetchError + '_ {
    move |source| FetchError::Io { path: path.into(), source }
}

/// Longest time for which a server may send nothing.
const PATIENCE: Duration = Duration::from_secs(60);

/// Downloads `archive` into `dir` unless it is installed, and returns the installed folder. `progress` receives bytes
/// on disk and bytes in all.
///
/// # Errors
/// See [`FetchError`].
pub fn fetch(archive: &Archive, dir: &Path, progress: impl FnMut(u64, Option<u64>)) -> Result<PathBuf, FetchError> {
    fetch_within(archive, dir, PATIENCE, progress)
}

/// Does the same as [`fetch`] with a server that may be silent for `patience`, which is a minute there. The whole
/// download may take any time.
///
/// # Errors
/// See [`FetchError`].
pub fn fetch_within(
    archive: &Archive,
    dir: &Path,
    patience: Duration,
    mut progress: impl FnMut(u64, Option<u64>),
) -> Result<PathBuf, FetchError> {
    let folder = dir.join(&archive.folder);
    if folder.is_dir() {
        return Ok(folder);
    }
    fs::create_dir_all(dir).map_err(io_error(dir))?;
    let partial = dir.join(format!("{}.tar.gz.part", archive.name));
    // Where nothing came at all, nothing is left either: a folder with something in it is not removed.
    download(&archive.url, &partial, patience, &mut progress).inspect_err(|_| drop(fs::remove_dir(dir)))?;
    verify(archive, &partial)?;
    install(archive, &partial, dir)?;
    fs::remove_file(&partial).map_err(io_error(&partial))?;
    Ok(folder)
}

fn download(
    url: &str,
    partial: &Path,
    patience: Duration,
    progress: &mut impl FnMut(u64, Option<u64>),
) -> Result<(), FetchError> {
    let have = fs::metadata(partial).map_or(0, |meta| meta.len());
    let http = |source| FetchError::Http { url: url.to_owned(), source: Box::new(source) };
    let mut request = agent(patience).get(url);
    if have > 0 {
        request = request.header("Range", format!("bytes={have}-"));
    }
    let mut response = match request.call() {
        // The server has nothing after what is here: the file is whole, or the checksum will say that it is not.
        Err(ureq::Error::StatusCode(416)) => return Ok(()),
        other => other.map_err(http)?,
    };
    let resumed = response.status() == 206;
    let start = if resumed { have } else { 0 };
    let total = response.body().content_length().map(|rest| start + rest);
    let file = OpenOptions::new().create(true).append(resumed).write(true).truncate(!resumed).open(partial);
    let mut file = file.map_err(io_error(partial))?;
    let mut body = response.body_mut().as_reader();
    let written = copy(&mut body, &mut file, start, total, progress);
    written.map_err(|(bytes, source)| FetchError::Broken { url: url.to_owned(), path: partial.into(), bytes, source })
}

/// Returns an agent that gives up on a server that is silent, not on one that is slow.
fn agent(patience: Duration) -> ureq::Agent {
    let patience = Some(patience);
    let config = ureq::Agent::config_builder().timeout_resolve(patience).timeout_connect(patience);
    config.timeout_recv_response(patience).timeout_per_read(patience).build().into()
}

fn copy(
    body: &mut impl Read,
    file: &mut File,
    start: u64,
    total: Option<u64>,
    progress: &mut impl FnMut(u64, Option<u64>),
) -> Result<(), (u64, io::Error)> {
    let mut bytes = start;
    let mut buffer = vec![0; 1 << 16];
    loop {
        progress(bytes, total);
        let count = body.read(&mut buffer).map_err(|error| (bytes, error))?;
        if count == 0 {
            break;
        }
        file.write_all(&buffer[..count]).map_err(|error| (bytes, error))?;
        bytes += count as u64;
    }
    match total {
        Some(total) if bytes < total => Err((bytes, io::ErrorKind::UnexpectedEof.into())),
        _ => file.sync_all().map_err(|error| (bytes, error)),
    }
}

fn verify(archive: &Archive, partial: &Path) -> Result<(), FetchError> {
    let mut file = File::open(partial).map_err(io_error(partial))?;
    let mut hash = Md5::new();
    let mut buffer = vec![0; 1 << 16];
    loop {
        let count = file.read(&mut buffer).map_err(io_error(partial))?;
        if count == 0 {
            break;
        }
        hash.update(&buffer[..count]);
    }
    let found = crate::system::text::hex(&hash.finalize());
    if found == archive.md5 {
        return Ok(());
    }
    fs::remove_file(partial).map_err(io_error(partial))?;
    Err(FetchError::Checksum { path: partial.into(), name: archive.name.clone(), found, expected: archive.md5.clone() })
}

/// Unpacks beside the target and renames, so the folder is complete or absent.
fn install(archive: &Archive, partial: &Path, dir: &Path) -> Result<(), FetchError> {
    let staging = dir.join(format!("{}.unpacking", archive.name));
    if staging.exists() {
        fs::remove_dir_all(&staging).map_err(io_error(&staging))?;
    }
    let file = File::open(partial).map_err(io_error(partial))?;
    tar::Archive::new(GzDecoder::new(file)).unpack(&staging).map_err(io_error(partial))?;
    let unpacked = staging.join(&archive.folder);
    if !unpacked.is_dir() {
        return Err(FetchError::Layout { path: partial.into(), folder: archive.folder.clone() });
    }
    fs::rename(&unpacked, dir.join(&archive.folder)).map_err(io_error(&unpacked))?;
    fs::remove_dir_all(&staging).map_err(io_error(&staging))
}
