//! Reads bytes in order, and never more of them than there are. A length that a damaged file claims allocates nothing.

use std::io::{self, Read};

use anyhow::{Result, bail, ensure};

/// Longest line: names of modules, numbers in words, and texts of the oldest protocol.
const LINE: usize = 1 << 16;

/// What is said where the bytes end.
const SHORT: &str = "it ends too early: it was cut short; download or copy it again";

/// Reads forward and counts.
pub(super) struct Input<R> {
    inner: R,
    read: u64,
}

impl<R: Read> Input<R> {
    pub(super) fn new(inner: R) -> Self {
        Self { inner, read: 0 }
    }

    /// Returns the number of bytes read so far.
    pub(super) fn position(&self) -> u64 {
        self.read
    }

    pub(super) fn byte(&mut self) -> Result<u8> {
        Ok(self.array::<1>()?[0])
    }

    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        let mut bytes = [0; N];
        match self.inner.read_exact(&mut bytes) {
            Ok(()) => self.read += N as u64,
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => bail!(SHORT),
            Err(error) => return Err(error.into()),
        }
        Ok(bytes)
    }

    pub(super) fn bytes(&mut self, count: u64) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.inner.by_ref().take(count).read_to_end(&mut bytes)?;
        ensure!(bytes.len() as u64 == count, SHORT);
        self.read += count;
        Ok(bytes)
    }

    pub(super) fn skip(&mut self, count: u64) -> Result<()> {
        let skipped = io::copy(&mut self.inner.by_ref().take(count), &mut io::sink())?;
        ensure!(skipped == count, SHORT);
        self.read += count;
        Ok(())
    }

    /// Reads a length that the format stores with a sign.
    pub(super) fn length(&mut self) -> Result<u64> {
        let length = i64::from_le_bytes(self.array()?);
        ensure!(length >= 0, "a negative length");
        Ok(length as u64)
    }

    /// Reads up to the next line feed, without it.
    pub(super) fn line(&mut self) -> Result<String> {
        let mut line = Vec::new();
        loop {
            match self.byte()? {
                b'\n' => return Ok(String::from_utf8_lossy(&line).into_owned()),
                byte => line.push(byte),
            }
            ensure!(line.len() <= LINE, "a line of more than {LINE} bytes");
        }
    }
}
