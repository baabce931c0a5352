//! Members of equal budget.

use skipbench_models::matching::{Budget, MatchError, Query, search};
use skipbench_models::{Family, Fixed, Images, catalog};

#[test]
fn every_family_matches_resnet20_and_56_in_every_budget() {
    for reference in ["resnet20", "resnet56"] {
        let reference = catalog::find(reference).expect("known");
        let target = reference.cost(Images::CIFAR10).expect("valid");
        for family in Family::ALL {
            for budget in Budget::ALL {
                let found = search(&reference, Images::CIFAR10, &Query::new(family, vec![budget]));
                let found = found.unwrap_or_else(|error| panic!("{family} {budget}: {error}"));
                for candidate in &found {
                    let cost = candidate.spec.cost(Images::CIFAR10).expect("valid");
                    assert!(budget.error(&cost, &target).abs() <= 0.02, "{family} {budget}");
                }
            }
        }
    }
}

#[test]
fn the_plain_match_is_the_same_network_without_the_addition() {
    let reference = catalog::find("resnet56").expect("known");
    let found = search(&reference, Images::CIFAR10, &Query::new(Family::Plain, vec![Budget::Params])).expect("found");
    assert_eq!(catalog::name(&found[0].spec), "plain56");
    assert_eq!(found[0].error, 0.0);
}

/// What the Transformer's other styles learn in addition is so little that `vit` of the same width matches them.
#[test]
fn transformers_that_concatenate_or_gate_match_one_that_adds() {
    let reference = catalog::find("vit-d6-w96-h3-p4").expect("a description");
    let fixed = Fixed { depth: Some(6), ..Fixed::default() };
    // Heads divide the growth, so with a fixed embedding few members are near.
    let cases = [(Family::VitConcat, Some(96), 0.05), (Family::VitConcat, None, 0.02), (Family::VitGated, None, 0.02)];
    for (family, width, tolerance) in cases {
        for budget in [Budget::Params, Budget::Macs] {
            let fixed = Fixed { width, ..fixed };
            let query = Query { fixed, tolerance, ..Query::new(family, vec![budget]) };
            let found = search(&reference, Images::CIFAR10, &query).unwrap_or_else(|error| panic!("{error}"));
            let name = catalog::name(&found[0].spec);
            assert!(name.starts_with(&format!("{family}-d6-")) && found[0].error <= tolerance, "{name}");
        }
    }
}

#[test]
fn the_best_match_is_the_nearest_in_branches() {
    let reference = catalog::find("resnet20").expect("known");
    let query = Query { tolerance: 0.05, ..Query::new(Family::DensenetBc, vec![Budget::Params]) };
    let found = search(&reference, Images::DIGITS, &query).expect("found");
    let distance = |index: usize| (found[index].spec.branches() as f64 / 9.0).ln().abs();
    assert!((1..found.len().min(5)).all(|index| distance(index - 1) <= distance(index)));
}

#[test]
fn two_budgets_at_once_are_both_met() {
    let reference = catalog::find("resnet20").expect("known");
    let budgets = vec![Budget::Params, Budget::Macs];
    let target = reference.cost(Images::CIFAR10).expect("valid");
    for family in [Family::BackboneAdd, Family::BackboneConcat] {
        let query = Query { tolerance: 0.05, ..Query::new(family, budgets.clone()) };
        let found = search(&reference, Images::CIFAR10, &query).unwrap_or_else(|error| panic!("{error}"));
        assert!(budgets.iter().all(|budget| budget.error(&found[0].cost, &target).abs() <= 0.05));
    }
}

/// The widths at which one budget and the other are met may lie far apart; the nearest member is somewhere between.
#[test]
fn no_member_is_nearer_in_two_budgets_than_the_one_found() {
    let reference = catalog::find("densenet-bc-190-40").expect("known");
    let budgets = vec![Budget::Params, Budget::Macs];
    let target = reference.cost(Images::CIFAR10).expect("valid");
    let fixed = Fixed { depth: Some(2), ..Fixed::default() };
    let query = Query { fixed, tolerance: 0.71, ..Query::new(Family::Vit, budgets.clone()) };
    let found = search(&reference, Images::CIFAR10, &query).expect("69.5 % off is within 71 %");
    assert_eq!(catalog::name(&found[0].spec), "vit-d2-w1342-h2-p4");
    let worst = |(heads, width): (usize, usize)| {
        let name = format!("vit-d2-w{width}-h{heads}-p4");
        let cost = catalog::find(&name).expect("a description").cost(Images::CIFAR10).expect("valid");
        budgets.iter().map(|budget| budget.error(&cost, &target).abs()).fold(0.0, f64::max)
    };
    let all = (2..=4).flat_map(|heads| (1..4000 / heads).map(move |index| (heads, heads * index)));
    assert_eq!(found[0].error, all.map(worst).fold(f64::MAX, f64::min), "by trying every width");
}

#[test]
fn where_nothing_fits_the_error_shows_the_nearest_and_its_distance() {
    let reference = catalog::find("resnet20").expect("known");
    let query = Query {
        fixed: Fixed { depth: Some(40), ..Fixed::default() },
        tolerance: 0.001,
        ..Query::new(Family::Densenet, vec![Budget::Params])
    };
    let error = search(&reference, Images::CIFAR10, &query).expect_err("no width fits to 0.1 %");
    let MatchError::NoneFits { nearest, .. } = &error else { panic!("{error}") };
    let message = error.to_string();
    assert!(message.contains(&catalog::name(&nearest.spec)) && message.contains('%'), "{message}");
}

#[test]
fn impossible_queries_are_errors() {
    let reference = catalog::find("resnet20").expect("known");
    let bad_depth = Query {
        fixed: Fixed { depth: Some(21), ..Fixed::default() },
        ..Query::new(Family::Resnet, vec![Budget::Params])
    };
    assert!(matches!(search(&reference, Images::CIFAR10, &bad_depth), Err(MatchError::Empty { .. })));
    let growth = Query {
        fixed: Fixed { growth: Some(12), ..Fixed::default() },
        ..Query::new(Family::Resnet, vec![Budget::Params])
    };
    let error = search(&reference, Images::CIFAR10, &growth).expect_err("a ResNet does not grow").to_string();
    assert_eq!(error, "the family resnet has no growth; leave it out");
    let no_budget = Query::new(Family::Resnet, Vec::new());
    assert_eq!(search(&reference, Images::CIFAR10, &no_budget), Err(MatchError::NoBudget));
}
