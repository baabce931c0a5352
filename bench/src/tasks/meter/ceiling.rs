//! Measures what the device reaches at best: FLOP/s of its own matrix product, and bytes/s of a copy. These set the
//! floor under every step's time.

use std::time::{Duration, Instant};

use burn::tensor::{Device, Distribution, Tensor};

use super::heap;
use super::stopwatch::timed;
use crate::device::{Backend, DeviceError, DeviceId};

/// Side of the square matrices. Their product is compute-bound on every processor.
const SIDE: usize = 1024;

/// Bytes of each of the two buffers, which is more than any cache.
const BUFFER: usize = 128 << 20;

/// Time in which each ceiling is measured repeatedly, at least three times. The best counts.
const SPAN: Duration = Duration::from_millis(80);

/// Holds the two ceilings of a device.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Ceiling {
    /// FLOP/s of a product of two 1024×1024 matrices in f32.
    pub flops_per_s: Option<f64>,
    /// Bytes per second read and written by a copy of 128 MiB.
    pub bytes_per_s: Option<f64>,
}

/// Measures both, on `threads` threads if the device is the CPU. If a memory limit leaves no room for the buffers, the
/// copy stays unknown.
///
/// # Errors
/// Returns an error if the device fails.
pub(crate) fn measure(
    id: DeviceId,
    device: &Device,
    threads: usize,
    memory_limit: u64,
) -> Result<Ceiling, DeviceError> {
    let product = Some(matrix_product(device)?);
    if id.backend == Backend::Flex {
        let room = memory_limit.saturating_sub(heap::live_bytes()) > 3 * BUFFER as u64;
        return Ok(Ceiling { flops_per_s: product, bytes_per_s: room.then(|| memory_copy(threads)) });
    }
    let (probed, copy) = (probed(device), Some(device_copy(device)?));
    let higher = |a: Option<f64>, b: Option<f64>| a.into_iter().chain(b).reduce(f64::max);
    Ok(Ceiling { flops_per_s: higher(product, probed.flops_per_s), bytes_per_s: higher(copy, probed.bytes_per_s) })
}

/// Returns what CubeCL's own probes reach, where the device has them.
#[cfg(feature = "gpu")]
fn probed(device: &Device) -> Ceiling {
    use burn::cubecl::ir::{ElemType, FloatKind};
    use burn::cubecl::throughput::{MemoryAccess, MemorySpec, ThroughputKey, ThroughputMode};

    let compute = ThroughputKey { mode: ThroughputMode::ComputeDirect { dtype: ElemType::Float(FloatKind::F32) } };
    let copy = MemorySpec::new(MemoryAccess::Copy, 2 * BUFFER as u64);
    let copy = ThroughputKey { mode: ThroughputMode::Memory(copy) };
    let mut ceiling = Ceiling::default();
    for stat in device.performance_stats(&[compute, copy]) {
        let Ok(value) = stat.value else { continue };
        let finite = |rate: f64| Some(rate).filter(|rate| rate.is_finite());
        if stat.key == compute {
            ceiling.flops_per_s = finite(value.ops_per_s());
        } else {
            ceiling.bytes_per_s = finite(value.bytes_per_s(&stat.key));
        }
    }
    ceiling
}

#[cfg(not(feature = "gpu"))]
fn probed(_device: &Device) -> Ceiling {
    Ceiling::default()
}

fn matrix_product(device: &Device) -> Result<f64, DeviceError> {
    let matrix = || Tensor::<2>::random([SIDE, SIDE], Distribution::Default, device);
    let (a, b) = (matrix(), matrix());
    let best = best(|| timed(device, || a.clone().matmul(b.clone())).map(|(_, time)| time))?;
    Ok(2.0 * (SIDE as f64).powi(3) / best.as_secs_f64())
}

/// Measures a copy on the device itself. The operation that adds nothing reads and writes every element once.
fn device_copy(device: &Device) -> Result<f64, DeviceError> {
    let source = Tensor::<1>::zeros([BUFFER / size_of::<f32>()], device);
    let best = best(|| timed(device, || source.clone().add_scalar(1.0)).map(|(_, time)| time))?;
    Ok(2.0 * BUFFER as f64 / best.as_secs_f64())
}

/// Measures a copy in main memory between buffers that are mapped already, one part per thread.
fn memory_copy(threads: usize) -> f64 {
    let (source, mut target) = (vec![1u8; BUFFER], vec![0u8; BUFFER]);
    let part = BUFFER.div_ceil(threads.max(1));
    let copy = || {
        let start = Instant::now();
        std::thread::scope(|scope| {
            for (source, target) in source.chunks(part).zip(target.chunks_mut(part)) {
                scope.spawn(move || target.copy_from_slice(source));
            }
        });
        Ok::<_, std::convert::Infallible>(start.elapsed())
    };
    let Ok(best) = best(copy);
    2.0 * BUFFER as f64 / best.as_secs_f64()
}

fn best<E>(mut once: impl FnMut() -> Result<Duration, E>) -> Result<Duration, E> {
    let mut best = once()?;
    let start = Instant::now();
    let mut count = 0;
    while count < 3 || start.elapsed() < SPAN {
        best = best.min(once()?);
        count += 1;
    }
    Ok(best)
}
