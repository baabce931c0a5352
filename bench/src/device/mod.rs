//! Lists devices that are compiled in or present, and opens the one that was chosen.
//!
//! Burn's constructors are lazy and panic at first use where hardware is missing, so nothing is opened here that an
//! enumeration did not list before.

mod automatic;
mod backend;
mod choice;
mod error;
mod found;
mod id;

use burn::tensor::Device;

pub use automatic::automatic;
pub(crate) use automatic::explain_automatic;
pub use backend::Backend;
pub(crate) use backend::compiled_features;
pub(crate) use choice::Choice;
pub(crate) use error::DeviceError;
pub(crate) use found::list;
pub use found::{Found, Kind};
pub use id::DeviceId;

/// Opens a device.
///
/// # Errors
/// Returns an error if its backend is not compiled in, or if the machine does not have it.
pub(crate) fn open(id: DeviceId) -> Result<Device, DeviceError> {
    if !id.backend.compiled() {
        return Err(DeviceError::NotCompiled(id.backend));
    }
    let mut devices = id.backend.devices();
    let found = devices.len();
    if id.index >= found {
        return Err(DeviceError::Absent { id, found });
    }
    Ok(devices.swap_remove(id.index))
}

/// Returns every real device that is present. `cargo bench` runs on these.
pub fn real() -> Vec<(DeviceId, Device)> {
    let real = list().into_iter().filter(Found::is_real);
    real.filter_map(|found| Some((found.id, open(found.id).ok()?))).collect()
}

/// Returns the name that `device` calls itself.
pub(crate) fn name(id: DeviceId, device: &Device) -> String {
    found::describe(id, device).name
}
