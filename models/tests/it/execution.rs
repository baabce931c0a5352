//! However a network computes, it is the same network.

use burn::tensor::Device;
use skipbench_models::{Execution, Kernels, Memory};

use super::training::{difference, distance, first_step, losses};

const NAMES: [&str; 10] = [
    "plain8-w4",
    "resnet8-w4",
    "resnet8-w4-b",
    "resnet11-w4-preact-b",
    "densenet-7-4",
    "densenet-bc-16-4",
    "backbone-add-10-w4",
    "backbone-concat-16-w4",
    "vit-d2-w12-h3-p2",
    "vit-d2-w10-h1-p4-mlp-only",
];

/// Loss and gradients of a step, and the running statistics by what the network says in inference after it.
fn agree(name: &str, execution: Execution, expected: Execution, tolerance: f32) {
    let (loss, gradients, logits) = first_step(name, execution, &Device::flex());
    let (other_loss, others, other_logits) = first_step(name, expected, &Device::flex());
    assert!((loss - other_loss).abs() <= tolerance * other_loss, "{name} {execution:?}: loss {loss}, {other_loss}");
    assert_eq!(gradients.len(), others.len(), "{name}: number of gradients");
    assert!(!gradients.is_empty(), "{name}: no gradients");
    for (index, (gradient, other)) in gradients.iter().zip(&others).enumerate() {
        let difference = difference(gradient, other);
        assert!(difference <= tolerance, "{name} {execution:?}: gradient {index} differs by {difference}");
    }
    let difference = difference(&logits, &other_logits);
    assert!(difference <= tolerance, "{name} {execution:?}: inference differs by {difference}");
}

#[test]
fn the_first_step_does_not_depend_on_the_kernels() {
    let burn = Execution { kernels: Kernels::Burn, memory: Memory::Naive };
    for name in NAMES {
        agree(name, Execution::default(), burn, 1e-4);
        // Other orders of adding leave other last bits; none would mean that the same kernels ran twice.
        let step = |execution| first_step(name, execution, &Device::flex()).1;
        assert!(step(Execution::default()) != step(burn), "{name}");
    }
}

#[test]
fn training_curves_with_either_kernels_agree() {
    let burn = Execution { kernels: Kernels::Burn, memory: Memory::Naive };
    for name in ["plain8-w4", "resnet8-w4", "densenet-bc-16-4", "backbone-concat-16-w4", "vit-d2-w12-h3-p2"] {
        let own = losses(name, Execution::default(), &Device::flex(), 10);
        let expected = losses(name, burn, &Device::flex(), 10);
        for (step, (own, expected)) in own.iter().zip(&expected).enumerate() {
            assert!((own - expected).abs() <= 1e-3 * expected.max(1.0), "{name}: step {step}: {own}, {expected}");
        }
    }
}

/// Runs `work` on a pool of `threads`.
fn with_threads<T: Send>(threads: usize, work: impl FnOnce() -> T + Send) -> T {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool").install(work)
}

#[test]
fn results_do_not_depend_on_the_number_of_threads() {
    for name in ["resnet8-w4", "densenet-bc-16-4", "backbone-concat-16-w4", "vit-d2-w12-h3-p2"] {
        for memory in Memory::ALL {
            let execution = Execution { memory, ..Execution::default() };
            let one = with_threads(1, || first_step(name, execution, &Device::flex()));
            let three = with_threads(3, || first_step(name, execution, &Device::flex()));
            assert!(one == three, "{name} {memory:?}");
        }
    }
}

#[test]
fn the_first_step_does_not_depend_on_what_is_kept() {
    for name in ["densenet-7-4", "densenet-bc-16-4", "backbone-concat-16-w4"] {
        for kernels in [Kernels::Skipbench, Kernels::Burn] {
            for memory in [Memory::Shared, Memory::Recompute] {
                agree(name, Execution { kernels, memory }, Execution { kernels, memory: Memory::Naive }, 1e-5);
            }
        }
    }
}

/// Two ways of keeping compute what is rounded to bf16 alike except for its last bits. These seldom turn a rounding,
/// which then shows in all that follows; a pass that multiplied in f32 after all would show in every network.
#[test]
fn products_in_bf16_do_not_depend_on_what_is_kept() {
    let names = ["densenet-7-4", "densenet-bc-16-4", "densenet-bc-10-4", "backbone-concat-16-w4"];
    for memory in [Memory::Shared, Memory::Recompute] {
        let worst = names.map(|name| worst_of_kept(name, memory));
        assert!(worst.iter().any(|worst| *worst < 0.01), "{memory:?}: {names:?} {worst:?}");
        println!("{memory:?}: {names:?} {worst:?}");
    }
}

/// Over gradients and logits, the largest effect of what is kept, as a share of that of rounding to bf16.
fn worst_of_kept(name: &str, memory: Memory) -> f32 {
    let step = |kernels, memory| {
        let (_, mut found, logits) = first_step(name, Execution { kernels, memory }, &Device::flex());
        found.push(logits);
        found
    };
    let (single, naive) = (step(Kernels::Skipbench, Memory::Naive), step(Kernels::SkipbenchBf16, Memory::Naive));
    let found = step(Kernels::SkipbenchBf16, memory);
    assert_eq!([found.len(), single.len()], [naive.len(); 2], "{name}: number of gradients");
    let share = |index: usize| distance(&found[index], &naive[index]) / distance(&single[index], &naive[index]);
    (0..naive.len()).map(share).fold(0.0, |worst, share| if share <= worst { worst } else { share })
}
