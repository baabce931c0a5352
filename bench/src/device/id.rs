//! Defines the names of devices.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::backend::Backend;

/// Identifies one device of one backend, written `vulkan:0`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct DeviceId {
    /// Backend of the device.
    pub backend: Backend,
    /// Index in the backend's list; flex has one device.
    pub index: usize,
}

impl fmt::Display for DeviceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.backend {
            Backend::Flex => f.write_str("flex"),
            backend => write!(f, "{backend}:{}", self.index),
        }
    }
}

impl From<DeviceId> for String {
    fn from(id: DeviceId) -> Self {
        id.to_string()
    }
}
