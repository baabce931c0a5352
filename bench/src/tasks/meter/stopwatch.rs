//! Times work on a device that works ahead.

use std::time::{Duration, Instant};

use burn::tensor::Device;

use crate::device::DeviceError;

/// Runs `work` between two waits for `device`, and returns what it made and how long it took.
///
/// The time includes nothing that was queued before, and everything that `work` queued.
///
/// # Errors
/// Returns an error if the device reports that something failed.
pub fn timed<T>(device: &Device, work: impl FnOnce() -> T) -> Result<(T, Duration), DeviceError> {
    sync(device)?;
    let start = Instant::now();
    let made = work();
    sync(device)?;
    Ok((made, start.elapsed()))
}

/// Waits until `device` has done everything that was asked of it.
///
/// # Errors
/// Returns an error if the device reports that something failed.
pub fn sync(device: &Device) -> Result<(), DeviceError> {
    device.sync().map_err(|error| DeviceError::Execution(error.to_string()))
}
