//! Decides which device is meant by a word.

use std::str::FromStr;

use super::backend::Backend;
use super::error::DeviceError;
use super::id::DeviceId;

/// A device as chosen on the command line or in a suite.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Choice {
    /// The first real GPU if there is any, else flex.
    Auto,
    /// Exactly that device.
    Exact(DeviceId),
}

impl TryFrom<String> for DeviceId {
    type Error = DeviceError;

    fn try_from(word: String) -> Result<Self, DeviceError> {
        match word.parse()? {
            Choice::Exact(id) => Ok(id),
            Choice::Auto => Err(DeviceError::Unknown(word)),
        }
    }
}

impl FromStr for Choice {
    type Err = DeviceError;

    fn from_str(word: &str) -> Result<Self, DeviceError> {
        if word == "auto" {
            return Ok(Choice::Auto);
        }
        let unknown = || DeviceError::Unknown(word.to_owned());
        let (name, index) = match word.split_once(':') {
            Some((name, index)) => (name, index.parse().map_err(|_| unknown())?),
            None => (word, 0),
        };
        let backend = Backend::ALL.into_iter().find(|backend| backend.word() == name).ok_or_else(unknown)?;
        Ok(Choice::Exact(DeviceId { backend, index }))
    }
}
