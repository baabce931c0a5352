//! What the gate must see and must not see, on machines whose noise is known. `examples/power.rs` tells more at length.

use super::job::{Job, Machine, Plant};

fn regressed(machine: Machine, plant: Plant, jobs: u64) -> u64 {
    (0..jobs).filter(|seed| Job::new(machine, plant, *seed).judged().exit_code() == 1).count() as u64
}

#[test]
fn of_jobs_in_which_nothing_changed_at_most_one_in_a_hundred_is_called_regressed() {
    for machine in [Machine::QUIET, Machine::BORDER, Machine::VIRTUAL, Machine::HOSTED] {
        assert!(regressed(machine, Plant::Nothing, 100) <= 1, "{machine:?}");
    }
}

#[test]
fn five_percent_slower_is_called_regressed_in_nineteen_of_twenty_jobs_on_a_quiet_machine() {
    let job = Job::new(Machine::QUIET, Plant::Slower(1.05), 0).judged();
    let floors: Vec<f64> = job.findings.iter().filter_map(|finding| finding.noise_floor).collect();
    assert!(floors.iter().all(|floor| (0.01..0.03).contains(floor)), "{floors:?}");
    assert!(regressed(Machine::QUIET, Plant::Slower(1.05), 100) >= 95);
}

#[test]
fn accuracies_that_stray_are_called_regressed_in_at_most_one_of_a_hundred_jobs_and_a_network_that_fails_always() {
    let regressed = |less| (0..200).filter(|seed| Job::trained(less, *seed).judged().exit_code() == 1).count();
    assert!(regressed(0.0) <= 2);
    assert!(regressed(0.6) >= 190);
}

#[test]
fn one_tensor_more_and_another_skip_are_always_seen() {
    for plant in [Plant::ExtraCopy, Plant::SwappedSkip] {
        assert_eq!(regressed(Machine::HOSTED, plant, 20), 20, "{plant:?}");
    }
}
