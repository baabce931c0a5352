//! Defines why a device cannot be used.

use skipbench_reports::analyses::quantity::format_number_of;

use super::backend::{Backend, compiled_backends};
use super::id::DeviceId;

/// Says why a device cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DeviceError {
    /// The word names no device.
    #[error(
        "no device is named `{0}`; use auto, flex, wgpu, vulkan, metal, cuda or rocm, with :INDEX for another than the first"
    )]
    Unknown(String),
    /// The binary does not have the backend.
    #[error("this skipbench was built without {0}; build it with `cargo build --release --features {0}`, or use one of: {built}", built = compiled_backends())]
    NotCompiled(Backend),
    /// The machine does not have the device.
    #[error("{id}: no such device; this machine shows {}; `skipbench devices` lists them", format_found(id, *found))]
    Absent {
        /// Device that was asked for.
        id: DeviceId,
        /// Number of devices that there are.
        found: usize,
    },
    /// Work on the device failed.
    #[error("the device failed: {0}")]
    Execution(String),
}

/// Formats `1 vulkan device`.
fn format_found(id: &DeviceId, found: usize) -> String {
    format_number_of(found, &format!("{} device", id.backend))
}
