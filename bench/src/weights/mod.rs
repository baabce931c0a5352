//! Weights on disk: PyTorch's files (`.safetensors`, `.pt`, `.pth`) in torchvision's names, and our own (`.bpk`).
//!
//! [`load`] and [`save`] tell the format by the file's ending. [`agreement`] compares what a network computes with what
//! PyTorch did; [`accuracy`] tests it on images.

pub(crate) mod accuracy;
pub(crate) mod agreement;
mod file;
mod pickle;

use std::fmt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use skipbench_models::{Fit, ModelSpec, Network, State, torchvision};

pub(crate) use file::Format;
pub use file::read;

/// Tensors that do not fit a network.
#[derive(Debug, Clone, thiserror::Error)]
pub(crate) struct Misfits {
    /// The file.
    pub path: PathBuf,
    /// The tensors, in PyTorch's names.
    pub fits: Vec<Fit>,
}

/// Most misfits that are told; `check` tells them all.
const TOLD: usize = 20;

impl fmt::Display for Misfits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.fits.len();
        write!(f, "{}: {count} tensor(s) do not fit; another model, size or number of classes?", self.path.display())?;
        for fit in self.fits.iter().take(TOLD) {
            write!(f, "\n  {fit}")?;
        }
        match count.checked_sub(TOLD) {
            Some(more @ 1..) => write!(f, "\n  and {more} more; `skipbench weights check` lists them all"),
            _ => Ok(()),
        }
    }
}

/// The tensors of a file of any format, in PyTorch's names and layout; those of our own are `spec`'s.
///
/// # Errors
/// A file that cannot be read.
pub(crate) fn tensors(path: &Path, spec: &ModelSpec) -> Result<State> {
    match Format::of(path)? {
        Format::Burnpack => Ok(torchvision::export(spec, file::read_ours(path)?)),
        Format::Safetensors | Format::Pytorch => read(path),
    }
}

/// `model`, which is `spec` built, with the weights of a file.
///
/// # Errors
/// A file that cannot be read, or `Misfits`.
pub fn load<N: Network>(path: &Path, spec: &ModelSpec, model: N) -> Result<N> {
    let misfits = |fits| Misfits { path: path.to_path_buf(), fits };
    Ok(torchvision::import(spec, model, &tensors(path, spec)?).map_err(misfits)?)
}

/// Writes the weights of `model`, which is `spec` built, into a new file: whole or not at all.
///
/// # Errors
/// A file that is already there or cannot be written.
pub fn save<N: Network>(path: &Path, spec: &ModelSpec, model: &N) -> Result<()> {
    let format = Format::of(path)?;
    ensure!(!path.exists(), "{}: already there; move it away or write to another file", path.display());
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let scratch = tempfile::tempdir_in(folder).with_context(|| format!("{}", folder.display()))?;
    let whole = scratch.path().join("whole").with_extension(path.extension().unwrap_or_default());
    let exported = || torchvision::export(spec, State::of(model));
    match format {
        Format::Burnpack => model.clone().save_file(&whole).map_err(|error| anyhow::anyhow!("{error}")),
        Format::Safetensors => file::write_safetensors(&whole, &exported()),
        Format::Pytorch => pickle::write(&whole, &exported()),
    }
    .and_then(|()| Ok(std::fs::rename(&whole, path)?))
    .with_context(|| format!("{}", path.display()))
}
