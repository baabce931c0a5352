//! Weights on disk: PyTorch's files in torchvision's names or those of other zoos, and our own (`.bpk`).
//!
//! [`load`] tells the format by a file's first bytes and finds the tensors by their names; [`save`] writes the format
//! that an ending says. [`agreement`] compares what a network computes with what PyTorch did; [`accuracy`] tests it on
//! [`images`].

pub(crate) mod accuracy;
pub(crate) mod agreement;
mod burnpack;
mod element;
mod format;
pub(crate) mod images;
mod names;
mod safe;
mod tensor;
mod torch;

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use burn::tensor::TensorData;
use skipbench_models::{Fit, ModelSpec, Network, State, torchvision};
use skipbench_reports::analyses::quantity::format_number_of;

pub(crate) use burnpack::{seal, verify};
pub(crate) use format::Format;
pub(crate) use tensor::shown;

use element::{Element, way_out};
use format::Content;
use names::{Located, Wanted, locate};
use tensor::{Contents, Entry, escape_controls};

/// Tensors that do not fit a network.
#[derive(Debug, Clone, thiserror::Error)]
pub(crate) struct Misfits {
    /// The file.
    pub path: PathBuf,
    /// The tensors, in PyTorch's names.
    pub fits: Vec<Fit>,
    /// Why, as far as their names tell.
    pub hints: Vec<String>,
}

/// Most misfits that are told; `check` tells them all.
const LISTED: usize = 20;

impl fmt::Display for Misfits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.fits.len();
        let (tensors, verb) = (format_number_of(count, "tensor"), if count == 1 { "does" } else { "do" });
        write!(
            f,
            "{}: {tensors} {verb} not fit; is it of another model, size or number of classes?",
            self.path.display()
        )?;
        for hint in &self.hints {
            write!(f, "\n  {}", escape_controls(hint))?;
        }
        for fit in self.fits.iter().take(LISTED) {
            let fit = Fit { name: shown(&fit.name).into_owned(), ..fit.clone() };
            write!(f, "\n  {fit}")?;
        }
        match count.checked_sub(LISTED) {
            Some(more @ 1..) => write!(f, "\n  and {more} more; `skipbench weights check` lists them all"),
            _ => Ok(()),
        }
    }
}

/// What a file holds of a network.
#[derive(Debug, Clone)]
pub struct Found {
    /// Every tensor that the network wants, in PyTorch's names, and what makes the file another network's.
    pub fits: Vec<Fit>,
    /// What is worth telling of a file that fits.
    pub notes: Vec<String>,
    /// Why it does not fit, as far as names tell.
    pub hints: Vec<String>,
    /// The wanted tensors, in PyTorch's names; none unless all fit.
    tensors: Option<State>,
}

/// A network with the weights of a file.
#[derive(Debug, Clone)]
pub struct Loaded<N> {
    /// The network.
    pub model: N,
    /// What is worth telling of the file.
    pub notes: Vec<String>,
}

/// What the file holds of `model`, which is `spec` built.
///
/// # Errors
/// A file that is missing, damaged, refused or of another format; weights that are not finite.
pub fn find<N: Network>(path: &Path, spec: &ModelSpec, model: &N) -> Result<Found> {
    let wanted = torchvision::export(spec, State::of(model));
    let found = match format::open(path)? {
        (_, Content::Burnpack) => {
            let state = torchvision::export(spec, burnpack::read(path)?);
            let fits = skipbench_models::fit(wanted.iter(), state.iter());
            let all = fits.iter().all(Fit::fits);
            Found { fits, notes: Vec::new(), hints: Vec::new(), tensors: all.then_some(state) }
        }
        (file, content) => {
            let wanted: Vec<Wanted> =
                wanted.iter().map(|(name, data)| (name.to_owned(), data.shape().to_vec())).collect();
            contents(file, content)
                .and_then(|contents| among(contents, &wanted))
                .with_context(|| path.display().to_string())?
        }
    };
    if let Some(tensors) = &found.tensors {
        finite(tensors).with_context(|| path.display().to_string())?;
    }
    Ok(found)
}

fn contents(file: std::fs::File, content: Content) -> Result<Contents> {
    match content {
        Content::Safetensors => safe::read(file),
        Content::Archive => torch::read_archive(file),
        Content::Stream => torch::read_stream(file),
        Content::Early => torch::read_early(file),
        Content::Burnpack => anyhow::bail!("our own format; PyTorch's are .safetensors, .pt and .pth"),
    }
}

