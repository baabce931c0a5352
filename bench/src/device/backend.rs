//! Lists Burn's backends, of which a binary holds some.

use std::fmt;

use burn::tensor::{Device, DeviceType};
use serde::{Deserialize, Serialize};

/// A Burn backend that skipbench can be built with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Backend {
    /// The CPU, in pure Rust.
    Flex,
    /// WGSL on any graphics API.
    Wgpu,
    /// SPIR-V on Vulkan.
    Vulkan,
    /// MSL on Metal.
    Metal,
    /// CUDA.
    Cuda,
    /// ROCm.
    Rocm,
}

impl Backend {
    /// Lists every backend, in the order in which `auto` prefers them, with flex last.
    pub const ALL: [Backend; 6] =
        [Backend::Cuda, Backend::Rocm, Backend::Metal, Backend::Vulkan, Backend::Wgpu, Backend::Flex];

    /// Returns its name, which is also that of its Cargo feature.
    pub fn word(self) -> &'static str {
        match self {
            Backend::Flex => "flex",
            Backend::Wgpu => "wgpu",
            Backend::Vulkan => "vulkan",
            Backend::Metal => "metal",
            Backend::Cuda => "cuda",
            Backend::Rocm => "rocm",
        }
    }

    /// Returns the packages that compute on it.
    pub(crate) fn packages(self) -> &'static [&'static str] {
        match self {
            Backend::Flex => &["burn-flex"],
            Backend::Wgpu | Backend::Vulkan | Backend::Metal => &["burn-wgpu", "cubecl-wgpu", "wgpu"],
            Backend::Cuda => &["burn-cuda", "cubecl-cuda"],
            Backend::Rocm => &["burn-rocm", "cubecl-hip"],
        }
    }

    /// Returns Burn's type of such devices, or `None` if it is not compiled in.
    fn device_type(self) -> Option<DeviceType> {
        match self {
            #[cfg(feature = "flex")]
            Backend::Flex => Some(DeviceType::Flex),
            #[cfg(feature = "wgpu")]
            Backend::Wgpu => Some(DeviceType::Wgpu),
            #[cfg(feature = "vulkan-plain")]
            Backend::Vulkan => Some(DeviceType::Vulkan),
            #[cfg(feature = "metal-plain")]
            Backend::Metal => Some(DeviceType::Metal),
            #[cfg(feature = "cuda-plain")]
            Backend::Cuda => Some(DeviceType::Cuda),
            #[cfg(feature = "rocm-plain")]
            Backend::Rocm => Some(DeviceType::Rocm),
            #[allow(unreachable_patterns, reason = "reached only by backends that are not compiled in")]
            _ => None,
        }
    }

    /// Returns its devices on this machine; there are none if it is not compiled in.
    pub(super) fn devices(self) -> Vec<Device> {
        self.device_type().map(|kind| Device::enumerate(kind).into_iter().collect()).unwrap_or_default()
    }

    /// Returns whether this binary holds it.
    pub fn compiled(self) -> bool {
        self.device_type().is_some()
    }
}

impl fmt::Display for Backend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// Returns the backends in this binary, as `flex` or `flex,vulkan`.
pub(crate) fn compiled_backends() -> String {
    let words: Vec<&str> =
        Backend::ALL.iter().rev().filter(|backend| backend.compiled()).map(|backend| backend.word()).collect();
    words.join(",")
}

/// Returns the backends with the features that change their speed: `flex,vulkan,autotune`.
pub(crate) fn compiled_features() -> String {
    let switches = [("autotune", cfg!(feature = "autotune")), ("fusion", cfg!(feature = "fusion"))];
    let on = switches.into_iter().filter(|(_, on)| *on).map(|(word, _)| word.to_owned());
    [compiled_backends()].into_iter().chain(on).collect::<Vec<_>>().join(",")
}
