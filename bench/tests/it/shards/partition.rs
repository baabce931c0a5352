//! Any plan, cut into any number of shares.

use std::collections::{HashMap, HashSet};

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use skipbench::internals::cell::{Cell, Task};
use skipbench::internals::run::{Estimate, PlannedCell, shares};

use crate::cell;

/// Cells of up to four groups, in any order, long and short ones.
fn any_plan(rng: &mut ChaCha8Rng) -> Vec<PlannedCell> {
    let models = ["resnet8-w4", "plain8-w4", "resnet20"];
    let one = |_| {
        let task = Task::ALL[rng.random_range(0..Task::ALL.len())];
        let base = cell(models[rng.random_range(0..models.len())], task);
        let group = format!("group {}", rng.random_range(0..4));
        let set = task.is_stepped().then(|| rng.random_range(1..4));
        let cell = Cell { group, set, seed: rng.random_range(1..9), ..base };
        PlannedCell { cell, reference: "resnet8-w4".into(), budget: String::new() }
    };
    let count = 40;
    (0..count).map(one).collect()
}

/// Of each of many plans: the plan, into how many shares, and which share each cell is of.
fn cut() -> impl Iterator<Item = (Vec<PlannedCell>, usize, Vec<usize>)> {
    (0..60).map(|seed| {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let (plan, count) = (any_plan(&mut rng), rng.random_range(1..12));
        let found = shares(&plan, count);
        (plan, count, found)
    })
}

#[test]
fn every_cell_is_of_one_share_and_whoever_asks_gets_the_same() {
    for (plan, count, found) in cut() {
        assert_eq!(found.len(), plan.len());
        assert!(found.iter().all(|share| *share < count));
        let text = serde_json::to_string(&plan).expect("plain data");
        let read: Vec<PlannedCell> = serde_json::from_str(&text).expect("the same");
        assert_eq!(shares(&read, count), found, "another machine reads the plan and cuts it alike");
    }
}

#[test]
fn what_is_compared_in_time_is_of_one_share() {
    for (plan, _, found) in cut() {
        let mut by_group: HashMap<&str, HashSet<usize>> = HashMap::new();
        for (planned, share) in plan.iter().zip(&found).filter(|(planned, _)| planned.cell.task.is_timed()) {
            by_group.entry(&planned.cell.group).or_default().insert(*share);
        }
        assert!(by_group.values().all(|shares| shares.len() == 1), "{by_group:?}");
    }
}

/// What the longest-first rule promises: the greatest share exceeds the mean by less than the longest unit.
#[test]
fn shares_are_balanced_as_far_as_the_longest_unit_allows() {
    for (plan, count, found) in cut() {
        let seconds = |planned: &PlannedCell| Estimate::of(&planned.cell, 1e10).seconds;
        let (mut loads, mut units) = (vec![0.0; count], HashMap::new());
        for (index, (planned, share)) in plan.iter().zip(&found).enumerate() {
            loads[*share] += seconds(planned);
            let unit = if planned.cell.task.is_timed() { planned.cell.group.clone() } else { index.to_string() };
            *units.entry(unit).or_insert(0.0) += seconds(planned);
        }
        let (most, sum) = (loads.iter().copied().fold(0.0, f64::max), loads.iter().sum::<f64>());
        let longest = units.values().copied().fold(0.0, f64::max);
        // A millisecond a cell is lost in rounding.
        assert!(most <= sum / count as f64 + longest + 0.001 * plan.len() as f64, "{loads:?}, {longest}");
    }
}

#[test]
fn longer_training_is_expected_to_take_longer() {
    let of = |epochs: u64, steps: Option<u64>| {
        let mut cell = cell("resnet20", Task::Train);
        (cell.recipe.epochs, cell.recipe.steps) = (epochs, steps);
        Estimate::of(&cell, 1e10).seconds
    };
    assert!(of(20, None) > 1.9 * of(10, None) && of(20, None) < 2.1 * of(10, None));
    assert!(of(20, Some(2)) < of(1, None));
    let wider = Estimate::of(&cell("resnet110", Task::Train), 1e10);
    assert!(wider.memory_bytes > Estimate::of(&cell("resnet20", Task::Train), 1e10).memory_bytes);
}
