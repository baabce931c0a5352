//! What `torch.load` reads: a ZIP archive of raw storages and a pickle that puts tensors together from them.
//!
//! The pickle is one dictionary from names to calls of `torch._utils._rebuild_tensor_v2(storage, offset, size, stride,
//! requires_grad, hooks)`, in protocol 2 (Python's `pickletools.py` names the opcodes). Nothing in it is beyond what
//! `torch.load(…, weights_only=True)` allows.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use anyhow::{Context, Result};
use skipbench_models::State;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// Writes tensors as they are named.
pub(in crate::files::weights) fn write(path: &Path, state: &State) -> Result<()> {
    let mut archive = ZipWriter::new(BufWriter::new(File::create(path)?));
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    let mut entry = |name: &str, bytes: &[u8]| -> Result<()> {
        archive.start_file(format!("weights/{name}"), stored.large_file(bytes.len() > 1 << 31))?;
        Ok(archive.write_all(bytes)?)
    };
    entry("data.pkl", &pickle(state)?)?;
    entry("byteorder", b"little")?;
    for (key, (_, data)) in state.iter().enumerate() {
        entry(&format!("data/{key}"), data.as_bytes())?;
    }
    entry("version", b"3\n")?;
    archive.finish()?.flush()?;
    Ok(())
}

/// The dictionary.
fn pickle(state: &State) -> Result<Vec<u8>> {
    let mut pickle = Pickle(b"\x80\x02}(".to_vec());
    for (key, (name, data)) in state.iter().enumerate() {
        pickle.text(name);
        pickle.tensor(key, data.shape().as_slice()).with_context(|| name.to_owned())?;
    }
    pickle.0.extend(b"u.");
    Ok(pickle.0)
}

/// Opcodes, one after another.
struct Pickle(Vec<u8>);

impl Pickle {
    fn text(&mut self, text: &str) {
        self.0.push(b'X');
        self.0.extend((text.len() as u32).to_le_bytes());
        self.0.extend(text.as_bytes());
    }

    fn number(&mut self, number: usize) -> Result<()> {
        let number = i32::try_from(number).context("a tensor of more than 2³¹ numbers")?;
        self.0.push(b'J');
        self.0.extend(number.to_le_bytes());
        Ok(())
    }

    fn global(&mut self, module: &str, name: &str) {
        self.0.extend(format!("c{module}\n{name}\n").as_bytes());
    }

    fn numbers(&mut self, numbers: &[usize]) -> Result<()> {
        self.0.push(b'(');
        numbers.iter().try_for_each(|number| self.number(*number))?;
        self.0.push(b't');
        Ok(())
    }

    fn tensor(&mut self, key: usize, shape: &[usize]) -> Result<()> {
        self.global("torch._utils", "_rebuild_tensor_v2");
        self.0.push(b'(');
        self.storage(key, shape.iter().product())?;
        self.number(0)?;
        self.numbers(shape)?;
        self.numbers(&strides(shape))?;
        // No gradient, no hooks.
        self.0.push(b'\x89');
        self.global("collections", "OrderedDict");
        self.0.extend(b")RtR");
        Ok(())
    }

    /// A persistent identity: (kind, type, key, place, numbers).
    fn storage(&mut self, key: usize, count: usize) -> Result<()> {
        self.0.push(b'(');
        self.text("storage");
        self.global("torch", "FloatStorage");
        self.text(&key.to_string());
        self.text("cpu");
        self.number(count)?;
        self.0.extend(b"tQ");
        Ok(())
    }
}

/// Numbers between neighbors in each dimension of a row-major tensor.
fn strides(shape: &[usize]) -> Vec<usize> {
    (0..shape.len()).map(|dimension| shape[dimension + 1..].iter().product()).collect()
}
