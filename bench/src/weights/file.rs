//! Tensors in files, under the names that stand there.

use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use burn_store::{BurnpackStore, ModuleStore, PytorchStore, SafetensorsStore, bridge};
use safetensors::tensor::{Dtype, TensorView};
use skipbench_models::{State, torchvision};

/// How a file holds tensors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// `.safetensors`.
    Safetensors,
    /// What `torch.save` writes: `.pt` or `.pth`; also the older forms of it.
    Pytorch,
    /// Burn's own: `.bpk`, or no ending, as in checkpoints.
    Burnpack,
}

impl Format {
    /// By the file's ending.
    ///
    /// # Errors
    /// Any other ending.
    pub(crate) fn of(path: &Path) -> Result<Self> {
        match path.extension().map(|ending| ending.to_string_lossy().to_lowercase()).as_deref() {
            Some("safetensors") => Ok(Format::Safetensors),
            Some("pt" | "pth") => Ok(Format::Pytorch),
            Some("bpk") | None => Ok(Format::Burnpack),
            _ => bail!("{}: weights are in .safetensors, .pt, .pth or .bpk files", path.display()),
        }
    }
}

/// Where training scripts put a network's tensors, and what wrappers put before their names.
const PREFIXES: [&str; 4] = ["state_dict.", "model_state_dict.", "model.", "module."];

/// The floating-point tensors of a `.safetensors`, `.pt` or `.pth` file, as f32 and in torchvision's present names.
///
/// # Errors
/// A file that is missing, damaged or of another format.
pub fn read(path: &Path) -> Result<State> {
    ensure!(path.is_file(), "{}: no such file", path.display());
    let mut tensors = match Format::of(path)? {
        Format::Safetensors => floats(&mut SafetensorsStore::from_file(path)),
        // By default the store closes gaps in numbered names: it would make `mlp.1` of `mlp.3`.
        Format::Pytorch => floats(&mut PytorchStore::from_file(path).map_indices_contiguous(false)),
        Format::Burnpack => bail!("{}: our own format; PyTorch's are .safetensors, .pt and .pth", path.display()),
    }
    .with_context(|| format!("{}", path.display()))?;
    for prefix in PREFIXES {
        if tensors.iter().any(|(name, _)| name.starts_with(prefix)) {
            let within = |(name, data): (String, _)| Some((name.strip_prefix(prefix)?.to_owned(), data));
            tensors = tensors.into_iter().filter_map(within).collect();
        }
    }
    Ok(tensors.into_iter().map(|(name, data)| (torchvision::modern(&name), data)).collect())
}

/// The tensors of a file of our own, in our names.
///
/// # Errors
/// A file that is missing or damaged.
pub(super) fn read_ours(path: &Path) -> Result<State> {
    ensure!(path.is_file(), "{}: no such file", path.display());
    let tensors = floats(&mut BurnpackStore::from_file(path).auto_extension(false))
        .with_context(|| format!("{}", path.display()))?;
    // Burn writes which variant of an enum a network is, the only capital among the fields.
    let field = |part: &&str| !part.starts_with(char::is_uppercase);
    let path = |name: String| name.split('.').filter(field).collect::<Vec<_>>().join(".");
    Ok(tensors.into_iter().map(|(name, data)| (path(name), data)).collect())
}

/// What counts steps (`num_batches_tracked`) is no weight: integers are left out.
fn floats<S: ModuleStore>(store: &mut S) -> Result<State> {
    let tensors = store.get_all_tensors().map_err(|error| anyhow::anyhow!("{error}"))?;
    let data = |(name, tensor): (&String, _)| match bridge::to_data(tensor) {
        Ok(data) => Ok((name.clone(), data)),
        Err(error) => Err(anyhow::anyhow!("{name}: {error}")),
    };
    tensors.iter().filter(|(_, tensor)| tensor.dtype.is_float()).map(data).collect()
}

/// Writes tensors as they are named.
pub(super) fn write_safetensors(path: &Path, state: &State) -> Result<()> {
    let mut views = Vec::new();
    for (name, data) in state.iter() {
        views.push((name, TensorView::new(Dtype::F32, data.shape().to_vec(), data.as_bytes())?));
    }
    // The word by which PyTorch's libraries know that the layout is theirs.
    let metadata = [("format".to_owned(), "pt".to_owned())].into();
    Ok(safetensors::serialize_to_file(views, Some(metadata), path)?)
}
