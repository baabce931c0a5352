//! Finds which devices are present, and what they report about themselves.

use burn::tensor::{DType, Device};
use serde::{Deserialize, Serialize};
use sysinfo::System;

use super::backend::Backend;
use super::id::DeviceId;

/// Says what a device is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// The processor itself.
    Cpu,
    /// A separate card.
    Discrete,
    /// A GPU that shares the processor's memory.
    Integrated,
    /// A share of a GPU in a virtual machine.
    Virtual,
    /// A GPU that does not say more.
    Gpu,
    /// Software that imitates a GPU.
    Software,
    /// A device that does not say what it is, and may be software.
    Unknown,
}

impl Kind {
    /// Returns the word used in tables.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Cpu => "cpu",
            Kind::Discrete => "discrete",
            Kind::Integrated => "integrated",
            Kind::Virtual => "virtual",
            Kind::Gpu => "gpu",
            Kind::Software => "software",
            Kind::Unknown => "unknown",
        }
    }
}

/// A device that is present.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// Identity by which it is chosen.
    pub id: DeviceId,
    /// Name that it calls itself.
    pub name: String,
    /// What it is.
    pub kind: Kind,
    /// Whether it is software that imitates a GPU.
    pub software: bool,
    /// Memory in bytes, where the system reports it.
    pub memory_bytes: Option<u64>,
    /// Driver and its version; empty where nothing reports them.
    pub driver: String,
    /// Number formats that it computes in.
    pub dtypes: Vec<String>,
}

impl Found {
    /// Returns whether it is certainly hardware.
    pub fn is_real(&self) -> bool {
        !matches!(self.kind, Kind::Software | Kind::Unknown)
    }
}

/// Number formats that are checked, with their names.
const DTYPES: [(&str, DType); 7] = [
    ("f64", DType::F64),
    ("f32", DType::F32),
    ("f16", DType::F16),
    ("bf16", DType::BF16),
    ("i64", DType::I64),
    ("i32", DType::I32),
    ("i8", DType::I8),
];

/// Returns every device of every backend in this binary. It opens GPU devices to ask what they are.
pub(crate) fn list() -> Vec<Found> {
    let mut found = Vec::new();
    for backend in Backend::ALL {
        for (index, device) in backend.devices().into_iter().enumerate() {
            found.push(describe(DeviceId { backend, index }, &device));
        }
    }
    found
}

pub(super) fn describe(id: DeviceId, device: &Device) -> Found {
    let Facts { name, kind, memory_bytes, driver } = match id.backend {
        Backend::Flex => processor(),
        _ => card(device),
    };
    let supported = DTYPES.iter().filter(|(_, dtype)| device.supports_dtype(*dtype));
    let dtypes = supported.map(|(name, _)| (*name).to_owned()).collect();
    Found { id, name, kind, software: kind == Kind::Software, memory_bytes, driver, dtypes }
}

/// Holds what a device is besides its identity.
struct Facts {
    name: String,
    kind: Kind,
    memory_bytes: Option<u64>,
    driver: String,
}

fn processor() -> Facts {
    let system = System::new().map(|mut system| {
        system.refresh_memory();
        system.refresh_cpu_all();
        system
    });
    let brand = system.as_ref().ok().and_then(|system| Some(system.cpus().first()?.brand().trim().to_owned()));
    Facts {
        name: brand.filter(|brand| !brand.is_empty()).unwrap_or_else(|| "CPU".to_owned()),
        kind: Kind::Cpu,
        memory_bytes: system.map(|system| system.total_memory()).ok(),
        driver: String::new(),
    }
}

#[cfg(feature = "gpu")]
fn card(device: &Device) -> Facts {
    let Some(identity) = device.identity() else { return unknown() };
    let adapter = adapter(&identity.name);
    let pci = identity.physical.as_ref().and_then(|card| card.pci_address).map(|address| address.to_string());
    let kind = match (&adapter, &identity.physical) {
        (_, None) => Kind::Software,
        (Some((kind, _)), _) => *kind,
        (None, _) => Kind::Gpu,
    };
    let memory_bytes = pci.and_then(|pci| card_memory(&pci));
    Facts { name: identity.name, kind, memory_bytes, driver: adapter.map_or(String::new(), |(_, driver)| driver) }
}

#[cfg(not(feature = "gpu"))]
fn card(_device: &Device) -> Facts {
    unknown()
}

fn unknown() -> Facts {
    Facts { name: "unknown".to_owned(), kind: Kind::Unknown, memory_bytes: None, driver: String::new() }
}

/// Returns what the graphics API reports about the adapter with that name: its kind, and its driver with the version.
#[cfg(feature = "graphics")]
fn adapter(name: &str) -> Option<(Kind, String)> {
    use burn::cubecl::future::block_on;
    use burn::cubecl::wgpu::wgpu::{Backends, DeviceType, Instance, InstanceDescriptor};

    let instance = Instance::new(InstanceDescriptor::new_without_display_handle());
    let adapters = block_on(instance.enumerate_adapters(Backends::all()));
    let info = adapters.iter().map(|adapter| adapter.get_info()).find(|info| info.name == name)?;
    let kind = match info.device_type {
        DeviceType::DiscreteGpu => Kind::Discrete,
        DeviceType::IntegratedGpu => Kind::Integrated,
        DeviceType::VirtualGpu => Kind::Virtual,
        DeviceType::Cpu => Kind::Software,
        DeviceType::Other => Kind::Gpu,
    };
    Some((kind, format!("{} {}", info.driver, info.driver_info).trim().to_owned()))
}

#[cfg(all(feature = "gpu", not(feature = "graphics")))]
fn adapter(_name: &str) -> Option<(Kind, String)> {
    None
}

/// Returns the memory of the card at a PCI address: from the kernel (AMD), or else from NVIDIA's own tool.
#[cfg(feature = "gpu")]
fn card_memory(pci: &str) -> Option<u64> {
    let kernel = std::fs::read_to_string(format!("/sys/bus/pci/devices/{pci}/mem_info_vram_total"));
    if let Some(bytes) = kernel.ok().and_then(|text| text.trim().parse().ok()) {
        return Some(bytes);
    }
    let query = ["--query-gpu=memory.total", "--format=csv,noheader,nounits"];
    let output = std::process::Command::new("nvidia-smi").arg(format!("--id={pci}")).args(query).output().ok()?;
    let mebibytes: u64 = String::from_utf8(output.stdout).ok()?.trim().parse().ok()?;
    Some(mebibytes << 20)
}
