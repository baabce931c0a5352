//! What a file of weights is. Its first bytes say it, not its name: one format goes by many endings, and one ending
//! stands for many formats.

use std::fs::{self, File};
use std::io::Read;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};

use super::torch;
use crate::files::mistaken::{mistaken, of_another_kind};
use crate::files::packed::{HEAD, is_tape, packed};

/// How a file holds tensors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// Hugging Face's format of raw tensors behind a JSON header.
    Safetensors,
    /// What `torch.save` writes; also the older forms of it.
    Pytorch,
    /// Burn's own, as in checkpoints.
    Burnpack,
}

impl Format {
    /// The format that is to be written under a name: its ending says it.
    ///
    /// # Errors
    /// Any other ending.
    pub(crate) fn of_ending(path: &Path) -> Result<Self> {
        match path.extension().map(|ending| ending.to_string_lossy().to_lowercase()).as_deref() {
            Some("safetensors") => Ok(Format::Safetensors),
            Some("pt" | "pth") => Ok(Format::Pytorch),
            Some("bpk") => Ok(Format::Burnpack),
            _ => bail!("{}: weights are written to .safetensors, .pt, .pth or .bpk files", path.display()),
        }
    }
}

/// What the first bytes are, where there is something to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Content {
    Safetensors,
    Archive,
    Stream,
    Early,
    Burnpack,
}

/// Opens a file of weights and says what it is.
///
/// # Errors
/// A path that is no ordinary file, and a file that holds something else, by what it is and what to do.
pub(super) fn open(path: &Path) -> Result<(File, Content)> {
    let meta = fs::metadata(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => anyhow::anyhow!("{}: no such file{}", path.display(), hint_of_home(path)),
        _ => anyhow::anyhow!("{}: {error}", path.display()),
    })?;
    if meta.is_dir() {
        bail!("{}: a folder; {}", path.display(), hint_of_folder(path));
    }
    ensure!(meta.is_file(), "{}: not an ordinary file (a device, pipe or socket)", path.display());
    let mut file = File::open(path).with_context(|| format!("{}", path.display()))?;
    let mut head = Vec::new();
    Read::by_ref(&mut file).take(HEAD).read_to_end(&mut head).with_context(|| format!("{}", path.display()))?;
    match content(&head, meta.len()) {
        Ok(content) => Ok((file, content)),
        Err(what) => bail!("{}: {what}", path.display()),
    }
}

/// What is said where a shell has left `~` as it is.
fn hint_of_home(path: &Path) -> String {
    match crate::files::data::beyond_home(path) {
        Some(meant) => format!("; `~` stands for your home directory only in the shell: write {}", meant.display()),
        None => String::new(),
    }
}

/// The way out of a folder.
fn hint_of_folder(path: &Path) -> String {
    let weights = |name: &str| {
        let lower = name.to_lowercase();
        [".safetensors", ".pth", ".pt", ".bin", ".ckpt", ".bpk", ".tar", ".th"]
            .iter()
            .any(|ending| lower.ends_with(ending))
    };
    let entries = fs::read_dir(path).into_iter().flatten().flatten().take(1000);
    let mut names: Vec<String> =
        entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).filter(|name| weights(name)).collect();
    names.sort();
    match names.as_slice() {
        [] if path.join("data.pkl").exists() => {
            "an unpacked file of torch.save: pack it again (zip -0 -r), or name the file that it was".to_owned()
        }
        [] => "name the file of weights".to_owned(),
        names => format!("name a file in it: {}", names[..names.len().min(5)].join(", ")),
    }
}

/// What a file that begins with `head` is, or what else it is in words.
fn content(head: &[u8], length: u64) -> Result<Content, String> {
    let is = |start: &[u8]| head.starts_with(start);
    match () {
        () if is(b"PK\x03\x04") => Ok(Content::Archive),
        () if is(b"NRUB") => Ok(Content::Burnpack),
        () if torch::is_stream(head) => Ok(Content::Stream),
        () if is_tape(head) || is_old_tape(head) => Ok(Content::Early),
        () if is_safetensors(head, length) => Ok(Content::Safetensors),
        () => Err(describe_other(head)),
    }
}

/// A TAR from before 1988 has no mark, but names its first member at once.
fn is_old_tape(head: &[u8]) -> bool {
    ["sys_info\0", "pickle\0", "tensors\0", "storages\0"].iter().any(|name| head.starts_with(name.as_bytes()))
}

fn is_safetensors(head: &[u8], length: u64) -> bool {
    let size = head.first_chunk().map(|size| u64::from_le_bytes(*size));
    head.get(8) == Some(&b'{') && size.is_some_and(|size| size <= length.saturating_sub(8))
}

/// What people have instead of weights.
fn describe_other(head: &[u8]) -> String {
    let is = |start: &[u8]| head.starts_with(start);
    let contains = |word: &[u8]| head.windows(word.len()).any(|part| part == word);
    if let Some(what) = packed(head) {
        return format!("{what}; unpack it and name the file of weights in it");
    }
    let what = match () {
        () if contains(b"\"weight_map\"") => {
            "the index of weights in several files; load them in Python and save them as one (save_pretrained with a \
             large max_shard_size)"
        }
        () if is(b"PK\x05\x06") => "an empty ZIP archive; download it again",
        () if is(b"\x89HDF\r\n") => "an HDF5 file (Keras or old TensorFlow); only PyTorch's weights are read",
        () if is(b"GGUF") => "a GGUF file (llama.cpp); only PyTorch's weights are read",
        () if is(b"\x93NUMPY") => "an array of NumPy (.npy), which has no name; only PyTorch's weights are read",
        () if head.get(8) == Some(&b'{') => {
            "a .safetensors file that was cut short within its header; download it again"
        }
        () if is(b"\x80") => {
            "a pickle, but not one of torch.save; load it in Python and write its state_dict with torch.save"
        }
        () => match (mistaken(head), of_another_kind(head)) {
            (Some(what), _) => what,
            (None, Some(what)) => return format!("{what}, not weights; name the file of weights"),
            (None, None) => {
                "no file of weights: neither safetensors, nor what torch.save writes, nor .bpk; name the file of \
                 weights, or download it again"
            }
        },
    };
    what.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_file_of_weights_is_said_in_words() {
        let said = |head: &[u8]| content(head, head.len() as u64).expect_err("no weights");
        assert!(said(b"").contains("empty file"));
        assert!(said(b"version https://git-lfs.github.com/spec/v1\noid").contains("git lfs pull"));
        assert!(said(b"\n<!DOCTYPE html>").contains("web page"));
        assert!(said(b"\xEF\xBB\xBF<HTML>").contains("web page"));
        assert!(said(b"\x1F\x8B\x08").contains("gzip"));
        assert!(said(&[0; 100]).contains("zeros"));
        assert!(said(b"\x80\x04}.").contains("not one of torch.save"));
        assert!(said(b"\xFF\0\0\0\0\0\0\0{\"a\"").contains("cut short"));
        assert!(said(b"onnx").contains("no file of weights"));
    }
}
