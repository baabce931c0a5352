//! Devices: which are compiled in, which are here, and opening the one that was chosen.
//!
//! Burn's constructors are lazy and panic at first use where hardware is missing, so nothing is opened here that an
//! enumeration did not list before.

mod found;

use std::fmt;
use std::str::FromStr;

use burn::tensor::{Device, DeviceType};
use serde::{Deserialize, Serialize};

pub(crate) use found::list;
pub use found::{Found, Kind};

/// A Burn backend that skipbench can be built with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Backend {
    /// CPU, pure Rust.
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
    /// Every backend, in the order in which `auto` prefers them; flex last.
    pub const ALL: [Backend; 6] =
        [Backend::Cuda, Backend::Rocm, Backend::Metal, Backend::Vulkan, Backend::Wgpu, Backend::Flex];

    /// Its name, which is also the Cargo feature's.
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

    /// Burn's type of such devices; none if it is not compiled in.
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

    /// Whether this binary holds it.
    pub fn compiled(self) -> bool {
        self.device_type().is_some()
    }
}

impl fmt::Display for Backend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// The backends in this binary, as `flex` or `flex,vulkan`.
pub(crate) fn compiled_backends() -> String {
    let words: Vec<&str> =
        Backend::ALL.iter().rev().filter(|backend| backend.compiled()).map(|backend| backend.word()).collect();
    words.join(",")
}

/// The same with what changes their speed: `flex,vulkan,autotune`.
pub(crate) fn compiled_features() -> String {
    let switches = [("autotune", cfg!(feature = "autotune")), ("fusion", cfg!(feature = "fusion"))];
    let on = switches.into_iter().filter(|(_, on)| *on).map(|(word, _)| word.to_owned());
    [compiled_backends()].into_iter().chain(on).collect::<Vec<_>>().join(",")
}

/// A device as chosen on the command line or in a suite.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Choice {
    /// Real GPU hardware if there is any, else flex.
    Auto,
    /// That one.
    Exact(DeviceId),
}

/// One device of one backend, written `vulkan:0`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct DeviceId {
    /// Its backend.
    pub backend: Backend,
    /// Its place in the backend's list; flex has one device.
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

/// Why a device cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DeviceError {
    /// No such word.
    #[error(
        "no device is named `{0}`; use auto, flex, wgpu, vulkan, metal, cuda or rocm, with :INDEX for another than the first"
    )]
    Unknown(String),
    /// The binary lacks the backend.
    #[error("this skipbench was built without {0}; build it with `cargo build --release --features {0}`, or use one of: {built}", built = compiled_backends())]
    NotCompiled(Backend),
    /// The machine lacks the device.
    #[error("{id}: this machine shows {found} {backend} device(s), so there is none of that index; `skipbench devices` lists them", backend = id.backend)]
    Absent {
        /// What was asked for.
        id: DeviceId,
        /// How many there are.
        found: usize,
    },
    /// Work on the device failed.
    #[error("the device failed: {0}")]
    Execution(String),
}

fn devices(backend: Backend) -> Vec<Device> {
    backend.device_type().map(|kind| Device::enumerate(kind).into_iter().collect()).unwrap_or_default()
}

/// What `auto` takes of `found`: the first GPU that is real for certain, else flex.
pub fn automatic(found: &[Found]) -> Option<&Found> {
    let real = found.iter().find(|device| device.id.backend != Backend::Flex && device.is_real());
    real.or_else(|| found.iter().find(|device| device.id.backend == Backend::Flex))
}

/// One line: what was taken, and how to get more.
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

/// Opens a device.
///
/// # Errors
/// If its backend is not compiled in or the machine does not have it.
pub(crate) fn open(id: DeviceId) -> Result<Device, DeviceError> {
    if !id.backend.compiled() {
        return Err(DeviceError::NotCompiled(id.backend));
    }
    let mut devices = devices(id.backend);
    let found = devices.len();
    if id.index >= found {
        return Err(DeviceError::Absent { id, found });
    }
    Ok(devices.swap_remove(id.index))
}

/// Every device that is here and no imitation: what `cargo bench` runs on.
pub fn real() -> Vec<(DeviceId, Device)> {
    let real = list().into_iter().filter(Found::is_real);
    real.filter_map(|found| Some((found.id, open(found.id).ok()?))).collect()
}

/// What `device` calls itself.
pub(crate) fn name(id: DeviceId, device: &Device) -> String {
    found::describe(id, device).name
}
