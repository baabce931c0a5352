//! What the gate must see and must not see, on machines whose noise is known. `examples/power.rs` tells more at length.

use super::job::{Job, Machine, Plant, Seeds};

fn regressed(machine: Machine, plant: Plant, jobs: u64) -> u64 {
    (0..jobs).filter(|seed| Job::new(machine, plant, *seed).judged().exit_code() == 1).count() as u64
}

#[test]
fn of_jobs_in_which_nothing_changed_at_most_one_in_a_hundred_is_called_regressed() {
    for machine in [Machine::QUIET, Machine::VIRTUAL, Machine::BUSY, Machine::HOSTED] {
        assert!(regressed(machine, Plant::Nothing, 200) <= 2, "{machine:?}");
    }
}

#[test]
fn five_percent_slower_is_called_regressed_in_nineteen_of_twenty_jobs_on_a_quiet_machine() {
    assert!(regressed(Machine::QUIET, Plant::Slower(1.05), 100) >= 95);
}

#[test]
fn what_a_quiet_machine_shows_is_decided_and_floors_are_told() {
    let jobs = || (0..100).map(|seed| Job::new(Machine::QUIET, Plant::Nothing, seed).judged());
    let decided = jobs().filter(|judgment| judgment.exit_code() == 0).count();
    assert!(decided >= 90, "{decided}");
    let floors: Vec<f64> = jobs().flat_map(|job| job.findings).filter_map(|finding| finding.noise_floor).collect();
    assert_eq!(floors.len(), 100 * 8);
    assert!(floors.iter().all(|floor| (0.0..0.03).contains(floor)));
}

/// The 95 % interval holds the truth in 95 % of cases, with variance within and between sets.
#[test]
fn intervals_cover_what_is_true_as_often_as_they_say() {
    let steady = |machine: Machine| Machine { layout: 0.0, held_up: 0.0, ..machine };
    for machine in [Machine::QUIET, Machine::BUSY].map(steady) {
        let times = (0..100).flat_map(|seed| Job::new(machine, Plant::Nothing, seed).judged().findings);
        let times: Vec<_> = times.filter(|finding| finding.sets.is_some()).collect();
        let covered = times.iter().filter(|it| it.low <= Some(1.0) && it.high >= Some(1.0)).count();
        // 760 are expected of 800, with a standard deviation of 6.
        assert!((735..=785).contains(&covered), "{covered} of {}: {machine:?}", times.len());
    }
}

#[test]
fn accuracies_that_stray_are_called_regressed_in_at_most_one_of_a_hundred_jobs_and_a_network_that_fails_always() {
    let regressed = |seeds: Seeds, less: f64| {
        (0..200).filter(|seed| Job::trained(seeds, less, *seed).judged().exit_code() == 1).count()
    };
    for (seeds, less) in [(Seeds::THREE, 0.2), (Seeds::TWO, 0.83), (Seeds::ONE_FAR, 0.83)] {
        assert!(regressed(seeds, 0.0) <= 2, "{seeds:?}");
        assert!(regressed(seeds, less) >= 190, "{seeds:?}");
    }
}

#[test]
fn one_tensor_more_and_another_skip_are_always_seen() {
    for plant in [Plant::ExtraCopy, Plant::SwappedSkip] {
        assert_eq!(regressed(Machine::HOSTED, plant, 20), 20, "{plant:?}");
    }
}
