//! Files of our own: Burn's format with a checksum behind it, which Burn's reader passes over.

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use burn_store::{BurnpackStore, ModuleStore, bridge};
use sha2::{Digest, Sha256};
use skipbench_models::State;

/// What the checksum is found by, at the file's end; 32 bytes follow.
const MARK: &[u8; 16] = b"skipbench-sha256";
const SEAL: u64 = 16 + 32;

/// Appends the SHA-256 of what is there.
///
/// # Errors
/// If the file system refuses.
pub(crate) fn seal(path: &Path) -> Result<()> {
    let digest = digest(&mut File::open(path)?, u64::MAX)?;
    let mut file = OpenOptions::new().append(true).open(path)?;
    file.write_all(MARK)?;
    Ok(file.write_all(&digest)?)
}

/// Whether a file is as it was sealed.
///
/// # Errors
/// A file without a checksum, or with one that does not hold.
pub(crate) fn verify(path: &Path) -> Result<()> {
    let mut file = File::open(path).with_context(|| format!("{}", path.display()))?;
    let held = file.metadata()?.len().checked_sub(SEAL);
    let Some(held) = held else { bail!("{}: cut short; write it again", path.display()) };
    let mut seal = [0; SEAL as usize];
    file.seek(SeekFrom::Start(held))?;
    file.read_exact(&mut seal)?;
    let Some(expected) = seal.strip_prefix(MARK) else {
        bail!(
            "{}: it ends without a checksum, so it was cut short or written before there were any, and damage could not \
             be seen; write it again with `skipbench weights import`",
            path.display()
        )
    };
    file.seek(SeekFrom::Start(0))?;
    ensure!(digest(&mut file, held)? == expected, "{}: damaged: its checksum does not hold", path.display());
    Ok(())
}

fn digest(file: &mut File, bytes: u64) -> Result<Vec<u8>> {
    let (mut hash, mut buffer) = (Sha256::new(), vec![0; 1 << 16]);
    let mut rest = file.take(bytes);
    loop {
        match rest.read(&mut buffer)? {
            0 => return Ok(hash.finalize().to_vec()),
            count => hash.update(&buffer[..count]),
        }
    }
}

/// The tensors of a file, in our names.
///
/// # Errors
/// A file that is damaged, or without a checksum.
pub(super) fn read(path: &Path) -> Result<State> {
    verify(path)?;
    let mut store = BurnpackStore::from_file(path).auto_extension(false);
    // Its checksum holds, so another version of Burn or of this program wrote it; Burn's error is no sentence.
    let Ok(tensors) = store.get_all_tensors() else {
        bail!("{}: no checkpoint of this version; write it again with `skipbench weights import`", path.display())
    };
    // Burn writes which variant of an enum a network is, the only capital among the fields.
    let field = |part: &&str| !part.starts_with(char::is_uppercase);
    let name = |name: &str| name.split('.').filter(field).collect::<Vec<_>>().join(".");
    let data = |(path, tensor): (&String, _)| match bridge::to_data(tensor) {
        Ok(data) => Ok((name(path), data)),
        Err(_) => {
            Err(anyhow::anyhow!("the tensor `{path}` cannot be read; write it again with `skipbench weights import`"))
        }
    };
    tensors.iter().filter(|(_, tensor)| tensor.dtype.is_float()).map(data).collect()
}
