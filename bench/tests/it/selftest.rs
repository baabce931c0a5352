//! The start-up check: small differences pass, wrong numbers do not.

use skipbench::internals::cell::Task;
use skipbench::internals::device::{Backend, DeviceId};
use skipbench::internals::recipe::Precision;
use skipbench::internals::selftest::{Losses, Numerics, check, compare, expected};
use skipbench_models::{Kernels, Memory};

use super::{cell, ends};

const FLEX: DeviceId = DeviceId { backend: Backend::Flex, index: 0 };
const BURN: Numerics = Numerics { kernels: Kernels::Burn, precision: Precision::F32 };

fn losses(values: [f64; 3]) -> Vec<Losses> {
    vec![Losses { name: "resnet8-w4".into(), losses: values.to_vec() }]
}

#[test]
fn another_order_of_sums_passes_and_a_wrong_step_does_not() {
    let reference = losses([2.3, 2.1, 1.9]);
    for precision in [Precision::F32, Precision::F16, Precision::Bf16] {
        let tolerance = Numerics { precision, ..BURN }.tolerance();
        let worst = compare(&reference, &losses([2.3, 2.1001, 1.9]), tolerance).expect("close");
        assert!(worst > 0.0 && worst < tolerance);
        let error = compare(&reference, &losses([2.3, 2.1, 1.8]), tolerance).expect_err("far");
        assert!(error.to_string().contains("resnet8-w4: the loss of step 3 is 1.8, on the CPU 1.9"), "{error}");
        compare(&reference, &losses([2.3, f64::NAN, 1.9]), tolerance).expect_err("no number");
        // A device on which nothing learns: the same loss at every step.
        compare(&reference, &losses([2.3, 2.3, 2.3]), tolerance).expect_err("no step was taken");
    }
    compare(&reference, &losses([2.3, 2.11, 1.9]), BURN.tolerance()).expect_err("f32 is closer than f16");
}

#[test]
fn the_cpu_agrees_with_itself_by_every_kernel_and_in_every_precision() {
    for (kernels, precision, at_least) in [
        (Kernels::Burn, Precision::F32, 0.0),
        (Kernels::Skipbench, Precision::F32, 1e-9),
        (Kernels::SkipbenchBf16, Precision::F32, 1e-5),
        (Kernels::Burn, Precision::Bf16, 1e-5),
        (Kernels::Burn, Precision::F16, 1e-6),
    ] {
        let worst =
            check(FLEX, Numerics { kernels, precision }).expect("right").expect("the CPU computes in all of them");
        assert!(worst >= at_least, "{precision:?} by {kernels:?}: {worst}, as if it were the reference itself");
        println!("{precision:?} by {kernels:?}: {worst:.1e}");
    }
    check(DeviceId { backend: Backend::Metal, index: 7 }, BURN).expect_err("not here");
}

/// Else a device on which nothing learns would pass as one that rounds. Fixup, whose classifier starts at 0, learns
/// little: it is left to single precision. What bf16 may round, some styles take more steps to learn.
#[test]
fn what_is_learned_in_the_steps_is_more_than_what_may_be_rounded() {
    let tolerance = |precision| Numerics { precision, ..BURN }.tolerance();
    for Losses { name, losses } in expected(Numerics { kernels: Kernels::Skipbench, ..BURN }).expect("the CPU") {
        let most = match name.as_str() {
            "backbone-fixup-10-w4" => tolerance(Precision::F32),
            name if name.starts_with("backbone-") => tolerance(Precision::F16),
            // Except the plain one, which is `vit-d1-…`.
            name if name.starts_with("vit-") && !name.starts_with("vit-d") => tolerance(Precision::F16),
            _ => tolerance(Precision::Bf16),
        };
        assert!((losses[2] / losses[0] - 1.0).abs() > most, "{name}: {losses:?}");
    }
}

/// What is asked follows the cell: the reference itself is not, half precision is besides single.
#[test]
fn a_cell_is_checked_for_what_it_asks_of_its_device() {
    let mut cell = cell("resnet8-w4", Task::Train);
    assert_eq!(Numerics::of(&cell), [Numerics { kernels: Kernels::Skipbench, ..BURN }]);
    cell.recipe.kernels = Kernels::SkipbenchBf16;
    assert_eq!(Numerics::of(&cell), [Numerics { kernels: Kernels::SkipbenchBf16, ..BURN }]);
    cell.recipe.kernels = Kernels::Burn;
    assert_eq!(Numerics::of(&cell), []);
    cell.recipe.memory = Memory::Recompute;
    assert_eq!(Numerics::of(&cell), [BURN]);
    cell.recipe.precision = Precision::F16;
    assert_eq!(Numerics::of(&cell), [Numerics { precision: Precision::F16, ..BURN }]);
    cell.device = DeviceId { backend: Backend::Cuda, index: 0 };
    cell.recipe.kernels = Kernels::Skipbench;
    assert_eq!(Numerics::of(&cell), [BURN, Numerics { precision: Precision::F16, ..BURN }]);
}

#[test]
fn the_list_says_what_each_device_is() {
    let dir = tempfile::tempdir().expect("temp");
    let (table, _) = ends(dir.path(), &["devices"], 0);
    assert!(table.contains("computes in") && table.contains("flex") && table.contains("f32"), "{table}");
    let (json, _) = ends(dir.path(), &["devices", "--json"], 0);
    let devices: Vec<serde_json::Value> = serde_json::from_str(&json).expect("JSON");
    let flex = devices.iter().find(|device| device["id"] == "flex").expect("there");
    assert_eq!((&flex["kind"], &flex["software"]), (&"cpu".into(), &false.into()));
    assert!(flex["memory_bytes"].as_u64() > Some(1 << 28), "{flex}");
    let (told, _) = ends(dir.path(), &["devices", "--check", "flex"], 0);
    assert!(told.contains("flex computes in f32 by skipbench's kernels as the CPU does"), "{told}");
    let (told, _) = ends(dir.path(), &["devices", "--check", "flex", "--precision", "bf16"], 0);
    assert!(told.contains("flex computes in bf16 by Burn's kernels as the CPU does"), "{told}");
    let products = ["devices", "--check", "flex", "--kernels", "skipbench-bf16"];
    let (told, _) = ends(dir.path(), &products, 0);
    assert!(told.contains("in f32 by skipbench's kernels with products in bf16 as the CPU does"), "{told}");
    let (_, error) = ends(dir.path(), &[&products[..], &["--precision", "bf16"]].concat(), 2);
    assert!(error.contains("remove precision"), "{error}");
    ends(dir.path(), &["devices", "--check", "flex", "--precision", "f8"], 2);
    ends(dir.path(), &["devices", "--check", "flux"], 2);
}
