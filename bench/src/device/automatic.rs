//! Chooses the device for `auto`.

use super::backend::{Backend, compiled_backends};
use super::found::Found;

/// Returns the device for `auto` out of `found`: the first GPU that is certainly real, or else flex.
pub fn automatic(found: &[Found]) -> Option<&Found> {
    let real = found.iter().find(|device| device.id.backend != Backend::Flex && device.is_real());
    real.or_else(|| found.iter().find(|device| device.id.backend == Backend::Flex))
}

/// Explains in one line what was chosen, and how to get more.
pub(crate) fn explain_automatic(chosen: &Found, found: &[Found]) -> String {
    let (id, name) = (chosen.id, &chosen.name);
    if id.backend != Backend::Flex {
        return format!("device: {id}, {name}; --device flex would use the CPU");
    }
    let gpus = Backend::ALL.iter().any(|backend| *backend != Backend::Flex && backend.compiled());
    match (gpus, found.iter().find(|device| !device.is_real())) {
        (false, _) => {
            format!("device: {id}, {name}; for a GPU build with --features vulkan (or metal, wgpu, cuda, rocm)")
        }
        (true, Some(other)) => {
            let what = if other.software { "a software GPU" } else { "a GPU that does not say what it is" };
            format!("device: {id}, {name}; only {what} is here, --device {} takes it", other.id)
        }
        (true, None) => format!("device: {id}, {name}; this build has {} but no GPU is visible", compiled_backends()),
    }
}
