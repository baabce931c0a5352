//! Every family on WGSL against flex: the same weights, the same batch, the same loss, gradients and inference after
//! the step; and networks that concatenate in every memory mode.
//!
//! Needs an adapter of any kind; software does (Debian: mesa-vulkan-drivers).

use burn::tensor::{Device, DeviceType};
use skipbench_models::{Execution, Memory};

use super::training::{difference, first_step};

fn adapter() -> Device {
    let device = Device::enumerate(DeviceType::Wgpu).into_iter().next();
    device.expect("no adapter is visible to wgpu; install a Vulkan driver, for example Debian's mesa-vulkan-drivers")
}

fn agrees(name: &str, memory: Memory) {
    let (loss, gradients, logits) = first_step(name, Execution { memory, ..Execution::default() }, &adapter());
    let (expected, references, expected_logits) = first_step(name, Execution::default(), &Device::flex());
    let name = format!("{name}, {}", memory.word());
    assert!((loss - expected).abs() <= 1e-3 * expected.abs(), "{name}: loss {loss} on wgpu, {expected} on flex");
    assert_eq!(gradients.len(), references.len(), "{name}: number of gradients");
    assert!(!gradients.is_empty(), "{name}: no gradients");
    for (index, (gradient, reference)) in gradients.iter().zip(&references).enumerate() {
        let difference = difference(gradient, reference);
        assert!(difference <= 1e-3, "{name}: gradient {index} differs by {difference}");
    }
    let difference = difference(&logits, &expected_logits);
    assert!(difference <= 1e-3, "{name}: inference differs by {difference}");
}

/// One test, since adapters are slow to open and share one queue.
#[test]
fn every_family_agrees_with_flex() {
    let names = [
        "plain8-w4",
        "resnet8-w4",
        "resnet8-w4-b",
        "resnet11-w4-bottleneck-b",
        "resnet18-w2-imagenet-b",
        "resnet11-w4-preact-b",
        "densenet-7-4",
        "densenet-bc-10-4",
        "vit-d1-w8-h2-p4",
        "backbone-none-10-w4",
        "backbone-add-10-w4",
        "backbone-concat-10-w4",
    ];
    for name in names {
        agrees(name, Memory::Naive);
    }
    // Deep enough that layers read what others added.
    for name in ["densenet-10-3", "densenet-bc-16-3", "backbone-concat-16-w3"] {
        for memory in Memory::ALL {
            agrees(name, memory);
        }
    }
}
