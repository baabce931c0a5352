//! The start-up check: small differences pass, wrong numbers do not.

use skipbench::check::{Losses, TOLERANCE, check, compare};
use skipbench::device::{Backend, DeviceId};

use super::ends;

fn losses(values: [f64; 3]) -> Vec<Losses> {
    vec![Losses { model: "resnet8-w4", losses: values.to_vec() }]
}

#[test]
fn another_order_of_sums_passes_and_a_wrong_step_does_not() {
    let reference = losses([2.3, 2.1, 1.9]);
    let worst = compare(&reference, &losses([2.3, 2.1001, 1.9])).expect("close");
    assert!(worst > 0.0 && worst < TOLERANCE);
    let error = compare(&reference, &losses([2.3, 2.1, 1.8])).expect_err("far");
    assert!(error.to_string().contains("resnet8-w4: the loss of step 3 is 1.8, on the CPU 1.9"), "{error}");
    compare(&reference, &losses([2.3, f64::NAN, 1.9])).expect_err("no number");
    // A device on which nothing learns: the same loss at every step.
    compare(&reference, &losses([2.3, 2.3, 2.3])).expect_err("no step was taken");
}

#[test]
fn the_cpu_agrees_with_itself_and_absent_devices_are_errors() {
    assert_eq!(check(DeviceId { backend: Backend::Flex, index: 0 }).expect("the same"), 0.0);
    check(DeviceId { backend: Backend::Metal, index: 7 }).expect_err("not here");
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
    assert!(told.contains("computes as the CPU does"), "{told}");
    ends(dir.path(), &["devices", "--check", "flux"], 2);
}