/// The numbers are read only if all fits.
fn among(mut contents: Contents, wanted: &[Wanted]) -> Result<Found> {
    ensure!(
        !contents.entries.is_empty(),
        "it holds no tensor; in Python, save the state_dict of the network: torch.save(model.state_dict(), \"weights.pth\")"
    );
    let Located { parts, fits, notes, hints } = locate(wanted, &contents.entries);
    if !fits.iter().all(Fit::fits) {
        let hints = hints.into_iter().chain(describe_unread(&contents.entries)).collect();
        return Ok(Found { fits, notes, hints, tensors: None });
    }
    let mut tensors = Vec::new();
    for ((name, shape), parts) in wanted.iter().zip(parts) {
        let mut numbers: Vec<f32> = Vec::new();
        for part in parts {
            let entry = contents.entries[part].clone();
            numbers.extend(contents.read(&entry)?.iter::<f32>());
        }
        tensors.push((name.clone(), TensorData::new(numbers, shape.clone())));
    }
    Ok(Found { fits, notes, hints, tensors: Some(tensors.into_iter().collect()) })
}

/// What is said of tensors whose numbers are not read, a sentence for each kind. Where they are the network's, others
/// are packed away beside them, and seem to be missing.
fn describe_unread(entries: &[Entry]) -> Vec<String> {
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    for entry in entries {
        if let Element::Other(what, _) = entry.element {
            *kinds.entry(what).or_default() += 1;
        }
    }
    let sentence = |(what, count): (&str, usize)| {
        let tensors = format_number_of(count, "tensor");
        format!("{tensors} in the file: {what}, which are not read{}", way_out(what))
    };
    kinds.into_iter().map(sentence).collect()
}

/// # Errors
/// Weights with which no network computes anything.
fn finite(state: &State) -> Result<()> {
    let broken = |data: &TensorData| data.iter::<f32>().any(|number| !number.is_finite());
    let names: Vec<&str> = state.iter().filter(|(_, data)| broken(data)).map(|(name, _)| name).collect();
    let (count, first) = (names.len(), names.first().unwrap_or(&""));
    ensure!(
        names.is_empty(),
        "{count} of {} tensors hold numbers that are not finite (NaN or infinite), the first `{first}`; a training that \
         diverged leaves such weights",
        state.len()
    );
    Ok(())
}

/// `model`, which is `spec` built, with the weights of a file.
///
/// # Errors
/// As `find`, or `Misfits`.
pub fn load<N: Network>(path: &Path, spec: &ModelSpec, model: N) -> Result<Loaded<N>> {
    let Found { fits, notes, hints, tensors } = find(path, spec, &model)?;
    let misfits = |fits: Vec<Fit>| Misfits {
        path: path.to_path_buf(),
        fits: fits.into_iter().filter(|fit| !fit.fits()).collect(),
        hints,
    };
    let Some(tensors) = tensors else { return Err(misfits(fits).into()) };
    let model = torchvision::import(spec, model, &tensors).map_err(misfits)?;
    Ok(Loaded { model, notes })
}

/// The floating-point tensors of a `.safetensors`, `.pt` or `.pth` file under the names that they have there,
/// as f32 and in the order of the names.
///
/// # Errors
/// A file that is missing, damaged or of another format.
pub fn read(path: &Path) -> Result<State> {
    let (file, content) = format::open(path)?;
    let read = || -> Result<State> {
        let mut contents = contents(file, content)?;
        let floats = contents.entries.iter().filter(|entry| entry.element.is_float());
        let named: BTreeMap<String, Entry> = floats.map(|entry| (entry.name.clone(), entry.clone())).collect();
        named.into_values().map(|entry| Ok((entry.name.clone(), contents.read(&entry)?))).collect()
    };
    read().with_context(|| path.display().to_string())
}

/// Writes the weights of `model`, which is `spec` built, into a new file: whole or not at all.
///
/// # Errors
/// A file that is already there or cannot be written.
pub fn save<N: Network>(path: &Path, spec: &ModelSpec, model: &N) -> Result<()> {
    let format = Format::of_ending(path)?;
    ensure!(!path.exists(), "{}: already there; move it away or write to another file", path.display());
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let scratch = tempfile::tempdir_in(folder).with_context(|| format!("{}", folder.display()))?;
    let whole = scratch.path().join("whole").with_extension(path.extension().unwrap_or_default());
    let exported = || torchvision::export(spec, State::of(model));
    match format {
        Format::Burnpack => {
            let saved = model.clone().save_file(&whole).map_err(|error| anyhow::anyhow!("{error}"));
            saved.and_then(|()| seal(&whole))
        }
        Format::Safetensors => safe::write(&whole, &exported()),
        Format::Pytorch => torch::write(&whole, &exported()),
    }
    .and_then(|()| Ok(std::fs::rename(&whole, path)?))
    .with_context(|| format!("{}", path.display()))
}
